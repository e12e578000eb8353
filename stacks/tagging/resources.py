"""Which resources must carry the tags: a table of CloudFormation types."""

from collections.abc import Mapping
from dataclasses import dataclass

LIST, MAP = "list", "map"


@dataclass(frozen=True, slots=True)
class Covered:
    """`model`: it serves one model, so the tag `model` is mandatory. `shape` is that of its property `Tags`."""

    model: bool = False
    shape: str = LIST


ROLE = "AWS::IAM::Role"
"""Only where one of its policies lets it call models of Bedrock."""

AI_RESOURCES: Mapping[str, Covered] = {
    "AWS::SageMaker::Endpoint": Covered(model=True),
    "AWS::SageMaker::EndpointConfig": Covered(model=True),
    "AWS::SageMaker::Model": Covered(model=True),
    "AWS::SageMaker::InferenceComponent": Covered(model=True),
    "AWS::SageMaker::NotebookInstance": Covered(),
    "AWS::SageMaker::Cluster": Covered(),
    "AWS::Bedrock::ApplicationInferenceProfile": Covered(model=True),
    "AWS::Bedrock::Agent": Covered(shape=MAP),
    "AWS::Bedrock::KnowledgeBase": Covered(shape=MAP),
    "AWS::Lambda::Function": Covered(),
    "AWS::Serverless::Function": Covered(shape=MAP),
    "AWS::ECS::Service": Covered(),
    "AWS::ApiGateway::Stage": Covered(),
    "AWS::ApiGateway::UsagePlan": Covered(),
    "AWS::ApiGatewayV2::Stage": Covered(shape=MAP),
    ROLE: Covered(),
}
