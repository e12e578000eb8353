"""What the last chapter shows beside the notices: who was refused and who was not, how fast, and how it came back."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from rich.table import Table
from rich.text import Text

from local.demo.parts import OK
from local.demo.screen import Screen, indented
from local.demo.stopped import Target
from spendplane.domain.money import format_usd

_NEVER = "NEVER"
_MEASURED = (
    "Seconds from the PutEvents call with the event that crossed 100 % until a user was refused (the endpoint is "
    "looked up: no model runs in this account). Spendplane's functions had been started before, as for the alerts."
)
_RELEASED = "Seconds from the start of the command; the settings are compared with those from before this chapter."


def tell_loop(screen: Screen, answer: str, spent: Decimal, limit: Decimal) -> None:
    """How the agent's loop ended."""
    used = f"{format_usd(spent)} of {format_usd(limit)}"
    if answer == OK:
        said = Text(f"NOTHING STOPPED THE AGENT: its function still answers, at {used}.", style="bold red")
    else:
        said = Text(f"The agent's next turn was refused by its own function ({answer}). Its loop has ended, at {used}.")
    screen.say("", indented(said))


def tell_stop(screen: Screen, targets: Sequence[Target], production: Mapping[str, str]) -> None:
    """One row a target; `production` is what its twin there answers, by kind."""
    table = _table("Target", "refused after", "staging answers", "production answers")
    for target in targets:
        table.add_row(
            target.part.kind, _seconds(target.seconds), _answer(target.answer), _answer(production[target.part.kind])
        )
    screen.say("", indented(table), "", indented(Text(_MEASURED, style="dim")))


def tell_release(screen: Screen, targets: Sequence[Target]) -> None:
    """How it came back."""
    table = _table("Target", "answers again after", "settings")
    for target in targets:
        same = Text("as before") if target.restored else Text("NOT AS BEFORE", style="bold red")
        table.add_row(target.part.kind, _seconds(target.back_after), same)
    screen.say("", indented(table), "", indented(Text(_RELEASED, style="dim")))


def _answer(answer: str) -> Text:
    return Text(answer, style="green" if answer == OK else "yellow")


def _seconds(seconds: float | None) -> Text:
    return Text(_NEVER, style="bold red") if seconds is None else Text(f"{seconds:.2f} s")


def _table(*columns: str) -> Table:
    made = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in columns:
        made.add_column(name)
    return made
