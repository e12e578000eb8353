"""Whether it works: definitions, and the sweep."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from cli.checks.finding import Finding, State
from cli.checks.schedules import disabled, runs
from cli.context import Session
from cli.errors import Failure
from cli.files import budgets_path

SWEEP = "spendplane-sweep"
OVERDUE_AFTER = timedelta(minutes=3)
COUNTED_OVERDUE = 100
_WINDOW = timedelta(minutes=10)


def definitions(run: Session) -> Iterator[Finding]:
    """Budgets are deployed, and they are those of the file."""
    from spendplane.application.define_budgets import plan
    from spendplane.contract.budgets_file import load

    port = run.ports().definitions
    deployed = port.deployed()
    if not deployed:
        yield Finding(
            "budgets", State.WARN, "none is deployed: everything is counted, nothing limited", "cdk deploy --all"
        )
        return
    try:
        wanted = load(budgets_path(None))
    except Failure:
        yield Finding("budgets", State.OK, f"{len(deployed)} are deployed")
        return
    if plan(wanted.to_domain(), deployed, port.retired(), (port.producers(), wanted.bound())).empty:
        yield Finding("budgets", State.OK, f"{len(deployed)} are deployed, as budgets.yaml says")
    else:
        detail = f"{len(deployed)} are deployed; budgets.yaml says something else"
        yield Finding("budgets", State.WARN, detail, "see spendplane budget plan, then deploy")


def sweep(run: Session) -> Iterator[Finding]:
    """Its schedule is on, and nothing that it should have done is overdue."""
    overdue = sum(1 for _ in islice(run.ports().outbox.due(run.now() - OVERDUE_AFTER), COUNTED_OVERDUE))
    if overdue:
        detail = f"{overdue}{'+' if overdue == COUNTED_OVERDUE else ''} announcements are overdue: nobody took them"
        yield Finding("sweep", State.FAIL, detail, f"read the logs of {SWEEP} and spendplane-notify")
        return
    if off := disabled(run, "sweep", SWEEP):
        yield off
        return
    ran = sum(runs(run, SWEEP, _WINDOW, period=_WINDOW).values())
    known = f"ran {ran:.0f} times in the last 10 minutes" if ran else "CloudWatch does not tell of its runs"
    yield Finding("sweep", State.OK, f"its schedule is on, nothing is overdue; {known}")
