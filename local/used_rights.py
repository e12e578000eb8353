"""Which right let each request through: a line for every new pair of a role and the grants that it leaned on.

A grant that was the only one to let some request through is needed: without it that request is refused. One that never
was is superfluous, or what needs it was not tried.
"""

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "used-rights.jsonl"


@dataclass(frozen=True, slots=True)
class Use:
    """Requests of a role for an action, and every grant (an action as its policy writes it) that covers them."""

    role: str
    action: str
    grants: tuple[str, ...]


def install(iam_evaluator: Any, path: Path) -> None:  # MiniStack's module
    """Notes what its evaluator allows, in this file."""
    evaluate, noted, lock = iam_evaluator.evaluate, set(), threading.Lock()

    def watched(ctx: Any, policies: Any, *limits: Any) -> Any:
        result = evaluate(ctx, policies, *limits)
        if result.decision == "Allow" and ":assumed-role/" in ctx.principal_arn:
            use = Use(_role(ctx.principal_arn), ctx.action, tuple(sorted(_grants(iam_evaluator, ctx, policies))))
            with lock:
                if use not in noted:
                    noted.add(use)
                    _append(path, use)
        return result

    iam_evaluator.evaluate = watched


def read(path: Path) -> list[Use]:
    """What was noted so far."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [Use(item["role"], item["action"], tuple(item["grants"])) for item in map(json.loads, lines)]


def needed(uses: Iterable[Use]) -> Mapping[str, set[str]]:
    """By role, the grants without which some request that was made would have been refused."""
    found: dict[str, set[str]] = {}
    for use in uses:
        if len(use.grants) == 1:
            found.setdefault(use.role, set()).add(use.grants[0])
    return found


def _grants(evaluator: Any, ctx: Any, policies: Any) -> Iterator[str]:
    """Of every statement that allows the request, the actions that cover it; the same action twice counts as two."""
    for statement in (statement for policy in policies for statement in policy):
        if evaluator._first_match(ctx, [statement], "Allow"):  # noqa: SLF001
            yield from (item for item in statement.actions if evaluator.fnmatch_iam(ctx.action, item))


def _role(arn: str) -> str:
    return arn.split("/")[1]


def _append(path: Path, use: Use) -> None:
    with path.open("a") as file:
        file.write(json.dumps({"role": use.role, "action": use.action, "grants": use.grants}) + "\n")
