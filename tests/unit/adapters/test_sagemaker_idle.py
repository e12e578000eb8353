"""What the idle report reads, by real clients that check what they are asked: everything, and in bulk."""

from datetime import timedelta

import pytest

from spendplane.adapters.cloudwatch import CloudWatchMetrics, Metric, batches
from spendplane.adapters.sagemaker_idle import SageMakerIdle
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError
from spendplane.domain.idleness import HOUR, Hosting, Watched
from tests.support.builders import NOW
from tests.support.metered_cloud import MeteredCloud
from tests.unit.adapters.fleet.cloud import FaultError

START, END = NOW - 12 * HOUR, NOW
HOURS = [START + number * HOUR for number in range(12)]
EACH = dict.fromkeys(HOURS, 60.0)


def measured(account: MeteredCloud) -> dict[str, Watched]:
    reader = SageMakerIdle(account.cloud)
    found = reader.found(lambda: None)
    return {item.name: item for item in reader.measured(found.resources, START, END, lambda: None)}


def test_instances_are_counted_by_what_they_report() -> None:
    account = MeteredCloud()
    account.endpoint("Chat", 2)
    account.metric("CPUUtilization", "SampleCount", "Chat", "all", hours=dict.fromkeys(HOURS, 90.0))
    account.metric("CPUUtilization", "Average", "Chat", "all", hours=dict.fromkeys(HOURS, 12.5))
    account.metric("Invocations", "Sum", "Chat", "all", hours={HOURS[3]: 7.0})
    chat = measured(account)["Chat"]
    (part,) = chat.parts
    assert (chat.hosting, chat.tags["environment"]) == (Hosting.REALTIME, "staging")
    assert (part.instance_type, part.now) == ("ml.g5.xlarge", 2)
    assert part.up == dict.fromkeys(HOURS, 1.5), "over several pages"
    assert (part.calls, part.cpu, part.gpu) == ({HOURS[3]: 7.0}, dict.fromkeys(HOURS, 12.5), {})


def test_one_that_reports_every_ten_seconds_has_no_more_instances() -> None:
    account = MeteredCloud()
    account.endpoint("chat", config={"MetricsConfig": {"MetricPublishFrequencyInSeconds": 10}})
    account.metric("CPUUtilization", "SampleCount", "chat", "all", hours=dict.fromkeys(HOURS, 360.0))
    assert set(measured(account)["chat"].parts[0].up.values()) == {1.0}


def test_an_asynchronous_one_publishes_no_invocations() -> None:
    account = MeteredCloud()
    account.endpoint("batch", config={"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://x/"}}})
    account.metric("ModelLatency", "SampleCount", "batch", "all", hours={HOURS[1]: 4.0})
    account.metric("ApproximateBacklogSize", "Maximum", "batch", hours={HOURS[1]: 2.0, HOURS[2]: 1.0})
    batch = measured(account)["batch"]
    assert (batch.hosting, batch.parts[0].calls) == (Hosting.ASYNC, {HOURS[1]: 6.0, HOURS[2]: 1.0})


def test_the_calls_of_components_are_those_of_their_endpoint() -> None:
    account = MeteredCloud()
    account.endpoint("host", model=None)
    account.component("a", "host")
    account.component("b", "host")
    account.metric("Invocations", "Sum", "a", hours={HOURS[0]: 1.0})
    account.metric("Invocations", "Sum", "b", hours={HOURS[0]: 2.0, HOURS[5]: 3.0})
    account.metric("CPUUtilizationNormalized", "SampleCount", "host", "all", hours=EACH)
    host = measured(account)["host"]
    assert host.hosting is Hosting.COMPONENTS
    assert host.parts[0].calls == {HOURS[0]: 3.0, HOURS[5]: 3.0}
    assert set(host.parts[0].up.values()) == {1.0}


def test_serverless_and_provisioned_concurrency() -> None:
    account = MeteredCloud()
    size = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    account.endpoint("small", None, variant={"CurrentServerlessConfig": size})
    account.endpoint("kept", None, variant={"CurrentServerlessConfig": {**size, "ProvisionedConcurrency": 2}})
    found = measured(account)
    assert (found["small"].hosting, found["small"].idle_cost_unknown) == (Hosting.SERVERLESS, "")
    assert "provisioned concurrency" in found["kept"].idle_cost_unknown


def test_a_notebook_is_up_since_it_came_into_service() -> None:
    account = MeteredCloud()
    account.notebook("InService", END - timedelta(minutes=90))
    account.metric("cpu_usage_active", "Average", "lab", hours={HOURS[11]: 1.5})
    (part,) = measured(account)["lab"].parts
    assert part.up == {HOURS[10]: 0.5, HOURS[11]: 1.0}
    assert part.cpu == {HOURS[11]: 1.5}


def test_a_notebook_that_is_stopped_has_no_hours() -> None:
    account = MeteredCloud()
    account.notebook("Stopped", END - timedelta(minutes=90))
    assert measured(account)["lab"].parts[0].up == {}


def test_hundreds_of_endpoints_take_a_call_per_500_metrics() -> None:
    account = MeteredCloud()
    for number in range(300):
        account.endpoint(f"e{number}")
    reader = SageMakerIdle(account.cloud)
    found = reader.found(lambda: None)
    assert reader.batches(found.resources) == batches(300 * 4) == 3
    reader.measured(found.resources, START, END, lambda: None)
    assert [len(given["MetricDataQueries"]) for given in account.asked("GetMetricData")] == [500, 500, 200]


def test_one_that_cannot_be_read_is_told_and_the_others_go_on() -> None:
    account = MeteredCloud()
    account.endpoint("good")
    account.endpoint("bad")
    describe = account.cloud.operations["sagemaker", "DescribeEndpoint"]

    def throttled(given: dict[str, str]) -> dict[str, object]:
        if given["EndpointName"] == "bad":
            raise FaultError("AccessDeniedException")
        return describe(given)

    account.cloud.serve("sagemaker", DescribeEndpoint=throttled)
    found = SageMakerIdle(account.cloud).found(lambda: None)
    assert [item.name for item in found.resources] == ["good"]
    assert "AccessDenied" in found.unread["bad"]


def test_what_cloudwatch_refuses_or_cannot_do_is_no_empty_answer() -> None:
    account, metric = MeteredCloud(), Metric("AWS/SageMaker", "Invocations", "Sum", (("EndpointName", "x"),))
    account.status = "InternalError"
    with pytest.raises(BusyError, match="could not read a metric: InternalError"):
        CloudWatchMetrics(account.cloud).read([metric], START, END)

    def denied(_: object) -> dict[str, object]:
        raise FaultError("AccessDeniedException")

    account.cloud.serve("cloudwatch", GetMetricData=denied)
    with pytest.raises(RefusedError, match="cloudwatch:GetMetricData"):
        CloudWatchMetrics(account.cloud).read([metric], START, END)
