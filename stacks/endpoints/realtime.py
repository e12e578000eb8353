"""Real-time endpoints that go down to zero: only those that host inference components can."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import Tags
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.endpoints import cost
from stacks.endpoints.alarms import Alarms
from stacks.endpoints.hosted import HostedModel, tag
from stacks.endpoints.scaling import Scaled, Scaling, Wake
from stacks.endpoints.settings import VARIANT, Settings, require, require_instances

Figure = Literal["concurrency", "invocations"]
_FIGURES = {
    "concurrency": "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
    "invocations": "SageMakerInferenceComponentInvocationsPerCopy",
}
_NO_CAPACITY = "NoCapacityInvocationFailures"


@dataclass(frozen=True, kw_only=True)
class RealtimeSettings(Settings):
    """One model in copies on instances that SageMaker brings and takes away with them.

    A copy needs `memory_mb`, and of an instance `accelerators` (GPUs) or `cpu_cores`. `scale_on` is the figure that is
    kept at `target_per_copy`: calls under way (seen every ten seconds) or calls of a minute. `price_per_hour` is that
    of one instance. Raises `SettingsError`.
    """

    instance_type: str
    memory_mb: int
    accelerators: int | None = None
    cpu_cores: int | None = None
    max_copies: int = 1
    max_instances: int = 1
    scale_on: Figure = "concurrency"
    target_per_copy: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        require_instances(self.instance_type, self.max_instances)
        for name in ("memory_mb", "max_copies", "target_per_copy"):
            require(getattr(self, name) >= 1, f"{name} is {getattr(self, name)}; write 1 or more")
        require(
            bool(self.accelerators) or bool(self.cpu_cores),
            "say what a copy needs of an instance: accelerators, or cpu_cores",
        )
        require(self.scale_on in _FIGURES, f"scale_on is {self.scale_on!r}; write {' or '.join(_FIGURES)}")

    @property
    def component(self) -> str:
        """Name of the inference component, which calls name beside the endpoint: the same."""
        return self.name


class RealtimeEndpoint(Construct):
    """Model, configuration, endpoint without a model, the component that brings it, scaling, alarms.

    The tag `project` stands on component and scaling, not on the endpoint: SageMaker deletes no endpoint that hosts
    components, so the kill switch has to turn down the component and must not try the endpoint.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        settings: RealtimeSettings,
        *,
        alarms_to: sns.ITopic | None = None,
        key: kms.IKey | None = None,
    ) -> None:
        """`key` encrypts volumes; without one AWS's own key does. `alarms_to` is told of faults."""
        super().__init__(scope, id_)
        log_name = f"/aws/sagemaker/InferenceComponents/{settings.component}"
        self.hosted = HostedModel(self, "Hosted", model=settings.model, log_name=log_name, key=key)
        self.config = self._config(settings, key)
        self.endpoint = sagemaker.CfnEndpoint(
            self, "Endpoint", endpoint_name=settings.name, endpoint_config_name=self.config.attr_endpoint_config_name
        )
        self.component = self._component(settings)
        self._scale(settings)
        alarms = Alarms(self, "Alarms", name=settings.name, dimensions=_of_component(settings), topic=alarms_to)
        alarms.server_errors()
        alarms.model_errors()
        alarms.refused("Is it more than its copies take, a wrong body, or the minutes of waking?")
        alarms.no_capacity(_NO_CAPACITY, "Sum", _of_component(settings))
        cost.output(self, cost.note(settings, unit="instance", most=settings.max_instances))
        tag(self, settings.ownership)
        Tags.of(self.endpoint).remove("project")

    def _config(self, settings: RealtimeSettings, key: kms.IKey | None) -> sagemaker.CfnEndpointConfig:
        """The role stands here, as the variant names no model that would have one."""
        variant = sagemaker.CfnEndpointConfig.ProductionVariantProperty
        config = sagemaker.CfnEndpointConfig(
            self,
            "Config",
            kms_key_id=key.key_arn if key else None,
            execution_role_arn=self.hosted.role.role.role_arn,
            enable_network_isolation=settings.model.isolated,
            production_variants=[
                variant(
                    variant_name=VARIANT,
                    instance_type=settings.instance_type,
                    initial_instance_count=1,
                    managed_instance_scaling=sagemaker.CfnEndpointConfig.ManagedInstanceScalingProperty(
                        status="ENABLED", min_instance_count=0, max_instance_count=settings.max_instances
                    ),
                    routing_config=sagemaker.CfnEndpointConfig.RoutingConfigProperty(
                        routing_strategy="LEAST_OUTSTANDING_REQUESTS"
                    ),
                )
            ],
        )
        config.node.add_dependency(self.hosted.role.policy)
        return config

    def _component(self, settings: RealtimeSettings) -> sagemaker.CfnInferenceComponent:
        component = sagemaker.CfnInferenceComponent
        made = component(
            self,
            "Component",
            inference_component_name=settings.component,
            endpoint_name=settings.name,
            variant_name=VARIANT,
            specification=component.InferenceComponentSpecificationProperty(
                model_name=self.hosted.model.attr_model_name,
                compute_resource_requirements=component.InferenceComponentComputeResourceRequirementsProperty(
                    min_memory_required_in_mb=settings.memory_mb,
                    number_of_accelerator_devices_required=settings.accelerators,
                    number_of_cpu_cores_required=settings.cpu_cores,
                ),
            ),
            # One, so that the deployment shows whether the model starts; without calls it goes down by itself.
            runtime_config=component.InferenceComponentRuntimeConfigProperty(copy_count=1),
        )
        made.add_resource_dependency(self.endpoint)
        return made

    def _scale(self, settings: RealtimeSettings) -> None:
        scaled = Scaled(
            resource=f"inference-component/{settings.component}",
            dimension="sagemaker:inference-component:DesiredCopyCount",
            highest=settings.max_copies,
        )
        scaler = Scaling(self, "Scaling", scaled=scaled, of=self.component, off_peak=settings.off_peak)
        scaler.track(
            settings.name,
            scaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
                target_value=settings.target_per_copy,
                predefined_metric_specification=scaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty(
                    predefined_metric_type=_FIGURES[settings.scale_on]
                ),
                scale_out_cooldown=300,
                scale_in_cooldown=300,
            ),
        )
        wake = Wake(
            _NO_CAPACITY,
            _of_component(settings),
            statistic="Sum",
            minutes=1,
            aggregation="Maximum",
            cooldown_seconds=60,
        )
        scaler.wake(settings.name, wake)


def _of_component(settings: RealtimeSettings) -> dict[str, str]:
    return {"InferenceComponentName": settings.component}
