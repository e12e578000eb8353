"""The optional stack for producers that cannot call EventBridge: usage over HTTPS, without a function in between."""

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from stacks import names
from stacks.constructs.usage_api import UsageApi
from stacks.http_api import HttpApi
from stacks.state import SpendplaneState
from stacks.target import Target


class SpendplaneHttp(Stack):
    """One REST API in front of the bus."""

    def __init__(self, scope: Construct, id_: str, *, target: Target, state: SpendplaneState, http: HttpApi) -> None:
        super().__init__(scope, id_, synthesizer=target.synthesizer(), tags=names.TAGS)
        # CDK repeats in DependsOn what a reference says already.
        self.template_options.metadata = {"cfn-lint": {"config": {"ignore_checks": ["W3005"]}}}
        api = UsageApi(self, "UsageApi", bus=state.bus, http=http)
        CfnOutput(self, "UsageApiUrl", value=api.api.url)
        CfnOutput(self, "UsageApiId", value=api.api.rest_api_id)
