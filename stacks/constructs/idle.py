"""Idle: once a day, what instances idle, as a notice for `budget-alerts`."""

from aws_cdk import Acknowledgment, Duration, Stack, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks import names
from stacks.constructs.bus import Bus
from stacks.constructs.function import Function, Runtime
from stacks.constructs.minutely import regularly
from stacks.constructs.queues import dead_letter_queue
from stacks.constructs.store import Store

PERIOD = Duration.days(1)
_LISTS = (
    "tag:GetResources",
    "sagemaker:ListEndpoints",
    "sagemaker:ListInferenceComponents",
    "sagemaker:ListNotebookInstances",
    "cloudwatch:GetMetricData",
)
_READ = {
    "sagemaker:DescribeEndpoint": "endpoint",
    "sagemaker:DescribeEndpointConfig": "endpoint-config",
}
_ON_ALL = Acknowledgment(
    id="AwsSolutions-IAM5[Resource::*]",
    reason="X-Ray's Put actions, four lists (tagged resources, endpoints, components, notebook instances) and metrics "
    "of CloudWatch know no resource; nothing that changes anything is on '*'.",
)


class Idle(Construct):
    """It reads, and tells. What takes to zero is the kill switch, where budgets.yaml says so."""

    def __init__(self, scope: Construct, id_: str, *, store: Store, bus: Bus, runtime: Runtime) -> None:
        super().__init__(scope, id_)
        self.dead_letters = dead_letter_queue(self, "Dlq", name=names.IDLE_DLQ)
        self.function = Function(
            self,
            "Idle",
            capability="idle",
            description="Reports once a day which endpoints and notebooks idle, and what that costs",
            runtime=runtime,
            environment={"TABLE_NAME": store.table.table_name, "BUS_NAME": bus.bus.event_bus_name},
            statements=[
                store.item_statement("PutItem", "UpdateItem"),
                store.audit_statement(),
                bus.publish_statement(),
                *self._read(),
            ],
            timeout=Duration.minutes(10),
            memory_mb=1024,
            on_everything=_ON_ALL,
        )
        Validations.of(self.function.role).acknowledge(
            *(
                Acknowledgment(
                    id=f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sagemaker:<AWS::Region>:<AWS::AccountId>:{kind}/*]",
                    reason="It reads every one of the account: which there are is what it finds out.",
                )
                for kind in sorted(_READ.values())
            )
        )
        self.function.function.configure_async_invoke(max_event_age=Duration.hours(6), retry_attempts=2)
        regularly(self, self.function, PERIOD, dead_letters=self.dead_letters, retries=3)

    def _read(self) -> list[iam.PolicyStatement]:
        stack = Stack.of(self)
        found = [iam.PolicyStatement(actions=list(_LISTS), resources=["*"])]
        for action, kind in _READ.items():
            arn = stack.format_arn(service="sagemaker", resource=kind, resource_name="*")
            found.append(iam.PolicyStatement(actions=[action], resources=[arn]))
        return found
