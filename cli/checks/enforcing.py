"""The kill switch: its function, what sets it off, and what it gave up."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from shlex import quote
from typing import TYPE_CHECKING, Any

from cli import output, switches
from cli.checks.finding import Finding, State
from cli.checks.schedules import disabled
from cli.context import Session
from spendplane.domain.switches import Grip, Switch

if TYPE_CHECKING:
    from collections.abc import Mapping

CROSSED = "Budget Threshold Crossed"
SCHEDULE = "spendplane-enforce"
QUEUE = "spendplane-enforce-dlq"
OVERDUE_AFTER = timedelta(minutes=3)
MOST = 100
"""Counted and named no further."""
DEFAULT_ATTEMPTS = 3
_DEPLOY = "deploy again: cdk deploy --all"


def function(run: Session) -> Iterator[Finding]:
    """It is there and may run; and whom it may touch."""
    client, name = run.clients("lambda"), run.settings.enforce_function
    found = client.get_function_configuration(FunctionName=name)
    state, update = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
    if state == "Failed" or update == "Failed":
        why = found.get("StateReason") or found.get("LastUpdateStatusReason") or "no reason is given"
        yield Finding("kill switch", State.FAIL, f"{name} is {state}, its last update {update}: {why}", _DEPLOY)
        return
    if client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions") == 0:
        mend = f"aws lambda delete-function-concurrency --function-name {name}"
        yield Finding("kill switch", State.FAIL, f"{name} may not run: its reserved concurrency is 0", mend)
        return
    told = _environment(found)
    covered = told.get("THROTTLEABLE_ENVIRONMENTS", "").replace(",", ", ") or "nothing"
    most = f", at most {told['MAX_TARGETS']} at once for one counter" if "MAX_TARGETS" in told else ""
    yield Finding("kill switch", State.OK, f"{name} may turn down: {covered}{most}")


def crossings(run: Session) -> Iterator[Finding]:
    """A rule on the bus gives it every crossed budget."""
    client, bus, name = run.clients("events"), run.settings.bus, run.settings.enforce_function
    rules = [rule for rule in client.list_rules(EventBusName=bus)["Rules"] if CROSSED in rule.get("EventPattern", "")]
    taking = [rule for rule in rules if _leads_to(client, bus, rule["Name"], name)]
    off = [rule["Name"] for rule in taking if rule.get("State", "ENABLED") != "ENABLED"]
    if not taking:
        detail = f"no rule gives crossed budgets to {name}: it acts up to a minute later"
        yield Finding("crossings", State.FAIL, detail, _DEPLOY)
    elif off:
        mend = f"aws events enable-rule --event-bus-name {bus} --name {off[0]}"
        yield Finding("crossings", State.FAIL, f"the rule for crossed budgets is disabled ({off[0]})", mend)
    else:
        yield Finding("crossings", State.OK, f"crossed budgets go to {name}")


def _leads_to(client: Any, bus: str, rule: str, name: str) -> bool:  # boto3 makes its clients at run time
    found = client.list_targets_by_rule(EventBusName=bus, Rule=rule)["Targets"]
    return any(item["Arn"].endswith(f":function:{name}") for item in found)


def rounds(run: Session) -> Iterator[Finding]:
    """Its schedule is on, and no switch waits longer than it should."""
    overdue = sum(1 for _ in islice(run.switches().waiting(run.now() - OVERDUE_AFTER), MOST))
    if overdue:
        more = "+" if overdue == MOST else ""
        detail = "1 switch is overdue: no round looked at it"
        if overdue > 1:
            detail = f"{overdue}{more} switches are overdue: no round looked at them"
        yield Finding("rounds", State.FAIL, detail, f"read the log /aws/lambda/{run.settings.enforce_function}")
        return
    if off := disabled(run, "rounds", SCHEDULE):
        yield off
        return
    run.clients("sqs").get_queue_url(QueueName=QUEUE)
    yield Finding("rounds", State.OK, "its schedule is on, nothing is overdue, and what fails is kept")


def given_up(run: Session) -> Iterator[Finding]:
    """Targets that were tried in vain so often that they are left to people."""
    port = run.switches()
    stirring = switches.stirring(port, run.ports().definitions.deployed().values())
    engaged = [item for item in stirring if item.held]
    grips = port.grips({key for item in engaged for key in item.held})
    most = _most_attempts(run) if grips else DEFAULT_ATTEMPTS
    stuck = [
        (item, grip) for item in engaged for key in sorted(item.held) if (grip := grips.get(key)) and _stuck(grip, most)
    ]
    for item, grip in stuck[:MOST]:
        yield _given_up(item, grip)
    if not stuck:
        keeps = f"{output.count(len(grips), 'target')} kept down by {output.count(len(engaged), 'budget counter')}"
        yield Finding("switches", State.OK, f"{keeps}, none given up" if grips else "none keeps anything down")


def _stuck(grip: Grip, most: int) -> bool:
    return grip.live and grip.attempts >= most


def _given_up(switch: Switch, grip: Grip) -> Finding:
    why = grip.error or "somebody turns it on again"
    detail = f"{grip.target.label}: in vain {grip.attempts} times, so it is left to a person: {why}"
    return Finding(
        "switches", State.FAIL, detail, f"turn it by hand; all about it: spendplane kill show {quote(switch.id)}"
    )


def _most_attempts(run: Session) -> int:
    found = run.clients("lambda").get_function_configuration(FunctionName=run.settings.enforce_function)
    return int(_environment(found).get("MAX_ATTEMPTS", DEFAULT_ATTEMPTS))


def _environment(configuration: "Mapping[str, Any]") -> dict[str, str]:
    return dict(configuration.get("Environment", {}).get("Variables", {}))
