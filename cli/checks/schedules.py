"""Schedules and what they set off: whether it is on, and when it ran."""

from datetime import datetime, timedelta

from cli.checks.finding import Finding, State
from cli.context import Session

PERIOD = timedelta(hours=1)


def disabled(run: Session, check: str, name: str) -> Finding | None:
    """The failure, where the schedule is off. One that is not there is an error of AWS's, as everywhere."""
    schedule = run.clients("scheduler").get_schedule(Name=name)
    if schedule.get("State", "ENABLED") == "ENABLED":
        return None
    return Finding(check, State.FAIL, f"the schedule {name} is disabled", "enable it, or deploy again")


def made_at(run: Session, name: str) -> datetime | None:
    """When the schedule was created; None where AWS does not say."""
    found: datetime | None = run.clients("scheduler").get_schedule(Name=name).get("CreationDate")
    return found


def runs(
    run: Session, function: str, within: timedelta, *, metric: str = "Invocations", period: timedelta = PERIOD
) -> dict[datetime, float]:
    """What CloudWatch counted of a function until now, by the beginning of each period in which there was any."""
    points = (
        run.clients("cloudwatch")
        .get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": function}],
            StartTime=run.now() - within,
            EndTime=run.now(),
            Period=int(period.total_seconds()),
            Statistics=["Sum"],
        )
        .get("Datapoints", [])
    )
    return {point["Timestamp"]: point["Sum"] for point in points if point["Sum"]}
