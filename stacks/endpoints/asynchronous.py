"""Asynchronous endpoints: calls wait in a queue, so nothing is lost while instances come up from zero."""

from dataclasses import dataclass

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.endpoints import cost
from stacks.endpoints.alarms import Alarms
from stacks.endpoints.hosted import HostedModel, tag
from stacks.endpoints.scaling import Scaled, Scaling, Wake
from stacks.endpoints.settings import VARIANT, Place, Settings, require, require_instances

_BACKLOG = "HasBacklogWithoutCapacity"


@dataclass(frozen=True, kw_only=True)
class AsyncSettings(Settings):
    """`input` and `output` are folders in S3, with a slash at the end: requests are read from, answers written to.

    `backlog_per_instance` is how many requests an instance may have waiting before another one is added.
    `price_per_hour` is that of one instance. Raises `SettingsError`.
    """

    instance_type: str
    input: str | Place
    output: str | Place
    max_instances: int = 1
    backlog_per_instance: int = 5
    concurrent_per_instance: int | None = None
    """Requests that one container works on at once; SageMaker chooses where it is None."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_instances(self.instance_type, self.max_instances)
        require(self.backlog_per_instance >= 1, f"backlog_per_instance is {self.backlog_per_instance}; write 1 or more")
        concurrent = self.concurrent_per_instance
        require(
            concurrent is None or 1 <= concurrent <= 1000,
            f"concurrent_per_instance is {concurrent}; write 1 to 1000, or leave it out",
        )
        for name, place in (("input", self.input_place), ("output", self.output_place)):
            require(place.is_folder, f"{name} is {place.uri!r}; write a folder, with / at its end")

    @property
    def input_place(self) -> Place:
        """Where requests lie."""
        return Place.of(self.input, "input")

    @property
    def output_place(self) -> Place:
        """Where answers go; those of failures into the folder `failed/` in it."""
        return Place.of(self.output, "output")


class AsyncEndpoint(Construct):
    """Model, configuration, endpoint, scaling between zero and `max_instances`, alarms."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        settings: AsyncSettings,
        *,
        alarms_to: sns.ITopic | None = None,
        key: kms.IKey | None = None,
    ) -> None:
        """`key` encrypts volumes and answers; without one AWS's own keys do. `alarms_to` is told of faults."""
        super().__init__(scope, id_)
        name = settings.name
        self.hosted = HostedModel(
            self, "Hosted", model=settings.model, log_name=f"/aws/sagemaker/Endpoints/{name}", key=key
        )
        self.hosted.role.read("Requests", settings.input_place)
        self.hosted.role.write("Answers", settings.output_place)
        self.config = self._config(settings, key)
        self.endpoint = sagemaker.CfnEndpoint(
            self, "Endpoint", endpoint_name=name, endpoint_config_name=self.config.attr_endpoint_config_name
        )
        self._scale(settings)
        self._alarms(name, alarms_to)
        cost.output(self, cost.note(settings, unit="instance", most=settings.max_instances))
        tag(self, settings.ownership)

    def _config(self, settings: AsyncSettings, key: kms.IKey | None) -> sagemaker.CfnEndpointConfig:
        config, key_arn = sagemaker.CfnEndpointConfig, key.key_arn if key else None
        return config(
            self,
            "Config",
            kms_key_id=key_arn,
            production_variants=[
                config.ProductionVariantProperty(
                    variant_name=VARIANT,
                    model_name=self.hosted.model.attr_model_name,
                    instance_type=settings.instance_type,
                    # SageMaker starts none with less; auto scaling brings it to zero when no request comes.
                    initial_instance_count=1,
                    initial_variant_weight=1,
                )
            ],
            async_inference_config=config.AsyncInferenceConfigProperty(
                client_config=config.AsyncInferenceClientConfigProperty(
                    max_concurrent_invocations_per_instance=settings.concurrent_per_instance
                ),
                output_config=config.AsyncInferenceOutputConfigProperty(
                    s3_output_path=settings.output_place.uri,
                    s3_failure_path=f"{settings.output_place.uri}failed/",
                    kms_key_id=key_arn,
                ),
            ),
        )

    def _scale(self, settings: AsyncSettings) -> None:
        name, of_endpoint = settings.name, {"EndpointName": settings.name}
        scaled = Scaled(
            resource=f"endpoint/{name}/variant/{VARIANT}",
            dimension="sagemaker:variant:DesiredInstanceCount",
            highest=settings.max_instances,
        )
        policy = scaling.CfnScalingPolicy
        scaler = Scaling(self, "Scaling", scaled=scaled, of=self.endpoint, off_peak=settings.off_peak)
        scaler.track(
            name,
            policy.TargetTrackingScalingPolicyConfigurationProperty(
                target_value=settings.backlog_per_instance,
                customized_metric_specification=policy.CustomizedMetricSpecificationProperty(
                    namespace="AWS/SageMaker",
                    metric_name="ApproximateBacklogSizePerInstance",
                    dimensions=[
                        policy.MetricDimensionProperty(name=key, value=value) for key, value in of_endpoint.items()
                    ],
                    statistic="Average",
                ),
                scale_out_cooldown=300,
                scale_in_cooldown=300,
            ),
        )
        # Two minutes, as AWS has it: the figure is also 1 for a moment while an instance is exchanged.
        wake = Wake(_BACKLOG, of_endpoint, statistic="Average", minutes=2, aggregation="Average", cooldown_seconds=300)
        scaler.wake(name, wake)

    def _alarms(self, name: str, topic: sns.ITopic | None) -> None:
        dimensions = {"EndpointName": name, "VariantName": VARIANT}
        alarms = Alarms(self, "Alarms", name=name, dimensions=dimensions, topic=topic)
        alarms.server_errors()
        alarms.queue_failures()
        alarms.refused("The container did not like them: is the body, or its content type, what it expects?")
        alarms.no_capacity(_BACKLOG, "Average", {"EndpointName": name})
