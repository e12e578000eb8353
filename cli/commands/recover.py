"""`spendplane recover replay | show | redrive | price`: after a mishap, without loss and without counting twice."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli import output
from cli.commands import recover_price
from cli.context import Session, session
from cli.errors import Exit
from cli.options import EPILOG, JsonOption, moment

if TYPE_CHECKING:
    from cli.replaying import Span
    from spendplane.application.books.archive import Tally

app = typer.Typer(help="After a mishap: lost events, dead letters, wrong prices.", no_args_is_help=True)

SinceOption = Annotated[
    datetime, typer.Option("--from", parser=moment, metavar="TIME", help="From when on events came over the bus.")
]
UntilOption = Annotated[
    datetime | None, typer.Option("--to", parser=moment, metavar="TIME", help="Until when; default: now.")
]


@app.command("replay", epilog=EPILOG)
def replay(context: typer.Context, since: SinceOption, until: UntilOption = None, as_json: JsonOption = False) -> None:
    """Publish the usage of a time once more, from the archive. What counted already is dropped.

    It follows the replay until every record has been dealt with, and says how many counted and how many were repeats.
    Cut off, it goes on by itself; `recover show NAME` tells how far it is.
    """
    from cli import replaying

    run = session(context)
    span = replaying.Span(since, until or run.now()).checked(run.now())
    name = replaying.start(run, span)
    if not as_json:
        output.err(f"replay {name} has begun; it goes on if you leave")
    if run.now() - span.until < replaying.ON_ITS_WAY:
        output.err("Events may take ten minutes to get into the archive: run it once more then. Repeats are dropped.")
    tally = _followed(run, name, span)
    if as_json:
        output.print_json({**_object(name, tally), "from": span.since, "to": span.until})
    else:
        output.out(*_told(name, tally))
    if tally.refused:
        raise typer.Exit(Exit.FOUND)


@app.command("show", epilog=EPILOG)
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `recover replay` said.")],
    as_json: JsonOption = False,
) -> None:
    """What became of a replay's records so far."""
    run = session(context)
    state = str(run.clients("events").describe_replay(ReplayName=name)["State"]).lower()
    tally = run.replays().tally(name)
    if as_json:
        output.print_json({**_object(name, tally), "state": state})
    else:
        output.out(f"EventBridge: {state}.", *_told(name, tally))


@app.command("redrive", epilog=EPILOG)
def redrive(context: typer.Context, as_json: JsonOption = False) -> None:
    """Move dead usage letters back into the usage queue. Mend their cause first, or they come back.

    What counted already is dropped. Letters of other dead-letter queues are ticks and notices, and stay.
    """
    from cli import redriving

    run = session(context)
    moved = {}
    for name, count in redriving.waiting(run).items():
        with output.counting(name, count) as progress:
            moved[name] = redriving.redrive(run, name, count, progress)
    if as_json:
        output.print_json({"moved": [{"queue": name, "messages": count} for name, count in moved.items()]})
        return
    if not any(moved.values()):
        output.out("Nothing to do: no dead letters of usage.")
        return
    for name, count in moved.items():
        output.out(f"{name}: {output.count(count, 'message')} back in the usage queue")
    output.out("", "In a minute see whether they stayed away: spendplane doctor")


app.command("price", epilog=EPILOG)(recover_price.price)


def _followed(run: Session, name: str, span: "Span") -> "Tally":
    from cli import replaying

    with output.portion("EventBridge replays") as progress:
        replaying.follow(run, name, span, progress)
    with output.working("the meter counts"):
        return replaying.settle(run, name)


def _object(name: str, tally: "Tally") -> dict[str, object]:
    figures = {"counted": tally.counted, "repeats": tally.repeats, "refused": tally.refused}
    return {"name": name, "records": tally.total, **figures}


def _told(name: str, tally: "Tally") -> list[str]:
    if not tally.total:
        return [f"{name}: no record has come. Was anything published in that time?"]
    lines = [f"{name}: {output.count(tally.total, 'record')} came again."]
    lines.append(f"  {tally.counted:,} were missing and count now; {tally.repeats:,} were there already.")
    if tally.refused:
        lines.append(f"  {tally.refused:,} are refused, in the quarantine: spendplane quarantine ls")
    return lines
