"""Small resources of teams, and what the check of their tags says of them."""

import re
from typing import Any

from aws_cdk import App, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk.cx_api import SynthesisMessageLevel

from stacks.tagging import AiTags

GOOD = AiTags(project="search", environment="staging", cost_center="CC-1", workload_type="inference", model="titan")
LAMBDA = iam.ServicePrincipal("lambda.amazonaws.com")


def function(scope: Stack, id_: str = "Summarise", **options: Any) -> lambda_.CfnFunction:
    code = lambda_.CfnFunction.CodeProperty(zip_file="x")
    return lambda_.CfnFunction(scope, id_, code=code, role="arn:aws:iam::123456789012:role/r", **options)


def endpoint(scope: Stack) -> sagemaker.CfnEndpoint:
    return sagemaker.CfnEndpoint(scope, "Endpoint", endpoint_config_name="x")


def role(scope: Stack, *actions: str, id_: str = "Agent") -> iam.Role:
    made = iam.Role(scope, id_, assumed_by=LAMBDA)
    if actions:
        made.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=["*"]))
    return made


def errors(app: App) -> list[str]:
    """The lines with which the synthesis stops; none when it does not."""
    try:
        app.synth()
    except RuntimeError as error:
        if "ValidationFailedWithErrors" not in str(error):
            raise
        return re.findall(r"^\s+(\[.*)$", str(error), re.MULTILINE)
    return []


def notes(app: App, level: SynthesisMessageLevel) -> list[str]:
    """What is told beside a synthesis that succeeds."""
    messages = [message for made in app.synth().stacks for message in made.messages]
    return [str(message.entry.data) for message in messages if message.level == level]
