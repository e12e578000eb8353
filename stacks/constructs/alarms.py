"""What wakes a person, and what the message tells that person to do."""

from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks import names
from stacks.constructs.capabilities import Capabilities
from stacks.constructs.definitions import Definitions
from stacks.constructs.intake import Intake
from stacks.constructs.metrics import records
from stacks.constructs.on_call import FIVE_MINUTES, MINUTE, OnCall
from stacks.constructs.topics import Topics

_LATE_SECONDS = 300
"""Older than this, and the meter does not keep up: a batch takes seconds, a retry after a crash three minutes."""

_AFTER_A_FAILURE = {
    names.function("meter"): "Its batch is tried again in three minutes; nothing is lost yet.",
    names.function("notify"): "It is tried twice more, then the notice goes to the dead-letter queue.",
    names.function("sweep"): "The next round, a minute later, finds the same work.",
    names.function("enforce"): "The switch stands in the table: the next round, a minute later, goes on with it.",
    names.function(
        "hours"
    ): "The next round, five minutes later, publishes what is missing; nothing is lost in 34 days.",
    names.function("idle"): "It is tried twice more; without it the day's idle report is missing, no more.",
    names.function("define"): "The deployment of budgets.yaml failed: the budgets of the deployment before hold.",
}


class Alarms(Construct):
    """Every alarm goes to `on-call` when it starts and when it ends."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        intake: Intake,
        topics: Topics,
        capabilities: Capabilities,
        budgets: Definitions,
    ) -> None:
        super().__init__(scope, id_)
        self._on_call = OnCall(self, topics)
        self._usage_dead_letters(intake)
        self._dead_letters(capabilities)
        self._late(intake.queue)
        for function in (*capabilities.functions, budgets.function):
            self._on_call.failures(function, _AFTER_A_FAILURE[function.name])
        self._records()
        self._kill_switch()
        self._rounds(capabilities)

    def _usage_dead_letters(self, intake: Intake) -> None:
        self._on_call.depth(
            "UsageDlq",
            intake.dead_letters,
            "Usage events failed in the meter five times and are NOT in any budget. Run `spendplane doctor`, read the "
            "meter's log for the cause, mend it, then run `spendplane recover redrive`. The messages keep 14 days.",
        )
        self._on_call.depth(
            "UndeliveredDlq",
            intake.undelivered,
            "EventBridge could not put usage events into the usage queue; they are NOT in any budget. Check the policy "
            "of the queue against the stack, then move the messages back: `spendplane recover redrive`.",
        )

    def _dead_letters(self, capabilities: Capabilities) -> None:
        self._on_call.depth(
            "NotifyDlq",
            capabilities.notify.dead_letters,
            "A notice reached nobody, perhaps one of a crossed budget. Run `spendplane status` for budgets over a "
            "threshold, tell their owners, and read the notify function's log for the cause.",
        )
        self._on_call.depth(
            "SweepDlq",
            capabilities.sweep.dead_letters,
            "The scheduler could not start the sweep: unsent alerts and changed budgets wait. Run `spendplane doctor`; "
            "check the schedule spendplane-sweep and its role. The messages are ticks and can be purged.",
        )
        self._on_call.depth(
            "EnforceDlq",
            capabilities.enforce.dead_letters,
            "The kill switch failed three times on a crossed budget or a round, or could not be started. Run "
            "`spendplane status` for what is over its limit and read the enforce function's log for the cause. Once a "
            "round succeeds, it has done what the messages ask for, and they can be purged.",
        )
        self._on_call.depth(
            "HoursDlq",
            capabilities.hours.dead_letters,
            "The scheduler could not start the counting of hours: no budget sees what runs. Run `spendplane doctor`; "
            "check the schedule spendplane-hours and its role. Hours are caught up; the messages can be purged.",
        )
        self._on_call.depth(
            "IdleDlq",
            capabilities.idle.dead_letters,
            "The scheduler could not start the daily idle report: run `spendplane idle` instead. Check the schedule "
            "spendplane-idle and its role. The messages can be purged.",
        )

    def _rounds(self, capabilities: Capabilities) -> None:
        self._on_call.stalled(
            capabilities.sweep.function, "The sweep has not run for 10 minutes: what was not sent stays unsent."
        )
        self._on_call.stalled(
            capabilities.enforce.function,
            "The kill switch has not looked for 10 minutes: what is over budget is not turned down by its rounds, and "
            "nothing that was turned down is given back.",
        )
        self._on_call.stalled(
            capabilities.hours.function,
            "The hours of instances were not counted for 10 minutes: until they are caught up, no budget sees them.",
        )
        self._on_call.alarm(
            "HoursForgone",
            records("HoursForgoneSeconds", "hours", FIVE_MINUTES),
            "Instances ran whose hours are in NO budget: nobody counted them for 34 days, and the ledger takes nothing "
            "older. Take them from the bill. Run `spendplane doctor`, and look for earlier alarms of spendplane-hours.",
        )

    def _late(self, queue: sqs.Queue) -> None:
        self._on_call.alarm(
            "UsageQueueAge",
            queue.metric_approximate_age_of_oldest_message(period=MINUTE, statistic="Maximum"),
            "Usage waits more than 5 minutes to be counted, so alerts come late. Run `spendplane doctor`; look for "
            "errors and throttles of the meter, then at conflicts on a hot counter (raise `shards` of that budget).",
            threshold=_LATE_SECONDS,
            periods=3,
        )

    def _records(self) -> None:
        self._on_call.alarm(
            "RecordsQuarantined",
            records("RecordsQuarantined", period=FIVE_MINUTES),
            "Usage records were not understood and are in NO budget. Run `spendplane quarantine ls`, then "
            "`spendplane quarantine show ID` for the reason; tell the producer, and `spendplane quarantine replay`.",
        )
        self._on_call.alarm(
            "RecordsUnpriced",
            records("RecordsUnpriced", period=FIVE_MINUTES),
            "Usage of a model without a price: it counts as unpriced, not as money. Run `spendplane status`, add the "
            "model to prices.yaml, deploy, then run `spendplane reprice`.",
        )

    def _kill_switch(self) -> None:
        self._on_call.alarm(
            "TargetsEscalated",
            records("TargetsEscalated", "enforce", FIVE_MINUTES),
            "The kill switch leaves a target to you: it may not or cannot turn it down or give it back, or somebody "
            "turns it back on. Money may keep running. The notice to on-call names it; run `spendplane kill ls` and "
            "`spendplane kill show ID`, then go on by hand as the runbook says.",
        )
        self._on_call.alarm(
            "TargetsFailed",
            records("TargetsFailed", "enforce", FIVE_MINUTES),
            "For a quarter of an hour the kill switch could not turn a target down, or give it back. It tries again "
            "every minute and escalates when that stays in vain. Run `spendplane kill ls` and `spendplane kill show ID`"
            " for the target and the cause: a missing right, a tag that changed, an endpoint that is being changed.",
            periods=3,  # an endpoint takes minutes to come back, and is busy until then
        )
