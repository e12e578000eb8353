"""What a function finds out about an account, and why it may look everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.function import TRACES_ON_ALL


@dataclass(frozen=True)
class Reads:
    """`lists` are actions that know no resource; `described` are SageMaker's, by action the kind of resource."""

    lists: tuple[str, ...]
    described: Mapping[str, str]
    on_everything: Acknowledgment
    """Why `lists`, and the traces that every function writes, are on every resource."""

    def statements(self, scope: Construct) -> list[iam.PolicyStatement]:
        """The rights, in the account and Region of the stack."""
        lists = [iam.PolicyStatement(actions=list(self.lists), resources=["*"])] if self.lists else []
        return [*lists, *(self._describe(Stack.of(scope), action, kind) for action, kind in self.described.items())]

    def acknowledge(self, role: iam.Role) -> None:
        """Says to the security review why every resource of a kind may be read."""
        reason = "It reads every one of the account: which there are is what it finds out."
        everything = "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sagemaker:<AWS::Region>:<AWS::AccountId>:{}/*]"
        kinds = sorted(set(self.described.values()))
        Validations.of(role).acknowledge(*(Acknowledgment(id=everything.format(kind), reason=reason) for kind in kinds))

    @staticmethod
    def _describe(stack: Stack, action: str, kind: str) -> iam.PolicyStatement:
        arn = stack.format_arn(service="sagemaker", resource=kind, resource_name="*")
        return iam.PolicyStatement(actions=[action], resources=[arn])


NOTHING = Reads((), {}, TRACES_ON_ALL)
"""The function knows what it needs from the table."""
