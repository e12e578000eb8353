"""`spendplane doctor`: is everything there, and does it run."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from cli import output
from cli.checks.finding import Check, Finding, State, guarded
from cli.context import Session, session
from cli.errors import Exit
from cli.options import JsonOption

if TYPE_CHECKING:
    from rich.text import Text

_STYLES = {State.OK: "green", State.WARN: "yellow", State.FAIL: "bold red", State.SKIP: "dim"}


def doctor(context: typer.Context, as_json: JsonOption = False) -> None:
    """Check credentials, files, bus, table, queues, topics, budgets, and all that runs, each with its mend.

    Ends with 3 when a check fails; a warning is no failure. Changes nothing.
    """
    run = session(context)
    found = []
    for finding in _examine(run):
        found.append(finding)
        if not as_json:
            output.out(*_lines(finding))
    if as_json:
        output.print_json(
            [
                {"check": item.check, "state": item.state.value, "detail": item.detail, "mend": item.mend or None}
                for item in found
            ]
        )
    else:
        counts = {state: sum(item.state is state for item in found) for state in State}
        output.out(
            "", f"{counts[State.OK]} ok, {output.count(counts[State.WARN], 'warning')}, {counts[State.FAIL]} failed"
        )
    if any(item.state is State.FAIL for item in found):
        raise typer.Exit(Exit.FOUND)


def _examine(run: Session) -> Iterator[Finding]:
    from cli.checks import enforcing, idle
    from cli.checks.account import account
    from cli.checks.counting import hours
    from cli.checks.drift import drift
    from cli.checks.files import files
    from cli.checks.invocations import bedrock_logs
    from cli.checks.resources import bus, queues, table, topics
    from cli.checks.running import definitions, sweep

    yield from guarded("files", files, run)
    in_account: dict[str, Check] = {
        "bus": bus, "table": table, "queue": queues, "topic": topics, "budgets": definitions, "sweep": sweep,
        "kill switch": enforcing.function, "crossings": enforcing.crossings, "rounds": enforcing.rounds,
        "switches": enforcing.given_up, "hours": hours, "idle report": idle.report, "idle rounds": idle.rounds,
        "bill": drift, "bedrock logs": bedrock_logs,
    }  # fmt: skip
    reached = list(guarded("credentials", account, run))
    yield from reached
    lost = reached[0].state is State.FAIL
    for name, check in in_account.items():
        if lost:
            yield Finding(name, State.SKIP, "not looked at: AWS cannot be asked")
        else:
            yield from guarded(name, check, run)


def _lines(finding: Finding) -> "list[Text]":
    from rich.text import Text

    state = Text(f"{finding.state.value:<5}", style=_STYLES[finding.state])
    lines = [Text.assemble(state, f"{finding.check:<13}", output.safe(finding.detail))]
    if finding.mend:
        lines.append(Text.assemble(" " * 18, ("mend: ", "bold"), output.safe(finding.mend)))
    return lines
