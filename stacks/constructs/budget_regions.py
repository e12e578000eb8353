"""Where CloudFormation can make AWS budgets: not in every region, though a budget itself belongs to no region."""

from aws_cdk import Aws, CfnCondition, Fn
from constructs import Construct

REGIONS = (
    *("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1"),
    *("cn-north-1", "cn-northwest-1", "eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "eusc-de-east-1"),
    *("sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"),
)
"""Those whose CloudFormation knows AWS::Budgets::Budget; elsewhere it is an "unrecognized resource type".

From the schemas that CloudFormation publishes for each region, as cfn-lint carries them.
"""


def known_here(scope: Construct) -> CfnCondition:
    """True where the stack is deployed to one of them: the region is not known before."""
    equals = [Fn.condition_equals(Aws.REGION, region) for region in REGIONS]
    return CfnCondition(scope, "AwsBudgetsKnown", expression=Fn.condition_or(*equals))
