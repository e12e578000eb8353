"""Idleness: whether the daily report is made, and whether the kill switch looks for what nobody calls."""

from collections.abc import Iterator
from datetime import timedelta

from cli import output
from cli.checks.finding import Finding, State
from cli.checks.schedules import PERIOD, disabled, made_at, runs
from cli.context import Session

REPORT = "spendplane-idle"
"""Schedule and function of the daily report."""
ROUND = "spendplane-enforce-idle"
"""Schedule of the hourly round; the function is the kill switch's own."""
OVERDUE_AFTER = timedelta(hours=26)
"""A day, and the hour by which CloudWatch's figures are told apart."""
LOOKED_BACK = timedelta(days=14)
_LOG = f"read the log /aws/lambda/{REPORT}; until then: spendplane idle"
_SCHEDULE = f"look at its role and its dead letters (docs/operations.md), and {_LOG}"


def report(run: Session) -> Iterator[Finding]:
    """Its schedule is on, it ran within the day, and did not fail."""
    check = "idle report"
    if off := disabled(run, check, REPORT):
        yield off
        return
    ran = runs(run, REPORT, LOOKED_BACK)
    if not ran:
        yield _never(check, run)
        return
    last = max(ran)
    ago = _hours(run.now() - last)
    if run.now() - last > OVERDUE_AFTER:
        yield Finding(check, State.WARN, f"its schedule is on, but it ran last {ago} ago", _SCHEDULE)
    elif runs(run, REPORT, LOOKED_BACK, metric="Errors").get(last, 0) >= ran[last]:
        yield Finding(check, State.WARN, f"the last run, {ago} ago, failed: nobody was told what idles", _LOG)
    else:
        yield Finding(check, State.OK, f"its schedule is on; the last run was {ago} ago")


def rounds(run: Session) -> Iterator[Finding]:
    """Where budgets.yaml says `idle`, its schedule is there and on. Each look of it is in the kill switch's log."""
    check = "idle rounds"
    name = run.settings.enforce_function
    found = run.clients("lambda").get_function_configuration(FunctionName=name)
    setting = found.get("Environment", {}).get("Variables", {}).get("IDLE", "")
    if not setting:
        yield Finding(check, State.OK, "not asked for: budgets.yaml does not say `idle`")
        return
    if off := disabled(run, check, ROUND):
        yield off
        return
    mode, after = setting.split(",")[:2]
    acts = "taken to zero" if mode == "enforce" else "told of"
    yield Finding(check, State.OK, f"its schedule is on; what nobody calls for {after} hours is {acts} (mode {mode})")


def _never(check: str, run: Session) -> Finding:
    """A new schedule has not run yet; an older one should have."""
    made = made_at(run, REPORT)
    if made is not None and run.now() - made > OVERDUE_AFTER:
        detail = f"its schedule is on since {made:%Y-%m-%d}, but CloudWatch knows of no run in {LOOKED_BACK.days} days"
        return Finding(check, State.WARN, detail, _SCHEDULE)
    return Finding(check, State.OK, "its schedule is on; it has not run yet")


def _hours(span: timedelta) -> str:
    return output.count(span // PERIOD, "hour") if span >= PERIOD else "less than an hour"
