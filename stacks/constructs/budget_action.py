"""What AWS Budgets does by itself at 100 % of the bill, where budgets.yaml asks for it: roles lose their models."""

from typing import Any

from aws_cdk import Acknowledgment, Aws, Stack, Validations
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.aws_budgets import AwsCostBudget
from stacks.second_line import DenyAction

DENIED = (
    "bedrock:Invoke*",
    "bedrock:Converse*",
    "bedrock:CallWithBearerToken",
    "bedrock-mantle:Create*",
    "bedrock-mantle:CallWithBearerToken",
)
"""As the kill switch denies it."""
RESOURCES = 2
"""Of one action in a stack: itself and its role. The policy is shared."""


class DenyModels(Construct):
    """A managed policy that denies the calling of models, and for each budget the leave to attach it to its roles."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Attached by an AWS budget's action: no calls of models",
            statements=[iam.PolicyStatement(effect=iam.Effect.DENY, actions=list(DENIED), resources=["*"])],
        )
        resource = self.policy.node.default_child
        assert isinstance(resource, iam.CfnManagedPolicy)  # noqa: S101  # for the type checker: CDK says it is
        # Not all of DENIED is in AWS's list of actions yet: a denial of what may come is no mistake.
        resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3037"]}})
        Validations.of(self.policy).acknowledge(
            *(
                Acknowledgment(id=f"AwsSolutions-IAM5[{what}]", reason="It only denies: the wider, the safer.")
                for what in ("Resource::*", *(f"Action::{action}" for action in DENIED if "*" in action))
            )
        )

    def act(self, budget: AwsCostBudget, action: DenyAction, topic_arn: str) -> None:
        """At 100 % of actual cost. The action goes with its budget, and is made anew with it."""
        role = self._role(budget, action)
        kind = budgets.CfnBudgetsAction
        kind(
            budget,
            "Action",
            budget_name=budget.resource.ref,
            notification_type="ACTUAL",
            action_type="APPLY_IAM_POLICY",
            action_threshold=kind.ActionThresholdProperty(type="PERCENTAGE", value=100),
            approval_model="AUTOMATIC" if action.automatic else "MANUAL",
            definition=kind.DefinitionProperty(
                iam_action_definition=kind.IamActionDefinitionProperty(
                    policy_arn=self.policy.managed_policy_arn, roles=list(action.roles)
                )
            ),
            execution_role_arn=role.role_arn,
            subscribers=[kind.SubscriberProperty(type="SNS", address=topic_arn)],
        )

    def _role(self, budget: AwsCostBudget, action: DenyAction) -> iam.Role:
        """It may attach and detach this one policy, on these roles, while their tags say that they are the budget's.

        Trust as in "Setting up a role for AWS Budgets to run budget actions", AWS Cost Management User Guide.
        """
        stack = Stack.of(self)
        source = {
            "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
            "ArnLike": {"aws:SourceArn": f"arn:{stack.partition}:budgets::{stack.account}:budget/{budget.name}"},
        }
        statement = iam.PolicyStatement(
            actions=["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
            resources=[f"arn:{stack.partition}:iam::{stack.account}:role/{name}" for name in action.roles],
            conditions=_of(action, self.policy.managed_policy_arn),
        )
        return iam.Role(
            budget,
            "ActionRole",
            description="Assumed by AWS Budgets to deny the calling of models, and to take that back",
            assumed_by=iam.ServicePrincipal("budgets.amazonaws.com", conditions=source),
            inline_policies={"AttachTheDenial": iam.PolicyDocument(statements=[statement])},
        )


def _of(action: DenyAction, policy_arn: str) -> dict[str, Any]:
    """The tags of the role that is denied something, and the policy by which it is."""
    tags: dict[str, Any] = {"aws:ResourceTag/environment": list(action.environments)}
    if action.projects:
        return {
            "ArnEquals": {"iam:PolicyARN": policy_arn},
            "StringEquals": {**tags, "aws:ResourceTag/project": list(action.projects)},
        }
    return {
        "ArnEquals": {"iam:PolicyARN": policy_arn},
        "StringEquals": tags,
        "StringLike": {"aws:ResourceTag/project": "?*"},
    }
