"""Which right let each request through: a line for every new pair of a role and the grants that it leaned on.

A grant that was the only one to let some request through is needed: without it that request is refused. One that never
was is superfluous, or what needs it was not tried. Where a statement's resource holds a wildcard, the line says as well
for which resource it was used.
"""

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FILE = "used-rights.jsonl"


@dataclass(frozen=True, slots=True)
class Use:
    """Requests of a role for an action, and every grant (an action as its policy writes it) that covers them.

    `patterns` are the resources with a wildcard that cover them, and `arn` is what was asked for; else it is empty.
    """

    role: str
    action: str
    grants: tuple[str, ...]
    patterns: tuple[str, ...] = ()
    arn: str = ""


def install(iam_evaluator: Any, path: Path) -> None:  # MiniStack's module
    """Notes what its evaluator allows, in this file."""
    evaluate, noted, lock = iam_evaluator.evaluate, set(), threading.Lock()

    def watched(ctx: Any, policies: Any, *limits: Any) -> Any:
        result = evaluate(ctx, policies, *limits)
        if result.decision == "Allow" and ":assumed-role/" in ctx.principal_arn:
            use = _use(iam_evaluator, ctx, policies)
            with lock:
                if use not in noted:
                    noted.add(use)
                    _append(path, use)
        return result

    iam_evaluator.evaluate = watched


def read(path: Path) -> list[Use]:
    """What was noted so far."""
    lines = path.read_text().splitlines() if path.exists() else []
    found = map(json.loads, lines)
    return [
        Use(item["role"], item["action"], tuple(item["grants"]), tuple(item["patterns"]), item["arn"]) for item in found
    ]


def needed(uses: Iterable[Use]) -> Mapping[str, set[str]]:
    """By role, the grants without which some request that was made would have been refused."""
    found: dict[str, set[str]] = {}
    for use in uses:
        if len(use.grants) == 1:
            found.setdefault(use.role, set()).add(use.grants[0])
    return found


def reached(uses: Iterable[Use]) -> Mapping[tuple[str, str, str], set[str]]:
    """By role, action and a resource with a wildcard: the resources that were asked for under it."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for use in uses:
        for pattern in use.patterns:
            found.setdefault((use.role, use.action, pattern), set()).add(use.arn)
    return found


def is_wide(resource: str) -> bool:
    """Whether a statement's resource stands for more than one."""
    return "*" in resource or "?" in resource


def _use(evaluator: Any, ctx: Any, policies: Any) -> Use:
    """The same action in two statements counts as two grants."""
    covering = [
        statement
        for policy in policies
        for statement in policy
        if evaluator._first_match(ctx, [statement], "Allow")  # noqa: SLF001
    ]
    grants = [item for each in covering for item in each.actions if evaluator.fnmatch_iam(ctx.action, item)]
    resources = {item for each in covering for item in each.resources if is_wide(item)}
    patterns = sorted(item for item in resources if evaluator.fnmatch_iam_cs(ctx.resource_arn, item))
    arn = ctx.resource_arn if patterns else ""
    return Use(_role(ctx.principal_arn), ctx.action, tuple(sorted(grants)), tuple(patterns), str(arn))


def _role(arn: str) -> str:
    return arn.split("/")[1]


def _append(path: Path, use: Use) -> None:
    with path.open("a") as file:
        file.write(json.dumps(asdict(use)) + "\n")
