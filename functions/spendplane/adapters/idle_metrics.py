"""Which metrics of CloudWatch say whether a part of an endpoint, or a notebook, was up and used.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from spendplane.adapters.cloudwatch import PERIOD_SECONDS, Metric
from spendplane.domain.idleness import Hosting, Series

CALLS, INSTANCES = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
NOTEBOOKS = "SageMakerNotebookInstances"
"""SageMaker measures no notebooks. This is what AWS's lifecycle script for the CloudWatch agent calls its namespace."""
EVERY_SECONDS = 60
"""So often an instance reports, unless its configuration says otherwise: `MetricPublishFrequencyInSeconds`."""
COUNTED, ANY = "Sum", "Maximum"
"""How many calls there were, and whether there was one. Whoever may publish metrics can try to write into
`AWS/SageMaker`, against AWS's advice: -100 calls take a hundred off a sum, and none off the highest value.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""
UP, CPU, GPU, MADE = "up", "cpu", "gpu", "calls"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A metric, and for which field of a part it is; several for one field are put together."""

    field: str
    metric: Metric


def of_variant(
    endpoint: str, variant: str, hosting: Hosting, components: Sequence[str], calls: str = COUNTED
) -> Iterator[Wanted]:
    """How many instances reported is how many there were: AWS's own way to count them. `calls`: COUNTED or ANY.

    An asynchronous endpoint publishes no `Invocations`; what it did is in how often its latency was measured, and what
    it has still to do in its backlog.
    """
    place = (("EndpointName", endpoint), ("VariantName", variant))
    if hosting is Hosting.ASYNC:
        yield Wanted(MADE, Metric(CALLS, "ModelLatency", "SampleCount", place))
        yield Wanted(MADE, Metric(CALLS, "ApproximateBacklogSize", "Maximum", place[:1]))
    else:
        yield Wanted(MADE, Metric(CALLS, "Invocations", calls, place))
    for component in components:
        yield Wanted(MADE, Metric(CALLS, "Invocations", calls, (("InferenceComponentName", component),)))
    if hosting is Hosting.SERVERLESS:
        return
    endings = ("", "Normalized") if hosting is Hosting.COMPONENTS else ("",)
    for ending in endings:
        yield Wanted(UP, Metric(INSTANCES, f"CPUUtilization{ending}", "SampleCount", place))
        yield Wanted(CPU, Metric(INSTANCES, f"CPUUtilization{ending}", "Average", place))
        yield Wanted(GPU, Metric(INSTANCES, f"GPUUtilization{ending}", "Average", place))


def of_component(endpoint: str, variant: str, component: str) -> Iterator[Wanted]:
    """Whether it was called; the instances are those of the endpoint that hosts it."""
    yield Wanted(MADE, Metric(CALLS, "Invocations", ANY, (("InferenceComponentName", component),)))
    for ending in ("", "Normalized"):
        place = (("EndpointName", endpoint), ("VariantName", variant))
        yield Wanted(UP, Metric(INSTANCES, f"CPUUtilization{ending}", "SampleCount", place))


def of_notebook(name: str) -> Iterator[Wanted]:
    """What the CloudWatch agent publishes, aggregated over all but the notebook's name."""
    place = (("notebook_instance_name", name),)
    yield Wanted(CPU, Metric(NOTEBOOKS, "cpu_usage_active", "Average", place))
    yield Wanted(GPU, Metric(NOTEBOOKS, "nvidia_smi_utilization_gpu", "Average", place))


def together(wanted: Iterable[Wanted], found: Iterable[Series], every_seconds: int) -> Mapping[str, Series]:
    """The series by field: calls and backlog are added up, none of them below zero, which nothing was called; of what
    says the same twice, the higher holds.
    """
    fields: dict[str, dict[object, float]] = {UP: {}, CPU: {}, GPU: {}, MADE: {}}
    for want, series in zip(wanted, found, strict=True):
        into = fields[want.field]
        for hour, value in series.items():
            before = into.get(hour, 0.0)
            into[hour] = before + max(value, 0.0) if want.field == MADE else max(before, value)
    fields[UP] = {hour: count * every_seconds / PERIOD_SECONDS for hour, count in fields[UP].items()}
    return fields  # type: ignore[return-value]  # the keys are the series' own
