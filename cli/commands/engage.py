"""`spendplane kill plan` and `spendplane kill engage`: what would happen, and a person's word that it should."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import orders, output, planned, switches, targets
from cli.budgets import known
from cli.context import Session, session
from cli.errors import Exit
from cli.options import BudgetArgument, JsonOption, KeyOption, ReasonOption
from spendplane.domain.switches import parse_switch_id

if TYPE_CHECKING:
    from spendplane.application.books.status import Standing


def plan(context: typer.Context, budget: BudgetArgument, key: KeyOption = None, as_json: JsonOption = False) -> None:
    """Show what the kill switch would do if the budget were over its limit now. Changes nothing."""
    run = session(context)
    chosen = known(run.ports().definitions.deployed(), budget)
    answer = orders.plan(run, budget, key)
    standing = _standing(run, budget, key)
    if as_json:
        output.print_json(planned.to_object(chosen, key, answer, standing))
        return
    output.out(*planned.lines(chosen, key, answer, standing, _state(run, answer["switch_id"])))
    output.out("", f"Nothing was changed. {planned.ending(answer, budget, key)}")


def _standing(run: Session, budget: str, key: str | None) -> "Standing | None":
    from spendplane.application.books.status import Status

    ports = run.ports()
    return next(iter(Status(ports.ledger, ports.definitions)(run.now(), budget, None, key)), None)


def _state(run: Session, switch_id: str) -> str:
    switch = run.switches().get(*parse_switch_id(switch_id))
    return switches.words(switch, run.now()) if switch else "off, and was never on in this period"


def engage(
    context: typer.Context,
    budget: BudgetArgument,
    reason: ReasonOption,
    key: KeyOption = None,
    max_targets: Annotated[
        int | None,
        typer.Option(min=1, max=1000, metavar="N", help="Turns down up to so many targets, beyond the installed cap."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Turn the kill switch on, over its limit or not, until the period ends or somebody releases it.

    On a terminal the plan is shown first and must be confirmed; everywhere else say --yes. A budget in mode observe
    stays untouched. Ends with 3 when something could not be turned down.
    """
    if not yes and (as_json or not answering()):
        raise typer.BadParameter("nobody can be asked here: say --yes (see first: spendplane kill plan)")
    run = session(context)
    if not yes:
        _confirm(run, budget, key, max_targets)
    by = run.caller()
    answer = orders.engage(run, budget, key, by, reason, max_targets)
    switch = orders.first(answer)
    if as_json:
        word = {"budget_id": budget, "key": key, "by": by, "reason": reason, "max_targets": max_targets}
        output.print_json({**word, "switches": answer["switches"], "figures": answer["figures"]})
    else:
        _tell(switch, budget, key)
    if switch["phase"] != "on" or any(item["status"] in targets.AMISS for item in switch["targets"]):
        raise typer.Exit(Exit.FOUND)


def answering() -> bool:
    """Somebody is there to be asked."""
    return sys.stdin.isatty()


def _confirm(run: Session, budget: str, key: str | None, max_targets: int | None) -> None:
    """Raises Exit when the person says no."""
    answer = orders.plan(run, budget, key)
    output.out(*planned.verdict(answer, max_targets), "")
    if not typer.confirm(f"Turn the kill switch of {orders.named(budget, key)} on?", err=True):
        output.err("Nothing was changed.")
        raise typer.Exit(Exit.FAILED)


def _tell(switch: Any, budget: str, key: str | None) -> None:
    found, plan = switch["targets"], switch["plan"]
    name, end = orders.named(budget, key), orders.period_end(switch["switch_id"])
    if switch["phase"] == "on":
        down = sum(item["status"] in {"throttled", "kept"} for item in found)
        headline = f"{name}: on, {output.count(down, 'target')} down ({switch['switch_id']})"
        ending = [f"On until {output.minute(end)}, or until somebody releases it." if end else "On until released."]
    else:
        headline = f"{name}: nothing was turned down ({switch['switch_id']})"
        ending = planned.in_the_way(plan, budget, key)
    output.out(output.safe(headline))
    if found:
        output.out("", targets.outcomes(found))
    output.out(*planned.about(plan if switch["phase"] != "on" else {**plan, "targets": []}), "", *ending)
    what = "release it" if switch["phase"] == "on" else "withdraw it"
    output.out(output.facts([(what, orders.release_command(budget, key))]))
