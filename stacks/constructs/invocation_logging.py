"""Turns Bedrock's model invocation logging on for the account and Region, by a custom resource, and off with it."""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, CustomResource, Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.function import Function, Runtime
from stacks.constructs.invocation_log_store import InvocationLogStore

_TIMEOUT = Duration.minutes(3)
_ON_ALL = Acknowledgment(
    id="AwsSolutions-IAM5[Resource::*]",
    reason="The setting is one for the whole account and Region and has no ARN; neither have X-Ray's Put actions.",
)


class InvocationLogging(Construct):
    """Never writes over what somebody else set up: then the deployment fails, and says what to do instead.

    `bodies` are the kinds of content that are logged beside the envelope, such as `text`.
    """

    def __init__(
        self, scope: Construct, id_: str, *, store: InvocationLogStore, bodies: Sequence[str], runtime: Runtime
    ) -> None:
        super().__init__(scope, id_)
        self.function = Function(
            self,
            "Logging",
            capability="bedrock-logging",
            description="Turns Bedrock's model invocation logging on and off, with a deployment",
            runtime=runtime,
            environment={},
            statements=self._statements(store),
            timeout=_TIMEOUT,
            memory_mb=256,
            on_everything=_ON_ALL,
        )
        group, role = store.log_group, store.role
        places = [store.bucket.bucket_name, *([group.log_group_name] if group else [])]
        self.setting = CustomResource(
            self,
            "Setting",
            resource_type="Custom::SpendplaneInvocationLogging",
            service_token=self.function.function.function_arn,
            service_timeout=_TIMEOUT.plus(Duration.minutes(1)),
            properties={
                "BucketName": store.bucket.bucket_name,
                **({"LogGroupName": group.log_group_name, "RoleArn": role.role_arn} if group and role else {}),
                "Bodies": ",".join(bodies),
                "Places": ",".join(places),
            },
        )
        self.setting.node.add_dependency(store)  # Bedrock tries the places out when it is told of them

    def _statements(self, store: InvocationLogStore) -> list[iam.PolicyStatement]:
        found = [
            iam.PolicyStatement(
                actions=[
                    "bedrock:GetModelInvocationLoggingConfiguration",
                    "bedrock:PutModelInvocationLoggingConfiguration",
                    "bedrock:DeleteModelInvocationLoggingConfiguration",
                ],
                resources=["*"],
            )
        ]
        if store.role:
            found.append(
                iam.PolicyStatement(
                    sid="OnlyToBedrock",
                    actions=["iam:PassRole"],
                    resources=[store.role.role_arn],
                    conditions={"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}},
                )
            )
        return found
