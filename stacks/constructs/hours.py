"""Hours: what runs on SageMaker instances becomes usage events, every five minutes."""

from aws_cdk import Acknowledgment, Duration
from constructs import Construct

from stacks import names
from stacks.constructs.bus import Bus
from stacks.constructs.function import Runtime
from stacks.constructs.reads import Reads
from stacks.constructs.rounds import Repeats, Rounds
from stacks.constructs.store import Store

PERIOD = Duration.minutes(5)
"""The core counts what is gone without a word for so long after it was seen last."""
_READS = Reads(
    lists=(
        "tag:GetResources",
        "sagemaker:ListEndpoints",
        "sagemaker:ListNotebookInstances",
        "sagemaker:ListTrainingJobs",
    ),
    described={
        "sagemaker:DescribeEndpoint": "endpoint",
        "sagemaker:DescribeEndpointConfig": "endpoint-config",
        "sagemaker:DescribeTrainingJob": "training-job",
        "sagemaker:ListTags": "training-job",
    },
    on_everything=Acknowledgment(
        id="AwsSolutions-IAM5[Resource::*]",
        reason="X-Ray's Put actions and four lists (tagged resources, endpoints, notebook instances, training jobs) "
        "know no resource; nothing that changes anything is on '*'.",
    ),
)


class Hours(Rounds):
    """A round that fails is not repeated: the next one publishes what was left pending and goes on from there."""

    def __init__(self, scope: Construct, id_: str, *, store: Store, bus: Bus, runtime: Runtime) -> None:
        super().__init__(
            scope,
            id_,
            capability="hours",
            description="Publishes the hours of SageMaker endpoints, notebooks and training jobs as usage",
            period=PERIOD,
            repeats=Repeats(0, PERIOD),
            dead_letters=names.HOURS_DLQ,
            statements=[
                store.item_statement("BatchGetItem", "UpdateItem"),
                store.audit_statement(),
                store.work_statement(),
            ],
            reads=_READS,
            store=store,
            bus=bus,
            runtime=runtime,
            # Less than the period, so that two rounds do not overlap.
            timeout=Duration.seconds(280),
            memory_mb=512,
        )
