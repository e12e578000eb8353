"""`spendplane tail`: alerts, quarantine and counters as they move."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import output
from cli.budgets import known
from cli.context import Session, session
from cli.following import Follower, Kind, Movement
from cli.options import JsonOption
from spendplane.domain.limits import HARD_PERCENT
from spendplane.domain.money import format_usd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text


def tail(
    context: typer.Context,
    budget: Annotated[str | None, typer.Option(metavar="ID", help="Only this budget (and no quarantine).")] = None,
    kind: Annotated[list[Kind] | None, typer.Option(help="Only these; may be repeated.")] = None,
    interval: Annotated[float, typer.Option(min=0.2, metavar="SECONDS", help="Pause between two looks.")] = 1.0,
    once: Annotated[bool, typer.Option("--once", help="Tell what there is now, and end.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Follow alerts, refused records and the counters' movement, until Ctrl-C.

    It looks at the table every second: no queue is subscribed and nothing is consumed, so any number of people may
    follow. Each look reads the counters of the current periods; with very many keys choose a --budget or a longer
    --interval. With --json it prints JSON Lines.
    """
    run = session(context)
    if budget is not None:
        known(run.ports().definitions.deployed(), budget)
    follower = Follower(run.ports(), budget, frozenset(kind or Kind))
    if once:
        _tell(follower.look(run.now()), as_json=as_json)
        return
    try:
        follower.look(run.now())
        output.err(f"following table {run.settings.table}; Ctrl-C ends", style="dim")
        _follow(run, follower, interval, as_json=as_json)
    except KeyboardInterrupt:
        return


def _follow(run: Session, follower: Follower, interval: float, *, as_json: bool) -> None:
    from spendplane.application.ports import BusyError

    while True:
        run.sleep(interval)
        try:
            movements = follower.look(run.now())
        except BusyError as error:
            output.err(f"{error}; trying again", style="yellow")
            continue
        _tell(movements, as_json=as_json)


def _tell(movements: "Iterable[Movement]", *, as_json: bool) -> None:
    for movement in movements:
        if as_json:
            output.print_json_line({"time": movement.at, "kind": movement.kind.value, **movement.facts})
        else:
            output.out(_line(movement))


def _line(movement: Movement) -> "Text":
    from rich.text import Text

    facts = movement.facts
    at = f"{movement.at:%H:%M:%S}  "
    if movement.kind is Kind.QUARANTINED:
        text = f"refused   {facts['id']}  {facts['reason']}"
        return Text.assemble((at, "dim"), (output.safe(text), "magenta"))
    name = facts["budget_id"] + ("" if facts["key"] is None else f" {facts['key']}")
    stands = format_usd(facts["spent_usd"])
    if facts["percent"] is not None:
        stands += f" ({facts['percent']:.1f} %)"
    if movement.kind is Kind.ALERT:
        style = "bold red" if facts["threshold_percent"] >= HARD_PERCENT else "bold yellow"
        return Text.assemble(
            (at, "dim"), (output.safe(f"ALERT {facts['threshold_percent']:>3} %  {name}  {stands}"), style)
        )
    unpriced = f", {facts['unpriced']:+,} unpriced" if facts["unpriced"] else ""
    usd = ("-" if facts["usd"] < 0 else "+") + format_usd(abs(facts["usd"]))
    text = f"counter   {name}  {facts['requests']:+,} requests, {usd}{unpriced} → {stands}"
    return Text.assemble((at, "dim"), output.safe(text))
