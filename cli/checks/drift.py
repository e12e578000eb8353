"""The bill: whether the ledger was compared with it, and whose hard limits only alert because of what was found."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from cli import output
from cli.checks.finding import Finding, State
from cli.context import Session
from spendplane.domain.drift import Reconciliation, doubt

CHECK = "bill"
STALE_AFTER = timedelta(days=62)
"""A month, and the time until its bill is there."""
_AGAIN = "spendplane reconcile --cur FILE --apply --reason TEXT"


def drift(run: Session) -> Iterator[Finding]:
    """The last reconciliation, its age, and the budgets that it puts in doubt."""
    found = run.drifts().last()
    if found is None:
        yield Finding(CHECK, State.OK, f"the ledger was never compared with a bill; once a month: {_AGAIN}")
        return
    doubtful = in_doubt(run, found)
    for budget_id, reason in doubtful:
        mend = f"find what is counted too much (docs/reconcile.md), then: {_AGAIN}"
        yield Finding(CHECK, State.WARN, f"{budget_id}: {reason}", mend)
    if doubtful:
        return
    said = f"{found.month} was compared with the bill on {found.at:%Y-%m-%d}"
    if run.now() - found.at > STALE_AFTER:
        yield Finding(CHECK, State.WARN, f"{said}: long ago", _AGAIN)
    else:
        yield Finding(CHECK, State.OK, f"{said}: hard limits act")


def in_doubt(run: Session, found: Reconciliation) -> list[tuple[str, str]]:
    """The deployed budgets that would throttle and may not, each with the reason."""
    with output.working("asking the kill switch's settings"):
        configuration = run.clients("lambda").get_function_configuration(FunctionName=run.settings.enforce_function)
    given = configuration.get("Environment", {}).get("Variables", {}).get("MAX_DRIFT_PERCENT")
    most = Decimal(given) if given else None
    budgets = sorted(run.ports().definitions.deployed().values(), key=lambda budget: budget.id)
    acting = [
        item for item in budgets if item.mode == "enforce" and item.on_hard_limit == "throttle" and item.limits.any
    ]
    reasons = [(budget.id, doubt(found, budget, None, most)) for budget in acting]
    return [(budget_id, reason) for budget_id, reason in reasons if reason]
