"""What the stacks are made of: the CDK's context, and the YAML files beside it, in the words of the stacks.

Context (`cdk … -c name=value`): `target` is `aws` (default) or `local`; `budgets`, `prices` and `endpoints` name other
files (endpoints.yaml may be missing: then there are none), and so does `identities` (which may be missing too);
`runbook` is the address of the runbook that notices send their readers to; `table` is a table that stands in for the
stack's own, restored from a point in time. `bedrock_logs` asks for the stack that reads Bedrock's invocation logs, see
stacks/invocation_logs.py, and `http` for the one that takes usage over HTTPS, see stacks/http_api.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from aws_cdk import App

from spendplane.contract import budgets_file, endpoints_file, http_api, identities_file, prices_file
from spendplane.domain import bill
from spendplane.domain.periods import Period
from stacks.endpoints import (
    AsyncSettings,
    Model,
    OffPeak,
    Ownership,
    RealtimeSettings,
    ServerlessSettings,
    Settings,
)
from stacks.http_api import HttpApi
from stacks.inference import Order
from stacks.invocation_logs import InvocationLogs
from stacks.kill_switch import Idle, KillSwitch
from stacks.second_line import AwsBudget, DenyAction, SecondLine
from stacks.state import restored_table
from stacks.target import Target

Context = Callable[[str], Any]

ROOT = Path(__file__).resolve().parents[1]
RUNBOOK = "docs/runbook.md"
_KINDS: dict[str, type[Settings]] = {
    "serverless": ServerlessSettings,
    "async": AsyncSettings,
    "realtime": RealtimeSettings,
}


@dataclass(frozen=True)
class Inputs:
    """All that the stacks are made of, beside the code."""

    target: Target
    definitions: str
    """The checked budgets.yaml, as JSON."""
    prices: Path
    kill_switch: KillSwitch
    second_line: SecondLine
    endpoints: tuple[Order, ...]
    invocation_logs: InvocationLogs | None
    identities: str
    """The checked identities.yaml, as JSON."""
    runbook: str
    http: HttpApi | None
    restored: str | None = None
    """The table that stands in for the stack's own, after a restore."""

    @classmethod
    def of(cls, app: App) -> Self:
        """Reads the context. Raises `InputError` or `FileError`, each with a text made for people."""
        context = app.node.try_get_context
        prices = _path(context, "prices")
        budgets = budgets_file.load(_path(context, "budgets"))
        prices_file.load(prices)  # the meter would stumble over a mistake only when it starts, with usage waiting
        return cls(
            target=Target.named(context("target") or "aws"),
            definitions=budgets.model_dump_json(),
            prices=prices,
            kill_switch=_kill_switch(budgets),
            second_line=_second_line(budgets),
            endpoints=_endpoints(context),
            invocation_logs=InvocationLogs.of(context),
            identities=_identities(context),
            runbook=context("runbook") or RUNBOOK,
            http=HttpApi.of(context, http_api.body_models()),
            restored=restored_table(context),
        )


def _kill_switch(budgets: budgets_file.BudgetsFile) -> KillSwitch:
    """The bounds that the stacks set up; the stacks themselves know nothing of the core."""
    return KillSwitch(
        environments=budgets.throttleable_environments,
        protected=tuple(budgets.protected_environments),
        max_targets=budgets.kill_switch.max_targets,
        max_attempts=budgets.kill_switch.max_attempts,
        max_drift_percent=budgets.kill_switch.max_drift_percent,
        idle=Idle(**budgets.idle.model_dump()) if budgets.idle else None,
    )


def _second_line(budgets: budgets_file.BudgetsFile) -> SecondLine:
    """What of the budgets AWS can watch too, and a line for what it cannot."""
    watches, actions = list(budgets.watches()), _actions(budgets)
    watched = [
        AwsBudget(
            id=budget.id,
            usd=budget.limits.usd,
            daily=budget.period is Period.DAILY,
            tags=found.part.tags,
            regions=found.part.regions,
            owner=budget.owner,
            action=actions.get(budget.id),
        )
        for budget, found in watches
        if found.part is not None and budget.limits.usd is not None
    ]
    remarks = bill.remarks((budget.id, found) for budget, found in watches)
    idle = [entry.id for entry, _, _ in budgets.acting() if entry.id not in actions]
    said = [f"No AWS budget action for {', '.join(f'`{id_}`' for id_ in idle)}: mode is observe."] if idle else []
    return SecondLine(tuple(watched), (*remarks, *said))


def _actions(budgets: budgets_file.BudgetsFile) -> dict[str, DenyAction]:
    """What AWS Budgets may do by itself, by budget. In mode observe nothing is touched, so there is none."""
    return {
        entry.id: DenyAction(
            roles=tuple(action.deny_roles),
            automatic=action.approval == "automatic",
            environments=tuple(entry.selector["environment"]),
            projects=tuple(entry.selector.get("project_id", ())),
        )
        for entry, action, mode in budgets.acting()
        if mode == "enforce"
    }


def _endpoints(context: Context) -> tuple[Order, ...]:
    """Those of the file that the context names, else of `endpoints.yaml` beside this file; there need not be one."""
    given = context("endpoints")
    path = Path(given or ROOT / "endpoints.yaml")
    read = endpoints_file.load(path) if given or path.exists() else None
    return tuple(_order(entry) for entry in read.endpoints) if read else ()


def _order(entry: endpoints_file.Endpoint) -> Order:
    """The same in the words of the constructs."""
    hours = entry.off_peak
    settings = _KINDS[entry.kind](
        name=entry.name,
        ownership=Ownership(**entry.tags),
        model=Model(
            image=entry.image, data=entry.model_data, environment=entry.variables, isolated=entry.network_isolation
        ),
        off_peak=OffPeak(**(hours.model_dump() | {"days": tuple(hours.days)})) if hours else None,
        price_per_hour=entry.price_per_hour,
        call_seconds=entry.call_seconds,
        **entry.own,
    )
    return Order(settings, alarm_topic=entry.alarm_topic, kms_key=entry.kms_key)


def _identities(context: Context) -> str:
    """Of the file that the context names, else of `identities.yaml` beside this file; without one nobody is known."""
    given = context("identities")
    path = Path(given or ROOT / "identities.yaml")
    read = identities_file.load(path) if given or path.exists() else identities_file.IdentitiesFile(version=1)
    return read.model_dump_json()


def _path(context: Context, name: str) -> Path:
    """The file given by `-c name=PATH`, else `<name>.yaml` beside this file."""
    return Path(context(name) or ROOT / f"{name}.yaml")
