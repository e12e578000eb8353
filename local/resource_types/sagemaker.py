"""`AWS::SageMaker::Model`, `EndpointConfig`, `Endpoint` and `InferenceComponent`.

Their `Ref` is the ARN, as on AWS; the name is an attribute.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ministack.services.cloudformation.provisioners import _physical_name

from local.resource_types.api import SAGEMAKER, ServiceError, ask, by_key, changed, remove
from local.resource_types.kinds import Created, Properties, ResourceType

_NAME_LENGTH = 63
_HOST = ("EndpointName", "VariantName", "InferenceComponentName")
_COMPONENT = ("Specification", "Specifications", "RuntimeConfig", "DeploymentConfig")


@dataclass(frozen=True)
class _Named:
    """What the types have in common: a name, an ARN and tags. By `kind` all operations and members are named."""

    kind: str

    def create(self, logical_id: str, props: Properties, stack: str) -> Created:
        """Under the name that the template gives, or one of its own."""
        own = _physical_name(stack, logical_id, max_len=_NAME_LENGTH)
        name = {f"{self.kind}Name": props.get(f"{self.kind}Name", own)}
        values = {**props, **name, "Tags": _listed(by_key(props.get("Tags")))}
        arn: str = ask(SAGEMAKER, f"Create{self.kind}", values)[f"{self.kind}Arn"]
        return self.described(arn)

    def update(self, arn: str, old: Properties, new: Properties, _stack: str) -> Created:
        """Whatever else changes is a replacement."""
        _retag(arn, old, new)
        return self.described(arn)

    def delete(self, arn: str, _props: Properties) -> None:
        """By the name in the ARN: the template's may have changed since."""
        remove(SAGEMAKER, f"Delete{self.kind}", self.named(arn))

    def described(self, arn: str) -> Created:
        """With what `Fn::GetAtt` gives."""
        found = ask(SAGEMAKER, f"Describe{self.kind}", self.named(arn))
        return arn, self.attributes(arn, found)

    def attributes(self, arn: str, found: Mapping[str, Any]) -> dict[str, Any]:
        """By their names."""
        return {f"{self.kind}Arn": arn, f"{self.kind}Name": found[f"{self.kind}Name"]}

    def named(self, arn: str) -> dict[str, str]:
        """The member that names it in requests."""
        return {f"{self.kind}Name": arn.rpartition("/")[2]}

    def type(self, *replaced_by: str) -> ResourceType:
        """`replaced_by`: the properties that cannot change in place."""
        return ResourceType(self.create, self.update, self.delete, replaced_by, tagged=True)


class _Endpoint(_Named):
    def update(self, arn: str, old: Properties, new: Properties, stack: str) -> Created:
        """UpdateEndpoint, when the configuration is another one."""
        if changed(old, new, ("EndpointConfigName",)):
            ask(SAGEMAKER, "UpdateEndpoint", {**new, **self.named(arn)})
        return super().update(arn, old, new, stack)


class _Component(_Named):
    def update(self, arn: str, old: Properties, new: Properties, stack: str) -> Created:
        """In place; where it runs and how it is called the service cannot change, and no replacement is defined."""
        if changed(old, new, _HOST):
            raise ServiceError(f"{' and '.join(_HOST)} of {arn} cannot be updated: use another logical id")
        # What is as it was is left as it is: copies may have been scaled since.
        if parts := {name: new[name] for name in _COMPONENT if name in new and new[name] != old.get(name)}:
            ask(SAGEMAKER, "UpdateInferenceComponent", {**parts, **self.named(arn)})
        return super().update(arn, old, new, stack)

    def attributes(self, arn: str, found: Mapping[str, Any]) -> dict[str, Any]:
        """Also its copies and its state."""
        copies = {f"RuntimeConfig.{name}": value for name, value in found.get("RuntimeConfig", {}).items()}
        known = {name: found[name] for name in ("CreationTime", "LastModifiedTime", "InferenceComponentStatus")}
        return {**super().attributes(arn, found), **copies, **known}


def _retag(arn: str, old: Properties, new: Properties) -> None:
    """Tags that came from elsewhere stay."""
    before, after = by_key(old.get("Tags")), by_key(new.get("Tags"))
    if gone := sorted(before.keys() - after.keys()):
        ask(SAGEMAKER, "DeleteTags", {"ResourceArn": arn, "TagKeys": gone})
    if given := dict(after.items() - before.items()):
        ask(SAGEMAKER, "AddTags", {"ResourceArn": arn, "Tags": _listed(given)})


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


TYPES: Mapping[str, ResourceType] = {
    "AWS::SageMaker::Model": _Named("Model").type(
        *("ModelName", "ExecutionRoleArn", "PrimaryContainer", "Containers", "VpcConfig", "EnableNetworkIsolation"),
        "InferenceExecutionConfig",
    ),
    "AWS::SageMaker::EndpointConfig": _Named("EndpointConfig").type(
        *("EndpointConfigName", "ProductionVariants", "ShadowProductionVariants", "ExecutionRoleArn", "VpcConfig"),
        *("AsyncInferenceConfig", "DataCaptureConfig", "EnableNetworkIsolation", "ExplainerConfig", "KmsKeyId"),
        "MetricsConfig",
    ),
    "AWS::SageMaker::Endpoint": _Endpoint("Endpoint").type("EndpointName"),
    "AWS::SageMaker::InferenceComponent": _Component("InferenceComponent").type(),
}
