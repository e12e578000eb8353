"""The kinds of target that there are. One more is one more line here."""

from spendplane.adapters.fleet.api_stage import ApiStage
from spendplane.adapters.fleet.bedrock_role import BedrockRole
from spendplane.adapters.fleet.ecs_service import EcsService
from spendplane.adapters.fleet.http_api_stage import HttpApiStage
from spendplane.adapters.fleet.kind import Kind
from spendplane.adapters.fleet.lambda_function import LambdaFunction
from spendplane.adapters.fleet.sagemaker_component import InferenceComponent
from spendplane.adapters.fleet.sagemaker_endpoint import SageMakerEndpoint
from spendplane.adapters.fleet.usage_plan import UsagePlan

KINDS: tuple[type[Kind], ...] = (
    LambdaFunction,
    SageMakerEndpoint,
    InferenceComponent,
    ApiStage,
    HttpApiStage,
    UsagePlan,
    BedrockRole,
    EcsService,
)
