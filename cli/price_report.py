"""What `spendplane prices check` found: for people, as JSON, and as a page of the docs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cli.output import count, plain, safe
from cli.price_check import Comparison, Difference, Reason
from cli.price_coverage import Coverage


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found, and what it was found with."""

    version: str
    compared: Comparison
    idle: Sequence[Reason]
    coverage: Sequence[Coverage]

    @property
    def wants_attention(self) -> bool:
        """True when there is a difference that nobody has explained, or an explanation of none."""
        return bool(self.compared.unexplained or self.idle)


def to_object(report: Report) -> dict[str, Any]:
    """For `--json`."""
    found = report.compared
    return {
        "second_source": report.version,
        "models": len(found.models),
        "prices": found.compared,
        "from_second_source": found.same_source,
        "explained": [
            {**_row(difference), "kind": reason.kind, "why": reason.why, "source": reason.source}
            for difference, reason in found.explained
        ],
        "unexplained": [_row(difference) for difference in found.unexplained],
        "idle_reasons": [reason.key for reason in report.idle],
        "only_second_source": [
            {"key": listed.key, "provider": listed.provider, "tier": listed.tier, "why": why}
            for listed, why in found.unpriced
        ],
        "current_models": [
            {"provider": item.provider, "models": item.models, "priced": item.priced,
             "unpriced": [{"model": model, "why": why} for model, why in item.unpriced]}
            for item in report.coverage
        ],
    }  # fmt: skip


def _row(difference: Difference) -> dict[str, Any]:
    return {
        "key": difference.listed.key,
        "provider": difference.listed.provider,
        "tier": difference.listed.tier,
        "bucket": difference.bucket,
        "over_tokens": difference.over,
        "ours": difference.ours,
        "theirs": difference.theirs,
        "price": difference.price,
    }


def to_lines(report: Report) -> Iterator[str]:
    """For a terminal: the counts, then each thing that wants attention."""
    yield from _summary(report)
    for difference in report.compared.unexplained:
        yield f"unexplained: {safe(said(difference))}"
    for reason in report.idle:
        yield f"a reason that explains nothing any more: {safe(reason.key)} ({safe(reason.why)})"


def _summary(report: Report) -> Iterator[str]:
    found = report.compared
    own = found.same_source
    yield (
        f"{count(len(found.models), 'model')} and {count(found.compared, 'price')} compared with "
        f"{safe(report.version)}; "
        f"{own:,} of them rest on its own figures, so {found.compared - own:,} are a second opinion."
    )
    yield (
        f"{count(len(found.explained), 'explained difference')}, "
        f"{count(len(found.unexplained), 'unexplained difference')}. "
        f"It has {count(len(found.unpriced), 'price')} of models or tiers that have none here."
    )
    for item in report.coverage:
        share = 100 * item.priced / item.models
        yield f"{item.provider}: {item.priced} of {item.models} current models have a price ({share:.0f} %)."


def said(difference: Difference) -> str:
    """One difference in a line."""
    over = f" over {difference.over:,} tokens" if difference.over else ""
    ours = "no price" if difference.ours is None else f"${plain(difference.ours.normalize())}"
    listed = difference.listed
    return f"{listed.key} ({listed.tier}) {difference.bucket}{over}: {ours} here, ${plain(difference.theirs)} there"


def to_page(report: Report) -> str:
    """The docs' page, whole."""
    return "\n".join(_page(report)) + "\n"


def _page(report: Report) -> Iterator[str]:
    yield from _HEAD
    yield from (f"- {line}" for line in _summary(report))
    yield from ("", "## Differences without an explanation", "", *_bullets(map(said, report.compared.unexplained)))
    yield from (
        "",
        "## Explained differences",
        "",
        "| model | differences | kind | why | source |",
        "|---|---|---|---|---|",
    )
    counted = Counter(reason for _, reason in report.compared.explained)
    for reason, number in counted.items():
        yield f"| `{reason.key}` | {number} | {reason.kind} | {reason.why} | {reason.source} |"
    yield from ("", "## Current models without a price", "")
    for item in report.coverage:
        names = ", ".join(f"`{model}`" for model, _ in item.unpriced) or "none"
        yield from (
            f"**{item.provider}**, {len(item.unpriced)} of {item.models}: {names}.",
            "",
            f"List: {item.source}.",
            "",
        )
    yield from ("## Prices that only the second source has", "")
    yield from (f"- {tier}: {', '.join(keys)}" for tier, keys in _only_there(report))


def _bullets(lines: "Iterator[str]") -> Sequence[str]:
    return [f"- {line}" for line in lines] or ["None."]


def _only_there(report: Report) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for listed, _ in report.compared.unpriced:
        found.setdefault(f"{listed.provider}, {listed.tier}", []).append(f"`{listed.key}`")
    yield from sorted(found.items())


_HEAD = (
    "# Price check",
    "",
    "<!-- Written by `spendplane prices check --report docs/price-check.md`. -->",
    "",
    "The price book against a second source: the list that the package litellm ships. It is read while developing;",
    "calls are not priced by it. A trimmed copy stands in [`bench/data`](../bench/data/litellm_prices.json) with its",
    "version and licence. A newer one comes with",
    "",
    "```console",
    "$ pip download --no-deps litellm && unzip -j litellm-*.whl '*/model_prices_and_context_window_backup.json'",
    "$ spendplane prices check --second-source model_prices_and_context_window_backup.json",
    "```",
    "",
)
