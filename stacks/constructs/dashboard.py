"""The dashboard: from the record's arrival to the notice, top to bottom."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks import names
from stacks.constructs.capabilities import Capabilities
from stacks.constructs.function import Function
from stacks.constructs.intake import Intake
from stacks.constructs.metrics import records
from stacks.constructs.store import Store

_MINUTE = Duration.minutes(1)
_OUTCOMES = ("RecordsCounted", "DuplicatesDropped", "RecordsQuarantined", "RecordsFailed")


class Dashboard(Construct):
    """`spendplane` in CloudWatch."""

    def __init__(self, scope: Construct, id_: str, *, intake: Intake, store: Store, capabilities: Capabilities) -> None:
        super().__init__(scope, id_)
        functions = capabilities.functions
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=names.APPLICATION,
            period_override=cloudwatch.PeriodOverride.INHERIT,
            widgets=[
                [_rate(), _outcomes(), _unaccounted()],
                [_queue(intake), _dead_letters(intake, capabilities), _exceptions()],
                [_notices(), _latency(functions), _errors(functions)],
                [_turned(), _in_vain(), _rounds(capabilities)],
                [_capacity(store), _conflicts(store), _concurrency(capabilities.meter.function)],
            ],
        )


def _rate() -> cloudwatch.GraphWidget:
    rate = cloudwatch.MathExpression(
        expression="received / PERIOD(received)",
        using_metrics={"received": records("RecordsReceived")},
        label="Records a second",
        period=_MINUTE,
    )
    return _graph("Records a second", [rate])


def _outcomes() -> cloudwatch.GraphWidget:
    return _graph("Where the records went", [records(name) for name in _OUTCOMES], stacked=True)


def _unaccounted() -> cloudwatch.GraphWidget:
    """Zero while every record that came in ended in the ledger, in quarantine, as a duplicate or back in the queue."""
    metrics = {name[0].lower() + name[1:]: records(name) for name in ("RecordsReceived", *_OUTCOMES)}
    outcomes = " - ".join(f"FILL({name}, 0)" for name in list(metrics)[1:])
    gap = cloudwatch.MathExpression(
        expression=f"recordsReceived - {outcomes}", using_metrics=metrics, label="Unaccounted for", period=_MINUTE
    )
    return _graph("Records unaccounted for (must be 0)", [gap])


def _queue(intake: Intake) -> cloudwatch.GraphWidget:
    queue = intake.queue
    age = queue.metric_approximate_age_of_oldest_message(period=_MINUTE, statistic="Maximum")
    waiting = queue.metric_approximate_number_of_messages_visible(period=_MINUTE, statistic="Maximum")
    return _graph("Usage queue: waiting (left), oldest in seconds (right)", [waiting], right=[age])


def _dead_letters(intake: Intake, capabilities: Capabilities) -> cloudwatch.GraphWidget:
    queues = {
        "usage": intake.dead_letters,
        "undelivered": intake.undelivered,
        "notify": capabilities.notify.dead_letters,
        "sweep": capabilities.sweep.dead_letters,
        "enforce": capabilities.enforce.dead_letters,
        "hours": capabilities.hours.dead_letters,
        "idle": capabilities.idle.dead_letters,
    }
    depths = [
        queue.metric_approximate_number_of_messages_visible(period=_MINUTE, statistic="Maximum", label=label)
        for label, queue in queues.items()
    ]
    return _graph("Dead-letter queues (must be 0)", depths)


def _exceptions() -> cloudwatch.GraphWidget:
    exceptions = ("DuplicatesDropped", "RecordsQuarantined", "RecordsUnpriced")
    return _graph("Duplicates, quarantine, unpriced", [records(name) for name in exceptions])


def _notices() -> cloudwatch.GraphWidget:
    return _graph(
        "Alerts fired, notices sent, announcements sent again",
        [records("AlertsFired"), records("NoticesSent", "notify"), records("OutboxRepublished", "sweep")],
    )


def _latency(functions: Sequence[Function]) -> cloudwatch.GraphWidget:
    metrics = [
        function.function.metric_duration(period=_MINUTE, statistic=statistic, label=f"{function.name} {statistic}")
        for function in functions
        for statistic in ("p50", "p99")
    ]
    return _graph("Duration of the functions, milliseconds", metrics)


def _errors(functions: Sequence[Function]) -> cloudwatch.GraphWidget:
    errors = [function.function.metric_errors(period=_MINUTE, label=function.name) for function in functions]
    throttles = [
        function.function.metric_throttles(period=_MINUTE, label=f"{function.name} throttled") for function in functions
    ]
    return _graph("Errors (left), throttles (right)", errors, right=throttles)


def _turned() -> cloudwatch.GraphWidget:
    turned = ("TargetsThrottled", "TargetsRestored")
    return _graph("Kill switch: targets turned down, given back", [records(name, "enforce") for name in turned])


def _in_vain() -> cloudwatch.GraphWidget:
    in_vain = ("TargetsFailed", "TargetsEscalated")
    return _graph("Kill switch: in vain, left to people (must be 0)", [records(name, "enforce") for name in in_vain])


def _rounds(capabilities: Capabilities) -> cloudwatch.GraphWidget:
    functions = (capabilities.sweep.function, capabilities.enforce.function)
    rounds = [function.function.metric_invocations(period=_MINUTE, label=function.name) for function in functions]
    return _graph("Rounds a minute", rounds)


def _capacity(store: Store) -> cloudwatch.GraphWidget:
    write = store.table.metric_consumed_write_capacity_units(period=_MINUTE, statistic="Sum")
    read = store.table.metric_consumed_read_capacity_units(period=_MINUTE, statistic="Sum")
    return _graph("Table: units written (left) and read (right)", [write], right=[read])


def _conflicts(store: Store) -> cloudwatch.GraphWidget:
    conflicts = store.table.metric("TransactionConflict", period=_MINUTE, statistic="Sum")
    return _graph("Table: transaction conflicts (a hot counter)", [conflicts])


def _concurrency(meter: Function) -> cloudwatch.GraphWidget:
    running = meter.function.metric("ConcurrentExecutions", period=_MINUTE, statistic="Maximum")
    return _graph("Meters at work", [running])


def _graph(
    title: str,
    left: Sequence[cloudwatch.IMetric],
    *,
    right: Sequence[cloudwatch.IMetric] = (),
    stacked: bool = False,
) -> cloudwatch.GraphWidget:
    from_zero = cloudwatch.YAxisProps(min=0)
    return cloudwatch.GraphWidget(
        title=title, left=list(left), right=list(right), stacked=stacked, width=8, left_y_axis=from_zero
    )
