"""What goes wrong reaches on-call, and the message says what to do."""

import json

from tests.stacks.assembly import Assembly, Json

ON_CALL = ["Topic:spendplane-on-call"]


def test_every_alarm_reaches_on_call_with_a_step_to_take(aws: Assembly) -> None:
    alarms = aws.resources("AWS::CloudWatch::Alarm")
    assert alarms
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == ON_CALL
        assert alarm["OKActions"] == ON_CALL
        assert any(word in alarm["AlarmDescription"] for word in ("`spendplane ", "Find the function")), alarm
        assert len(alarm["AlarmDescription"]) <= 1024


def test_every_dead_letter_queue_wakes_somebody_at_the_first_message(aws: Assembly) -> None:
    dead_letters = {name for name, queue in aws.resources("AWS::SQS::Queue").items() if "RedrivePolicy" not in queue}
    watched = {
        _dimension(alarm, "QueueName").removesuffix(".QueueName")
        for alarm in _alarms(aws, "AWS/SQS", "ApproximateNumberOfMessagesVisible")
        if (alarm["Threshold"], alarm["Statistic"], alarm["EvaluationPeriods"]) == (1, "Maximum", 1)
    }
    assert dead_letters == watched
    assert len(watched) == 7


def test_every_function_is_watched_for_errors_and_throttles(aws: Assembly) -> None:
    functions = set(aws.resources("AWS::Lambda::Function"))
    for metric in ("Errors", "Throttles"):
        watched = {_dimension(alarm, "FunctionName") for alarm in _alarms(aws, "AWS/Lambda", metric)}
        assert watched == functions


def test_waiting_usage_is_noticed_after_five_minutes(aws: Assembly) -> None:
    (alarm,) = _alarms(aws, "AWS/SQS", "ApproximateAgeOfOldestMessage")
    assert _dimension(alarm, "QueueName") == "Queue:spendplane-usage.QueueName"
    assert (alarm["Threshold"], alarm["Statistic"]) == (300, "Maximum")


def test_quarantined_and_unpriced_records_are_noticed_by_the_dimension_that_the_meter_emits(aws: Assembly) -> None:
    meter = aws.resources("AWS::Lambda::Function")["Function:spendplane-meter"]
    service = meter["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    namespace = meter["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"]
    for metric in ("RecordsQuarantined", "RecordsUnpriced"):
        (alarm,) = _alarms(aws, namespace, metric)
        assert alarm["Dimensions"] == [{"Name": "service", "Value": service}]
        assert (alarm["Threshold"], alarm["Statistic"]) == (1, "Sum")


def test_what_the_switch_cannot_do_is_noticed_by_the_dimension_that_it_emits(aws: Assembly) -> None:
    variables = aws.resources("AWS::Lambda::Function")["Function:spendplane-enforce"]["Environment"]["Variables"]
    for metric, periods in (("TargetsEscalated", 1), ("TargetsFailed", 3)):
        (alarm,) = _alarms(aws, variables["POWERTOOLS_METRICS_NAMESPACE"], metric)
        assert alarm["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]
        assert (alarm["Threshold"], alarm["Statistic"], alarm["Period"]) == (1, "Sum", 300)
        assert (alarm["ComparisonOperator"], alarm["EvaluationPeriods"]) == ("GreaterThanOrEqualToThreshold", periods)


def test_hours_that_no_ledger_takes_any_more_are_noticed_by_the_dimension_that_is_emitted(aws: Assembly) -> None:
    variables = aws.resources("AWS::Lambda::Function")["Function:spendplane-hours"]["Environment"]["Variables"]
    (alarm,) = _alarms(aws, variables["POWERTOOLS_METRICS_NAMESPACE"], "HoursForgoneSeconds")
    assert alarm["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]
    assert (alarm["Threshold"], alarm["Statistic"]) == (1, "Sum")


def test_rounds_that_do_not_run_are_noticed_after_ten_minutes_though_nothing_is_counted(aws: Assembly) -> None:
    alarms = {_dimension(alarm, "FunctionName"): alarm for alarm in _alarms(aws, "AWS/Lambda", "Invocations")}
    scheduled = {schedule["Target"]["Arn"] for schedule in aws.resources("AWS::Scheduler::Schedule").values()}
    daily = {"Function:spendplane-idle.Arn"}  # a report that is a day late wakes nobody
    assert {f"{name}.Arn" for name in alarms} == scheduled - daily
    assert len(scheduled) == 4
    for alarm in alarms.values():
        assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("LessThanThreshold", "breaching")
        assert alarm["Period"] * alarm["EvaluationPeriods"] == 600


def test_the_dashboard_shows_the_way_of_a_record(aws: Assembly) -> None:
    (dashboard,) = aws.resources("AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(dashboard["DashboardBody"])["widgets"]
    shown = {_metric_name(metric) for widget in widgets for metric in widget["properties"]["metrics"]}
    path = {"RecordsReceived", "RecordsCounted", "DuplicatesDropped", "RecordsQuarantined", "RecordsUnpriced"}
    people = {"AlertsFired", "NoticesSent", "OutboxRepublished"}
    switch = {"TargetsThrottled", "TargetsRestored", "TargetsFailed", "TargetsEscalated"}
    machinery = {"ApproximateAgeOfOldestMessage", "Duration", "Errors", "Throttles", "TransactionConflict"}
    assert path | people | switch | machinery <= shown


def _alarms(assembly: Assembly, namespace: str, metric: str) -> list[Json]:
    alarms = assembly.resources("AWS::CloudWatch::Alarm").values()
    return [alarm for alarm in alarms if (alarm["Namespace"], alarm["MetricName"]) == (namespace, metric)]


def _dimension(alarm: Json, name: str) -> str:
    (value,) = (dimension["Value"] for dimension in alarm["Dimensions"] if dimension["Name"] == name)
    return str(value)


def _metric_name(metric: list[object]) -> object:
    """A line of a widget is `[namespace, metric, …]`, or an expression alone."""
    return metric[1] if len(metric) > 1 else None
