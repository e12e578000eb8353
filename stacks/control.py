"""The stateless stack: the functions, what sets them off, and what watches them."""

from pathlib import Path

from aws_cdk import Stack
from constructs import Construct

from stacks import names
from stacks.constructs.alarms import Alarms
from stacks.constructs.capabilities import Capabilities
from stacks.constructs.dashboard import Dashboard
from stacks.constructs.definitions import Definitions
from stacks.constructs.enforce import Enforce
from stacks.constructs.function import Runtime
from stacks.constructs.hours import Hours
from stacks.constructs.idle import Idle
from stacks.constructs.meter import Meter
from stacks.constructs.notify import Notify
from stacks.constructs.sweep import Sweep
from stacks.kill_switch import KillSwitch
from stacks.state import SpendplaneState
from stacks.target import Target


class SpendplaneControl(Stack):
    """Meter, notify, sweep, enforce, hours, idle, the budget definitions, alarms and dashboard."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        target: Target,
        state: SpendplaneState,
        definitions: str,
        prices: Path,
        kill_switch: KillSwitch,
        runbook: str,
    ) -> None:
        """`definitions` is the checked budgets.yaml as JSON; `runbook` is where notices send their readers."""
        super().__init__(scope, id_, synthesizer=target.synthesizer(), tags=names.TAGS)
        # CDK repeats in DependsOn what a reference says already.
        self.template_options.metadata = {"cfn-lint": {"config": {"ignore_checks": ["W3005"]}}}
        runtime = Runtime.of(self, target, prices)
        store, bus, intake, topics = state.store, state.bus, state.intake, state.topics
        capabilities = Capabilities(
            meter=Meter(self, "Meter", store=store, bus=bus, intake=intake, runtime=runtime),
            notify=Notify(self, "Notify", store=store, bus=bus, topics=topics, runbook=runbook, runtime=runtime),
            sweep=Sweep(self, "Sweep", store=store, bus=bus, runtime=runtime),
            enforce=Enforce(self, "Enforce", store=store, bus=bus, kill_switch=kill_switch, runtime=runtime),
            hours=Hours(self, "Hours", store=store, bus=bus, runtime=runtime),
            idle=Idle(self, "Idle", store=store, bus=bus, runtime=runtime),
        )
        budgets = Definitions(self, "Definitions", store=store, definitions=definitions, runtime=runtime)
        Alarms(self, "Alarms", intake=intake, topics=topics, capabilities=capabilities, budgets=budgets)
        Dashboard(self, "Dashboard", intake=intake, store=store, capabilities=capabilities)
