"""Serverless endpoints: billed by the millisecond of a call, so they are at zero without any scaling."""

from dataclasses import dataclass
from decimal import Decimal

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.endpoints import cost
from stacks.endpoints.alarms import Alarms
from stacks.endpoints.hosted import HostedModel, tag
from stacks.endpoints.scaling import Scaled, Scaling
from stacks.endpoints.settings import VARIANT, Settings, require

MEMORY_MB = (1024, 2048, 3072, 4096, 5120, 6144)
MAX_CONCURRENCY = 200
_LEAST_PROVISIONED = 1
"""AWS lets auto scaling go no lower; only an endpoint without provisioned concurrency has none."""


@dataclass(frozen=True, kw_only=True)
class ServerlessSettings(Settings):
    """`provisioned_concurrency` is kept warm and paid by the hour, `price_per_hour` each; outside `off_peak` it is 1.

    `price_per_second` is that of a call's second at this memory, in US dollars, for the cost note alone. Serverless
    endpoints have no GPU and no network isolation. Raises `SettingsError`.
    """

    memory_mb: int = 2048
    max_concurrency: int = 5
    provisioned_concurrency: int | None = None
    price_per_second: Decimal | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        sizes = ", ".join(map(str, MEMORY_MB))
        require(self.memory_mb in MEMORY_MB, f"memory_mb is {self.memory_mb}; AWS offers {sizes}")
        require(
            1 <= self.max_concurrency <= MAX_CONCURRENCY,
            f"max_concurrency is {self.max_concurrency}; write 1 to {MAX_CONCURRENCY}",
        )
        warm = self.provisioned_concurrency
        require(
            warm is None or 1 <= warm <= self.max_concurrency,
            f"provisioned_concurrency is {warm}; write 1 to max_concurrency ({self.max_concurrency}), or leave it out",
        )
        require(
            warm is not None or self.off_peak is None,
            "off_peak does nothing without provisioned_concurrency: between calls it costs nothing anyway; remove it",
        )
        require(
            warm is not None or self.price_per_hour is None,
            "price_per_hour is that of one unit of provisioned_concurrency, and there is none; remove it",
        )
        price = self.price_per_second
        require(
            price is None or (price.is_finite() and price >= 0 and self.call_seconds is not None),
            f"price_per_second is {price}; write dollars, such as 0.00004, and call_seconds beside it",
        )
        require(not self.model.isolated, "a serverless endpoint cannot be isolated from the network; remove it")


class ServerlessEndpoint(Construct):
    """Model, configuration, endpoint, alarms; with provisioned concurrency also its scaling."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        settings: ServerlessSettings,
        *,
        alarms_to: sns.ITopic | None = None,
        key: kms.IKey | None = None,
    ) -> None:
        """`key` encrypts what the endpoint stores; without one AWS's own key does. `alarms_to` is told of faults."""
        super().__init__(scope, id_)
        name = settings.name
        self.hosted = HostedModel(
            self, "Hosted", model=settings.model, log_name=f"/aws/sagemaker/Endpoints/{name}", key=key
        )
        self.config = self._config(settings, key)
        self.endpoint = sagemaker.CfnEndpoint(
            self, "Endpoint", endpoint_name=name, endpoint_config_name=self.config.attr_endpoint_config_name
        )
        if settings.provisioned_concurrency:
            self._scale(settings, settings.provisioned_concurrency)
        alarms = Alarms(
            self, "Alarms", name=name, dimensions={"EndpointName": name, "VariantName": VARIANT}, topic=alarms_to
        )
        alarms.server_errors()
        alarms.model_errors()
        alarms.refused(f"At 429 more than max_concurrency ({settings.max_concurrency}) came at once: raise it.")
        cost.output(self, _cost(settings))
        tag(self, settings.ownership)

    def _config(self, settings: ServerlessSettings, key: kms.IKey | None) -> sagemaker.CfnEndpointConfig:
        return sagemaker.CfnEndpointConfig(
            self,
            "Config",
            kms_key_id=key.key_arn if key else None,
            production_variants=[
                sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                    variant_name=VARIANT,
                    model_name=self.hosted.model.attr_model_name,
                    initial_variant_weight=1,
                    serverless_config=sagemaker.CfnEndpointConfig.ServerlessConfigProperty(
                        memory_size_in_mb=settings.memory_mb,
                        max_concurrency=settings.max_concurrency,
                        provisioned_concurrency=settings.provisioned_concurrency,
                    ),
                )
            ],
        )

    def _scale(self, settings: ServerlessSettings, provisioned: int) -> None:
        """By its use; the endpoint itself answers on demand whatever is provisioned."""
        scaled = Scaled(
            resource=f"endpoint/{settings.name}/variant/{VARIANT}",
            dimension="sagemaker:variant:DesiredProvisionedConcurrency",
            highest=provisioned,
            floor=_LEAST_PROVISIONED,
        )
        scaler = Scaling(self, "Scaling", scaled=scaled, of=self.endpoint, off_peak=settings.off_peak)
        scaler.track(
            settings.name,
            scaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
                target_value=0.7,
                predefined_metric_specification=scaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty(
                    predefined_metric_type="SageMakerVariantProvisionedConcurrencyUtilization"
                ),
                scale_out_cooldown=60,
                scale_in_cooldown=300,
            ),
        )


def _cost(settings: ServerlessSettings) -> str:
    """Calls are billed by their duration on top, at a price that depends on the memory."""
    calls = cost.billed_calls(settings, settings.price_per_second, f"seconds of {settings.memory_mb} MB")
    provisioned = settings.provisioned_concurrency
    if not provisioned:
        return f"{calls} Idle: 0 USD an hour."
    units = provisioned - _LEAST_PROVISIONED
    kept = cost.note(settings, unit="provisioned unit", most=provisioned, always=_LEAST_PROVISIONED, saved_units=units)
    return f"{calls} {kept}"
