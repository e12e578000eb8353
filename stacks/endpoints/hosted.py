"""What every endpoint has: a log, a role, a model, and the tags that say whose it is."""

from aws_cdk import RemovalPolicy, Tags
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from stacks.endpoints.role import ExecutionRole
from stacks.endpoints.settings import Model, Ownership

_TAGGED = [
    "AWS::SageMaker::Model",
    "AWS::SageMaker::EndpointConfig",
    "AWS::SageMaker::Endpoint",
    "AWS::SageMaker::InferenceComponent",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::CloudWatch::Alarm",
    "AWS::Logs::LogGroup",
]
"""Not the role: IAM roles with these tags are what the kill switch denies Bedrock to."""


def tag(scope: Construct, ownership: Ownership) -> None:
    """Everything in the scope that costs something or stops costing. A scalable target needs them as much as the rest.

    IAM lets the kill switch change scaling only where the scalable target itself says `project` and `environment`.
    CloudFormation sets them, as its property `Tags`: whoever deploys needs `application-autoscaling:TagResource`.
    """
    for key, value in ownership.tags().items():
        Tags.of(scope).add(key, value, include_resource_types=_TAGGED)


class HostedModel(Construct):
    """The model, with a role of its own and a log that is kept for three months."""

    def __init__(self, scope: Construct, id_: str, *, model: Model, log_name: str, key: kms.IKey | None) -> None:
        super().__init__(scope, id_)
        self.log = logs.LogGroup(
            self,
            "Log",
            log_group_name=log_name,
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.role = ExecutionRole(self, "Execution", model=model, log=self.log, key=key)
        self.model = sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=self.role.role.role_arn,
            enable_network_isolation=model.isolated,
            primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(
                image=model.image,
                environment=dict(model.environment) or None,
                model_data_url=model.place.uri if model.place and not model.place.is_folder else None,
                model_data_source=_folder(model),
            ),
        )
        # It is read while the model is made: a role whose policy comes later makes that fail now and then.
        self.model.node.add_dependency(self.role.policy)


def _folder(model: Model) -> sagemaker.CfnModel.ModelDataSourceProperty | None:
    """Uncompressed files; SageMaker takes the slash at the end for all that lies below."""
    if not model.place or not model.place.is_folder:
        return None
    return sagemaker.CfnModel.ModelDataSourceProperty(
        s3_data_source=sagemaker.CfnModel.S3DataSourceProperty(
            s3_uri=model.place.uri, s3_data_type="S3Prefix", compression_type="None"
        )
    )
