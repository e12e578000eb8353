"""A person's words to the kill switch, and the commands that people are told to type next."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cli.output import minute
from spendplane.application.telling.layout import key_option
from spendplane.domain.switches import parse_switch_id

if TYPE_CHECKING:
    from cli.context import Session

Answer = dict[str, Any]


def plan(run: "Session", budget: str, key: str | None) -> Answer:
    """What would happen now. Raises Failure."""
    return run.ask({"command": "plan", "budget_id": budget, "key": key})


def engage(run: "Session", budget: str, key: str | None, by: str, reason: str, max_targets: int | None) -> Answer:
    """On, and what became of each target. Raises Failure."""
    word = {"by": by, "reason": reason, "max_targets": max_targets}
    return run.ask({"command": "engage", "budget_id": budget, "key": key, **word})


def release(
    run: "Session", budget: str, key: str | None, by: str, reason: str, until: datetime | None, usd: Decimal | None
) -> Answer:
    """Off on every level, and held off. Raises Failure."""
    word = {
        "by": by,
        "reason": reason,
        "until": until.isoformat() if until else None,
        "extend_usd": None if usd is None else f"{usd:f}",  # a JSON number would become a float on its way
    }
    return run.ask({"command": "release", "budget_id": budget, "key": key, **word})


def period_end(switch_id: str) -> datetime | None:
    """When the period of a switch is over; None: never."""
    return parse_switch_id(switch_id)[0].window.end


def until_text(end: datetime | None) -> str:
    """`until 2026-12-01 00:00 UTC`; a period without an end has no such time."""
    return f"until {minute(end)}" if end else "for good (its period has no end)"


def command(verb: str, budget: str, key: str | None, rest: str = "") -> str:
    """`spendplane release staging --key ann`, as a shell takes it."""
    return f"spendplane {verb} {budget}{key_option(key)}{f' {rest}' if rest else ''}"


def release_command(budget: str, key: str | None) -> str:
    """How to take it back."""
    return command("release", budget, key, "--reason '...'")


def engage_command(budget: str, key: str | None, max_targets: int | None = None) -> str:
    """How to turn it on."""
    cap = f"--max-targets {max_targets} " if max_targets else ""
    return command("kill engage", budget, key, f"{cap}--reason '...'")


def named(budget: str, key: str | None) -> str:
    """`staging`, `every-user for ann`."""
    return budget if key is None else f"{budget} for {key}"


def first(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one switch that an order is about."""
    found: Mapping[str, Any] = answer["switches"][0]
    return found
