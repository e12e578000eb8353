"""Hours: what runs on SageMaker instances becomes usage events, every five minutes."""

from aws_cdk import Acknowledgment, Duration, Stack, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks import names
from stacks.constructs.bus import Bus
from stacks.constructs.function import Function, Runtime
from stacks.constructs.minutely import regularly
from stacks.constructs.queues import dead_letter_queue
from stacks.constructs.store import Store

PERIOD = Duration.minutes(5)
"""The core counts what is gone without a word for so long after it was seen last."""
_LISTS = (
    "tag:GetResources",
    "sagemaker:ListEndpoints",
    "sagemaker:ListNotebookInstances",
    "sagemaker:ListTrainingJobs",
)
_READ = {
    "sagemaker:DescribeEndpoint": "endpoint",
    "sagemaker:DescribeEndpointConfig": "endpoint-config",
    "sagemaker:DescribeTrainingJob": "training-job",
    "sagemaker:ListTags": "training-job",
}
_ON_ALL = Acknowledgment(
    id="AwsSolutions-IAM5[Resource::*]",
    reason="X-Ray's Put actions and four lists (tagged resources, endpoints, notebook instances, training jobs) know "
    "no resource; nothing that changes anything is on '*'.",
)


class Hours(Construct):
    """A round that fails is not repeated: the next one publishes what was left pending and goes on from there."""

    def __init__(self, scope: Construct, id_: str, *, store: Store, bus: Bus, runtime: Runtime) -> None:
        super().__init__(scope, id_)
        self.dead_letters = dead_letter_queue(self, "Dlq", name=names.HOURS_DLQ)
        self.function = Function(
            self,
            "Hours",
            capability="hours",
            description="Publishes the hours of SageMaker endpoints, notebooks and training jobs as usage",
            runtime=runtime,
            environment={"TABLE_NAME": store.table.table_name, "BUS_NAME": bus.bus.event_bus_name},
            statements=[
                store.item_statement("BatchGetItem", "UpdateItem"),
                store.audit_statement(),
                store.work_statement(),
                bus.publish_statement(),
                *self._read(),
            ],
            # Less than the period, so that two rounds do not overlap.
            timeout=Duration.seconds(280),
            memory_mb=512,
            on_everything=_ON_ALL,
        )
        Validations.of(self.function.role).acknowledge(
            *(
                Acknowledgment(
                    id=f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sagemaker:<AWS::Region>:<AWS::AccountId>:{kind}/*]",
                    reason="It reads every one of the account: which there are is what it finds out.",
                )
                for kind in sorted(set(_READ.values()))
            )
        )
        self.function.function.configure_async_invoke(max_event_age=PERIOD, retry_attempts=0)
        regularly(self, self.function, PERIOD, dead_letters=self.dead_letters, retries=3)

    def _read(self) -> list[iam.PolicyStatement]:
        stack = Stack.of(self)
        found = [iam.PolicyStatement(actions=list(_LISTS), resources=["*"])]
        for action, kind in _READ.items():
            arn = stack.format_arn(service="sagemaker", resource=kind, resource_name="*")
            found.append(iam.PolicyStatement(actions=[action], resources=[arn]))
        return found
