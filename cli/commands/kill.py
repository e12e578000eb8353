"""`spendplane kill ls | show | plan | engage`: the kill switch."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import output, switches
from cli.budgets import known
from cli.commands import engage
from cli.context import Session, session
from cli.errors import Failure
from cli.options import EPILOG, JsonOption, KeyOption
from spendplane.domain.idle_policy import EVERY_RESOURCE
from spendplane.domain.switches import Level

if TYPE_CHECKING:
    from spendplane.domain.counters import CounterRef
    from spendplane.domain.switches import Switch

app = typer.Typer(
    help="The kill switch: what it keeps down and why, what it would do, and turning it on.", no_args_is_help=True
)
app.command("plan", epilog=EPILOG)(engage.plan)
app.command("engage", epilog=EPILOG)(engage.engage)


@app.command("ls", epilog=EPILOG)
def ls(
    context: typer.Context,
    budget: Annotated[str | None, typer.Option(metavar="ID", help="Only this budget.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also those that are off, of all periods that are kept.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the switches that are not off: on, refused, observing, giving back, or held off by a person."""
    run = session(context)
    found = _listed(run, budget, every=every)
    if as_json:
        output.print_json([switches.to_object(item, run.now()) for item in found])
        return
    if not found:
        of = "" if budget is None else f" of `{budget}`"
        output.out(f"No switch{of} is kept." if every else f"Every switch{of} is off. All that are kept: --all")
        return
    output.out(*(line for item in found for line in switches.lines(item, run.now())))


def _listed(run: Session, budget: str | None, *, every: bool) -> "list[Switch]":
    port = run.switches()
    deployed = run.ports().definitions.deployed()
    chosen = [*deployed.values(), EVERY_RESOURCE] if budget is None else [known(deployed, budget)]
    found = switches.stirring(port, chosen, lambda ref: budget in (None, ref.budget_id))
    if not every:
        return found
    by_id = {item.id: item for item in found}
    with output.counting("reading switches", len(chosen)) as progress:
        for each in chosen:
            by_id |= {item.id: item for item in port.of_budget(each.id)}
            progress()
    return [item for _, item in sorted(by_id.items())]


@app.command("show", epilog=EPILOG)
def show(
    context: typer.Context,
    switch: Annotated[
        str, typer.Argument(metavar="ID", help="As `kill ls` and notices say; or a budget, for its current period.")
    ],
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one switch: every target with its undo, and all that was decided and done, with what it was decided on."""
    from cli import audit, story

    run = session(context)
    if "/" in switch and key is not None:
        raise typer.BadParameter("an ID names its key already: leave --key out")
    found = _by_id(run, switch) if "/" in switch else _current(run, switch, key)
    entries = list(run.switches().audit(found.id))
    grips = run.switches().grips(found.held | audit.touched(entries))
    if as_json:
        output.print_json(story.to_object(found, grips.values(), entries, run.now()))
    else:
        output.out(*story.lines(found, grips.values(), entries, run.now()))


def _by_id(run: Session, switch_id: str) -> "Switch":
    from spendplane.domain.switches import parse_switch_id

    try:
        place = parse_switch_id(switch_id)
    except ValueError:
        raise Failure(f"`{switch_id}` is not the id of a switch", "see spendplane kill ls --all") from None
    found = run.switches().get(*place)
    if found is None:
        raise Failure(f"no switch `{switch_id}` is kept: it never went on", "see spendplane kill ls --all")
    return found


def _current(run: Session, budget_id: str, key: str | None) -> "Switch":
    """Of the period that runs: what throttles, else what asks for cheaper models. A resource has one switch."""
    from spendplane.domain.counters import CounterRef
    from spendplane.domain.periods import window_of

    budget = known(run.ports().definitions.deployed(), budget_id)
    if budget.per is None and key is not None:
        raise Failure(f"budget `{budget.id}` has one counter, not one per key", "leave --key out")
    ref = CounterRef(budget.id, window_of(budget.period, run.now()).code, key)
    if budget.per is not None and key is None:
        raise Failure(f"budget `{budget.id}` has a counter per {budget.per}", _keys(run, ref))
    found = [run.switches().get(ref, level) for level in (Level.THROTTLE, Level.DEGRADE, Level.IDLE)]
    switch = next((item for item in found if item), None)
    if switch is None:
        raise Failure(
            f"the switch of `{budget.id}` was never on in this period",
            "see what it would do: spendplane kill plan; older periods: spendplane kill ls --all",
        )
    return switch


def _keys(run: Session, ref: "CounterRef") -> str:
    found = switches.stirring(run.switches(), (), lambda item: (item.budget_id, item.code) == (ref.budget_id, ref.code))
    named = ", ".join(sorted({str(item.ref.key) for item in found})) or "none"
    return f"name one with --key; not off now: {named}"
