"""Idle: once a day, what instances idle, as a notice for `budget-alerts`."""

from aws_cdk import Acknowledgment, Duration
from constructs import Construct

from stacks import names
from stacks.constructs.bus import Bus
from stacks.constructs.function import Runtime
from stacks.constructs.reads import Reads
from stacks.constructs.rounds import Repeats, Rounds
from stacks.constructs.store import Store

PERIOD = Duration.days(1)
_READS = Reads(
    lists=(
        "tag:GetResources",
        "sagemaker:ListEndpoints",
        "sagemaker:ListInferenceComponents",
        "sagemaker:ListNotebookInstances",
        "cloudwatch:GetMetricData",
    ),
    described={
        "sagemaker:DescribeEndpoint": "endpoint",
        "sagemaker:DescribeEndpointConfig": "endpoint-config",
    },
    on_everything=Acknowledgment(
        id="AwsSolutions-IAM5[Resource::*]",
        reason="X-Ray's Put actions, four lists (tagged resources, endpoints, components, notebook instances) and "
        "metrics of CloudWatch know no resource; nothing that changes anything is on '*'.",
    ),
)


class Idle(Rounds):
    """It reads, and tells. What takes to zero is the kill switch, where budgets.yaml says so."""

    def __init__(self, scope: Construct, id_: str, *, store: Store, bus: Bus, runtime: Runtime) -> None:
        super().__init__(
            scope,
            id_,
            capability="idle",
            description="Reports once a day which endpoints and notebooks idle, and what that costs",
            period=PERIOD,
            repeats=Repeats(2, Duration.hours(6)),
            dead_letters=names.IDLE_DLQ,
            statements=[store.item_statement("PutItem", "UpdateItem"), store.audit_statement()],
            reads=_READS,
            store=store,
            bus=bus,
            runtime=runtime,
            timeout=Duration.minutes(10),
            memory_mb=1024,
        )
