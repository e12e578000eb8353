"""`spendplane status`: how every budget stands now."""

from collections.abc import Callable
from datetime import datetime
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from cli import output, switches
from cli.budgets import known, selector
from cli.context import Session, session
from cli.errors import Failure
from cli.options import JsonOption, moment
from spendplane.domain.limits import State
from spendplane.domain.money import format_usd

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.text import Text

    from cli.picture import Picture
    from spendplane.application.books.status import Standing

TOP_CONTRIBUTORS = 5
WATCH_SECONDS = 2


def status(
    context: typer.Context,
    budget: Annotated[str | None, typer.Option(metavar="ID", help="Only this budget, with its details.")] = None,
    key: Annotated[str | None, typer.Option(metavar="VALUE", help="Only this key of budgets with `per`.")] = None,
    state: Annotated[list[State] | None, typer.Option(help="Only these states; may be repeated.")] = None,
    at: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="TIME", help="The periods that hold this time, such as 2026-10-31."),
    ] = None,
    top: Annotated[int, typer.Option(min=0, help="Keys shown of each budget with `per`; 0: all.")] = 10,
    watch: Annotated[bool, typer.Option("--watch", help="Show it anew every two seconds, until Ctrl-C.")] = False,
    as_json: JsonOption = False,
) -> None:
    """How every budget stands: spent, limit, state, alerts, kill switch. Reads counters, never raw events."""
    if watch and as_json:
        raise typer.BadParameter("--watch is for people and --json for scripts: choose one (or see `tail --json`)")
    found = session(context)

    def read() -> "Picture":
        from cli.picture import Picture

        standings = _standings(found, budget, key, set(state or State), at)
        return Picture(standings, switches.of_standings(found.switches(), standings), found.now())

    if as_json:
        output.print_json(read().to_objects())
    elif watch:
        _watch(lambda: _view(read(), top, budget), found.sleep)
    else:
        output.out(_view(read(), top, budget))


def _standings(
    found: Session, budget: str | None, key: str | None, states: set[State], at: datetime | None
) -> "list[Standing]":
    from spendplane.application.books.status import Status

    ports = found.ports()
    standings = list(Status(ports.ledger, ports.definitions)(found.now(), budget, at, key))
    if not standings and budget is not None:
        chosen = known(ports.definitions.deployed(), budget)
        if key is not None and not chosen.per:
            raise Failure(f"budget `{budget}` has one counter, not one per key", "leave --key out")
    return [item for item in standings if item.state in states]


def _view(picture: "Picture", top: int, budget: str | None) -> "Group":
    from rich.console import Group
    from rich.text import Text

    from cli.standings import to_table, unpriced_note

    standings = picture.standings
    if not standings:
        of = "of any budget" if budget is None else f"of `{budget}`"
        return Group(Text(f"No counter {of} fits in this period. What is deployed: spendplane budget ls"))
    note = unpriced_note(standings)
    notes: list[RenderableType] = [Text(""), Text(note, style="yellow")] if note else []
    details: list[RenderableType] = (
        [Text(""), output.facts(_details(standings[0], picture))] if budget and len(standings) == 1 else []
    )
    width = output.console().width
    return Group(to_table(standings, top, width, picture.words(width)), *notes, *details)


def _details(standing: "Standing", picture: "Picture") -> "list[tuple[str, str | Text]]":
    budget, window = standing.budget, standing.counter.ref.window
    pace = standing.pace
    rows = [
        ("applies to", selector(budget)),
        ("period", str(window) + (f", ends {output.minute(window.end)}" if window.end else "")),
        ("requests", f"{standing.counter.spend.requests:,} with {standing.counter.spend.tokens:,} tokens"),
        ("limit reached", output.minute(pace.reached_at) + " at this rate" if pace and pace.reached_at else ""),
        *((f"top {kind}s", _shares(standing, kind)) for kind in ("user", "model")),
        ("alerts", ", ".join(f"{percent} % (revision {revision})" for percent, revision in standing.alerts)),
        *(
            ("switch", f"{switches.words(item, picture.now)} (spendplane kill show {quote(item.id)})")
            for item in picture.of(standing)
        ),
        ("at 100 %", f"{budget.on_hard_limit} (mode {budget.mode})"),
        ("owner", budget.owner or ""),
    ]
    return [(name, output.safe(value)) for name, value in rows if value]


def _shares(standing: "Standing", kind: str) -> str:
    from cli.standing_objects import contributors

    shares = [f"{name} {format_usd(usd)}" for what, name, usd in contributors(standing) if what == kind]
    return ", ".join(shares[:TOP_CONTRIBUTORS])


def _watch(view: "Callable[[], Group]", sleep: Callable[[float], None]) -> None:
    from rich.live import Live

    target = output.console()
    try:
        while not target.is_terminal:
            output.out(view(), "")
            sleep(WATCH_SECONDS)
        with Live(view(), console=target, auto_refresh=False, screen=True) as live:
            while True:
                sleep(WATCH_SECONDS)
                live.update(view(), refresh=True)
    except KeyboardInterrupt:
        return
