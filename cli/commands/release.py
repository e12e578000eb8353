"""`spendplane release`: a person's word against the kill switch."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from shlex import quote
from typing import Annotated, Any

import typer

from cli import orders, output, targets
from cli.context import session
from cli.errors import Exit
from cli.options import BudgetArgument, JsonOption, KeyOption, ReasonOption, moment, usd
from cli.output import safe
from spendplane.domain.idle_policy import IDLE
from spendplane.domain.money import format_usd
from spendplane.domain.switches import Level

Told = Sequence[Mapping[str, Any]]
"""Switches, as their function tells of them."""


def release(
    context: typer.Context,
    budget: BudgetArgument,
    reason: ReasonOption,
    key: KeyOption = None,
    until: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="TIME", help="Holds until then, else until the period's end."),
    ] = None,
    extend: Annotated[
        Decimal | None,
        typer.Option(parser=usd, metavar="USD", help="Holds only for so many dollars beyond the limit."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Give back what the kill switch took, and hold it off, also while the budget stays over its limit.

    With --extend it goes on again when the dollars are used up. What somebody changed meanwhile is left as it is, and
    what another budget keeps down stays down: the command then ends with 3.
    """
    run = session(context)
    by = run.caller()
    answer = orders.release(run, budget, key, by, reason, until, extend)
    switches = answer["switches"]
    end = _end(switches[0]["switch_id"], until)
    on = [item for item in switches if item["on"] and item["level"] == Level.THROTTLE]
    if as_json:
        word = {"budget_id": budget, "key": key, "by": by, "reason": reason, "held_until": end, "extend_usd": extend}
        output.print_json({**word, "switches": switches, "figures": answer["figures"]})
    else:
        _tell(orders.named(budget, key), switches, on)
        although = "although nobody calls it" if budget == IDLE else "also while the budget is over its limit"
        output.out("", *_holds(on, end, until, extend, although), *_hints(switches))
        again = orders.command("release", budget, key, "--reason '...'") if on else orders.engage_command(budget, key)
        output.out(output.facts([("release it wholly" if on else "engage it again", again)]))
    if on or any(item["status"] in targets.AMISS for switch in switches for item in switch["targets"]):
        raise typer.Exit(Exit.FOUND)


def _end(switch_id: str, until: datetime | None) -> datetime | None:
    """A release never outlives its period: the next one counts from zero."""
    end = orders.period_end(switch_id)
    return min((time.astimezone(UTC) for time in (until, end) if time), default=None)


def _tell(name: str, switches: Told, on: Told) -> None:
    found = [item for switch in switches for item in switch["targets"]]
    back = sum(item["status"] == "restored" for item in found)
    headline = f"{back:,} of {output.count(len(found), 'target')} came back" if found else "nothing was down"
    if on:
        headline = "not released"
    ids = ", ".join(switch["switch_id"] for switch in switches)
    output.out(safe(f"{name}: {headline} ({ids})"))
    if found:
        output.out("", targets.outcomes(found))


def _holds(on: Told, end: datetime | None, until: datetime | None, extend: Decimal | None, although: str) -> list[str]:
    if on:
        return [safe(f"It stays on, because that is used up already: {on[0]['reason']}.")]
    if extend is not None:
        latest = f", at the latest {output.minute(end)}" if end else ""
        lines = [f"Held off until {format_usd(extend)} beyond the limit are used up{latest}."]
    else:
        lines = [f"Held off {orders.until_text(end)}, {although}."]
    if until and end and until > end:
        lines.append("The period ends before --until; the next one counts from zero, with a switch of its own.")
    return lines


def _hints(switches: Told) -> list[str]:
    """What becomes of the targets that did not come back."""
    found = {item["status"]: switch["switch_id"] for switch in switches for item in switch["targets"]}
    hints = {
        "shared": "What another budget keeps down comes back when that one goes off or is released too.",
        "left": "What somebody changed meanwhile stays as it is.",
        "failed": "What failed is tried again each minute: {more}",
        "escalated": "What was given up is left to you: {more}",
    }
    asks = [f"Cheaper models are still asked for: {item['reason']}." for item in switches if _asks(item)]
    return [
        *(safe(text) for text in asks),
        *(
            hint.format(more=f"spendplane kill show {quote(found[status])}")
            for status, hint in hints.items()
            if status in found
        ),
    ]


def _asks(switch: Mapping[str, Any]) -> bool:
    return bool(switch["on"]) and switch["level"] == Level.DEGRADE
