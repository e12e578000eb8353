"""What wakes a person, and what the message tells that person to do."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks import names
from stacks.constructs.definitions import Definitions
from stacks.constructs.function import Function
from stacks.constructs.intake import Intake
from stacks.constructs.meter import Meter
from stacks.constructs.metrics import records
from stacks.constructs.notify import Notify
from stacks.constructs.sweep import Sweep
from stacks.constructs.topics import Topics

_MINUTE = Duration.minutes(1)
_FIVE_MINUTES = Duration.minutes(5)
_LATE_SECONDS = 300
"""Older than this, and the meter does not keep up: a batch takes seconds, a retry after a crash three minutes."""

_AFTER_A_FAILURE = {
    names.function("meter"): "Its batch is tried again in three minutes; nothing is lost yet.",
    names.function("notify"): "It is tried twice more, then the notice goes to the dead-letter queue.",
    names.function("sweep"): "The next round, a minute later, finds the same work.",
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
        meter: Meter,
        notify: Notify,
        sweep: Sweep,
        budgets: Definitions,
    ) -> None:
        super().__init__(scope, id_)
        self._action = actions.SnsAction(topics.on_call)
        self._dead_letters(intake, notify, sweep)
        self._late(intake.queue)
        for capability in (meter, notify, sweep, budgets):
            self._function(capability.function)
        self._records()
        self._sweep_stalled(sweep.function)

    def _dead_letters(self, intake: Intake, notify: Notify, sweep: Sweep) -> None:
        self._depth(
            "UsageDlq",
            intake.dead_letters,
            "Usage events failed in the meter five times and are NOT in any budget. Run `spendplane doctor`, read the "
            "meter's log for the cause, mend it, then move the messages back (SQS: DLQ redrive). They keep 14 days.",
        )
        self._depth(
            "UndeliveredDlq",
            intake.undelivered,
            "EventBridge could not put usage events into the usage queue; they are NOT in any budget. Check the policy "
            "of the queue against the stack, then publish the messages again with `spendplane events put`.",
        )
        self._depth(
            "NotifyDlq",
            notify.dead_letters,
            "A notice reached nobody, perhaps one of a crossed budget. Run `spendplane status` for budgets over a "
            "threshold, tell their owners, and read the notify function's log for the cause.",
        )
        self._depth(
            "SweepDlq",
            sweep.dead_letters,
            "The scheduler could not start the sweep: unsent alerts and changed budgets wait. Run `spendplane doctor`; "
            "check the schedule spendplane-sweep and its role. The messages are ticks and can be purged.",
        )

    def _depth(self, id_: str, queue: sqs.Queue, description: str) -> None:
        metric = queue.metric_approximate_number_of_messages_visible(period=_MINUTE, statistic="Maximum")
        self._alarm(f"{id_}Depth", metric, description)

    def _late(self, queue: sqs.Queue) -> None:
        self._alarm(
            "UsageQueueAge",
            queue.metric_approximate_age_of_oldest_message(period=_MINUTE, statistic="Maximum"),
            "Usage waits more than 5 minutes to be counted, so alerts come late. Run `spendplane doctor`; look for "
            "errors and throttles of the meter, then at conflicts on a hot counter (raise `shards` of that budget).",
            threshold=_LATE_SECONDS,
            periods=3,
        )

    def _function(self, function: Function) -> None:
        lambda_, name = function.function, function.name
        self._alarm(
            f"{function.node.id}Errors",
            lambda_.metric_errors(period=_MINUTE),
            f"{name} failed. {_AFTER_A_FAILURE[name]} Read the log /aws/lambda/{name}, then run `spendplane doctor`.",
        )
        self._alarm(
            f"{function.node.id}Throttles",
            lambda_.metric_throttles(period=_MINUTE),
            f"{name} was refused a place to run: the account's Lambda concurrency is used up. Its input waits. "
            "Find the function that takes the places, or ask for a higher quota.",
            periods=3,
        )

    def _records(self) -> None:
        self._alarm(
            "RecordsQuarantined",
            records("RecordsQuarantined", period=_FIVE_MINUTES),
            "Usage records were not understood and are in NO budget. Run `spendplane quarantine ls`, then "
            "`spendplane quarantine show ID` for the reason; tell the producer, and `spendplane quarantine replay`.",
        )
        self._alarm(
            "RecordsUnpriced",
            records("RecordsUnpriced", period=_FIVE_MINUTES),
            "Usage of a model without a price: it counts as unpriced, not as money. Run `spendplane status`, add the "
            "model to prices.yaml, deploy, then run `spendplane reprice`.",
        )

    def _sweep_stalled(self, sweep: Function) -> None:
        self._alarm(
            "SweepStalled",
            sweep.function.metric_invocations(period=_FIVE_MINUTES),
            "The sweep has not run for 10 minutes: what was not sent stays unsent. Check that the schedule "
            "spendplane-sweep is enabled, then run `spendplane doctor`.",
            comparison=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            missing=cloudwatch.TreatMissingData.BREACHING,
            periods=2,
        )

    def _alarm(
        self,
        id_: str,
        metric: cloudwatch.IMetric,
        description: str,
        *,
        threshold: int = 1,
        periods: int = 1,
        comparison: cloudwatch.ComparisonOperator = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> None:
        """Breached in `periods` periods of the metric on end, by default in one, by a value of 1 or more."""
        alarm = cloudwatch.Alarm(
            self,
            id_,
            metric=metric,
            alarm_description=description,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=comparison,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)
