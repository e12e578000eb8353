"""Tags for people and for scripts."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from cli.output import count, safe, table
from spendplane.domain.money import format_usd
from spendplane.domain.tagging import Allowed, TagRules

if TYPE_CHECKING:
    from rich.console import RenderableType

    from spendplane.application.tag_audit import TagReport
    from spendplane.domain.tag_evidence import Proposal


def rules(given: Sequence[str]) -> TagRules:
    """Of `project=search,ads` and `cost_center=/CC-[0-9]{4}/`. Raises BadParameter."""
    allowed: dict[str, Allowed] = {}
    for text in given:
        key, equals, values = text.partition("=")
        if not (key and equals and values):
            raise typer.BadParameter(f"--allow {text!r}: write TAG=VALUE,VALUE or TAG=/PATTERN/")
        allowed[key] = _values(text, values)
    try:
        return TagRules(allowed)
    except ValueError as error:
        raise typer.BadParameter(f"--allow: {error}") from None


def _values(text: str, values: str) -> Allowed:
    if not (values.startswith("/") and values.endswith("/") and len(values) > len("//")):
        return [value.strip() for value in values.split(",") if value.strip()]
    try:
        return re.compile(values[1:-1])
    except re.error as error:
        raise typer.BadParameter(f"--allow {text!r} is no pattern: {error}") from None


def report_lines(report: "TagReport") -> "list[RenderableType]":
    """What lacks something, the dearest first."""
    total = count(len(report.resources), "AI resource")
    if not report.findings:
        return [f"{total} read: all carry the mandatory tags."]
    columns = ("Resource", "$ a month", "Problem") if report.priced else ("Resource", "Problem")
    made = table(*columns, right=("$ a month",), fold=("Problem",))
    for found in report.findings:
        cost = ["?" if found.monthly_usd is None else format_usd(found.monthly_usd)] if report.priced else []
        problems = "\n".join(safe(problem.what) for problem in found.problems)
        made.add_row(safe(found.resource.label), *cost, problems)
    if report.priced and any(found.monthly_usd is None for found in report.findings):
        made.caption = "?: not known; it may depend on use. Dollars as it runs now, 730 hours a month, at list price."
        made.caption_justify = "left"
    ending = f"{len(report.findings):,} of {total} lack tags. What can be mended: spendplane tags fix --dry-run"
    return [made, "", ending]


def report_object(report: "TagReport") -> dict[str, Any]:
    """`monthly_usd` stands there only where prices are known at all."""
    findings = [
        {
            "kind": found.resource.kind,
            "name": found.resource.name,
            "arn": found.resource.arn,
            **({"monthly_usd": found.monthly_usd} if report.priced else {}),
            "problems": [
                {"tag": problem.key, "problem": problem.what, "suggestion": problem.suggestion}
                for problem in found.problems
            ],
        }
        for found in report.findings
    ]
    return {"resources": len(report.resources), "findings": findings, "unread": dict(report.unread)}


def proposal_lines(report: "TagReport", proposals: "Sequence[Proposal]") -> "list[RenderableType]":
    """Sure ones first, then guesses, then what contradicts itself, then a word on the rest."""
    made = table("Resource", "Tag", "Value", "Sure", "Because", fold=("Because",))
    for item in sorted(proposals, key=lambda item: (not item.sure, item.value is None)):
        value = "?" if item.value is None else safe(item.value)
        made.add_row(safe(item.resource.label), item.key, value, "yes" if item.sure else "no", safe(item.because))
    unknown = sum(len(found.problems) for found in report.findings) - len(proposals)
    lines: list[RenderableType] = [made] if proposals else []
    if not report.findings:
        lines.append("Nothing to mend: all AI resources carry the mandatory tags.")
    if unknown:
        lines.append(f"Of {count(unknown, 'more tag')} the account says nothing: see spendplane tags audit")
    return lines


def outcome_lines(sure: "Sequence[Proposal]", failed: Mapping[str, str] | None) -> list[str]:
    """`failed` None: it was not tried."""
    if failed is None:
        return [f"Nothing was changed. {count(len(sure), 'tag')} would be set."]
    done = sum(item.resource.arn not in failed for item in sure)
    return [f"{count(done, 'tag')} set.", *(safe(f"failed: {arn}: {why}") for arn, why in failed.items())]


def fix_object(
    report: "TagReport", proposals: "Sequence[Proposal]", failed: Mapping[str, str] | None
) -> dict[str, Any]:
    """`set`: whether the tag was; never in a dry run."""
    return {
        "proposals": [
            {
                "arn": item.resource.arn,
                "tag": item.key,
                "value": item.value,
                "sure": item.sure,
                "because": item.because,
                "set": failed is not None and item.sure and item.resource.arn not in failed,
                "error": (failed or {}).get(item.resource.arn) if item.sure else None,
            }
            for item in proposals
        ],
        "unexplained": sum(len(found.problems) for found in report.findings) - len(proposals),
        "unread": dict(report.unread),
    }


def left(report: "TagReport", done: "Sequence[Proposal]") -> int:
    """How many tags are still missing or wrong after these have been set."""
    return sum(len(found.problems) for found in report.findings) - len(done)
