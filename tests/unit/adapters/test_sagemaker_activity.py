"""Whether somebody calls: what the reaper goes by. Whatever is not known for sure is left out, or not idle."""

from datetime import timedelta

import pytest

from spendplane.adapters.sagemaker_activity import SageMakerActivities
from spendplane.application.ports import BusyError
from spendplane.domain.idle_policy import Activity, IdlePolicy, busy
from spendplane.domain.idleness import HOUR
from spendplane.domain.targets import Target
from tests.support.builders import NOW
from tests.support.metered_cloud import LONG_AGO, MeteredCloud
from tests.unit.adapters.fleet.cloud import FaultError

POLICY = IdlePolicy(after=24 * HOUR, notice=24 * HOUR, grace=timedelta(0))
LAST = NOW - HOUR


def read(account: MeteredCloud, kind: str, arn: str, name: str) -> Activity | None:
    target = Target(kind, arn, name)
    return SageMakerActivities(account.cloud).read([target], POLICY, NOW).get(target.key)


def of_endpoint(account: MeteredCloud, name: str = "chat") -> Activity | None:
    return read(account, "sagemaker-endpoint", account.endpoints[name]["EndpointArn"], name)


def test_an_endpoint_that_reports_and_is_not_called_is_idle() -> None:
    account = MeteredCloud()
    account.endpoint("chat")
    account.metric("CPUUtilization", "SampleCount", "chat", "all", hours={LAST: 60.0})
    account.metric("Invocations", "Maximum", "chat", "all", hours={LAST: 0.0, NOW - 30 * HOUR: 5.0})
    found = of_endpoint(account)
    assert found == Activity(LONG_AGO, up=True, calls=0.0, reported=True, instances=(("ml.g5.xlarge", 1),))
    assert busy(POLICY, found, NOW) is None


@pytest.mark.parametrize("hours", [1, 23, 24])
def test_one_call_in_the_hours_asked_for_is_enough(hours: int) -> None:
    account = MeteredCloud()
    account.endpoint("chat")
    account.metric("CPUUtilization", "SampleCount", "chat", "all", hours={LAST: 60.0})
    account.metric("Invocations", "Maximum", "chat", "all", hours={NOW - hours * HOUR: 1.0})
    assert busy(POLICY, of_endpoint(account), NOW) == "it was called within the last 24 hours"


def test_a_forged_value_takes_no_call_away() -> None:
    """Whoever may publish metrics can write -100 calls, beside a call or in an hour without one."""
    account = MeteredCloud()
    account.endpoint("chat")
    account.metric("CPUUtilization", "SampleCount", "chat", "all", hours={LAST: 60.0})
    account.metric("Invocations", "Sum", "chat", "all", hours={LAST: -99.0, NOW - 2 * HOUR: -100.0})
    account.metric("Invocations", "Maximum", "chat", "all", hours={LAST: 1.0, NOW - 2 * HOUR: -100.0})
    assert busy(POLICY, of_endpoint(account), NOW) == "it was called within the last 24 hours"


def test_silence_is_not_idleness() -> None:
    account = MeteredCloud()
    account.endpoint("chat")
    account.metric("CPUUtilization", "SampleCount", "chat", "all", hours={NOW - 4 * HOUR: 60.0})
    assert busy(POLICY, of_endpoint(account), NOW) == "CloudWatch has no metrics of it"


@pytest.mark.parametrize("changes", [{"count": 0}, {"count": None}, {"EndpointStatus": "Updating"}])
def test_without_instances_or_while_it_changes_nothing_is_done(changes: dict[str, object]) -> None:
    account = MeteredCloud()
    account.endpoint("chat", **changes)  # type: ignore[arg-type]
    assert busy(POLICY, of_endpoint(account), NOW) == "it has no instances"


def test_an_endpoint_that_hosts_components_is_told_of_by_them() -> None:
    account = MeteredCloud()
    account.endpoint("host", model=None)
    arn = account.component("writer", "host", copies=2)
    account.metric("CPUUtilizationNormalized", "SampleCount", "host", "all", hours={LAST: 60.0})
    assert of_endpoint(account, "host") is None
    found = read(account, "sagemaker-inference-component", arn, "writer")
    assert found == Activity(LONG_AGO, up=True, calls=0.0, reported=True)
    account.metric("Invocations", "Maximum", "writer", hours={LAST: 1.0})
    assert read(account, "sagemaker-inference-component", arn, "writer").calls == 1  # type: ignore[union-attr]


def test_many_are_read_with_one_call_of_cloudwatch() -> None:
    account = MeteredCloud()
    targets = [Target("sagemaker-endpoint", account.endpoint(f"e{n}"), f"e{n}") for n in range(100)]
    assert len(SageMakerActivities(account.cloud).read(targets, POLICY, NOW)) == 100
    assert len(account.asked("GetMetricData")) == 1


def test_one_that_is_busy_is_left_out_and_alone_it_is_asked_again() -> None:
    account = MeteredCloud()
    good, bad = (Target("sagemaker-endpoint", account.endpoint(name), name) for name in ("good", "bad"))
    describe = account.cloud.operations["sagemaker", "DescribeEndpoint"]

    def throttled(given: dict[str, str]) -> dict[str, object]:
        if given["EndpointName"] == "bad":
            raise FaultError("ThrottlingException")
        return describe(given)

    account.cloud.serve("sagemaker", DescribeEndpoint=throttled)
    activities = SageMakerActivities(account.cloud)
    assert set(activities.read([good, bad], POLICY, NOW)) == {good.key}
    with pytest.raises(BusyError):
        activities.read([bad], POLICY, NOW)


def test_what_it_runs_on_is_by_type_shadows_included() -> None:
    account = MeteredCloud()
    shadow = {"VariantName": "next", "ModelName": "n", "InstanceType": "ml.g6.xlarge", "InitialInstanceCount": 2}
    counted = {"VariantName": "next", "CurrentInstanceCount": 2}
    account.endpoint("chat", config={"ShadowProductionVariants": [shadow]}, ShadowProductionVariants=[counted])
    found = of_endpoint(account)
    assert found is not None
    assert found.instances == (("ml.g5.xlarge", 1), ("ml.g6.xlarge", 2))
