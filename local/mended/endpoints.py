"""SageMaker endpoints and their configurations where moto stops: UpdateEndpoint, configurations for inference
components, and the instance types of today.
"""

from collections.abc import Callable
from typing import Any

Refusal = Callable[[str], Exception]
"""Makes moto's error from a message."""
_MORE = ("ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation", "ExplainerConfig", "ShadowProductionVariants")
_COUNTS = ("CurrentInstanceCount", "DesiredInstanceCount")
_WEIGHTS = ("CurrentWeight", "DesiredWeight")
_CAPTURE = "DataCaptureConfig"
_RETAINED = {"DesiredInstanceCount": _COUNTS, "DesiredWeight": _WEIGHTS, _CAPTURE: (_CAPTURE,)}


def install(backend: Any, config: Any, responses: Any, refusal: Refusal, answer: Callable[[Any], Any]) -> None:
    """Changes moto's classes: its backend, its configurations and its answers. `answer` makes one of a mapping."""
    _keep_whole_configs(responses)
    _allow_variants_without_model(backend, refusal)
    config.validate_instance_type = _known_instance_type(refusal)
    _update_endpoints(backend, responses, refusal, answer)


def _keep_whole_configs(responses: Any) -> None:
    create = responses.create_endpoint_config

    def create_whole(self: Any) -> Any:
        made = create(self)
        config = self.sagemaker_backend.endpoint_configs[self._get_param("EndpointConfigName")]
        given = {name: self._get_param(name) for name in _MORE}  # moto's way
        vars(config).update({_snake(name): value for name, value in given.items() if value is not None})
        return made

    responses.create_endpoint_config = create_whole


def _snake(name: str) -> str:
    from botocore import xform_name

    return str(xform_name(name))


def _allow_variants_without_model(backend: Any, refusal: Refusal) -> None:
    """Those that are to host inference components. Serverless ones always name a model."""
    validate = backend.validate_production_variants

    def validate_named(self: Any, production_variants: list[dict[str, Any]]) -> None:
        for variant in production_variants:
            if "ModelName" not in variant and "ServerlessConfig" in variant:
                raise refusal(f"ModelName is required for the serverless variant {variant['VariantName']}.")
        validate(self, [variant for variant in production_variants if "ModelName" in variant])

    backend.validate_production_variants = validate_named


def _known_instance_type(refusal: Refusal) -> Callable[[Any, str], None]:
    def validate_instance_type(_self: Any, instance_type: str) -> None:
        import botocore.session

        model: Any = botocore.session.get_session().get_service_model("sagemaker")
        known = model.shape_for("ProductionVariantInstanceType").enum
        if instance_type not in known:
            text = f"Value '{instance_type}' at 'instanceType' failed to satisfy constraint: Member must satisfy enum"
            raise refusal(f"{text} value set: {known}")

    return validate_instance_type


def _update_endpoints(backend: Any, responses: Any, refusal: Refusal, answer: Callable[[Any], Any]) -> None:
    def update_endpoint(self: Any) -> Any:
        params = self._get_params()  # moto's way
        store, name, config = self.sagemaker_backend, params["EndpointName"], params["EndpointConfigName"]
        store.describe_endpoint(name)  # refuses one that is not there
        wanted = store.describe_endpoint_config(config)
        kept = _retained(params) if params.get("RetainAllVariantProperties") else ()
        store.switch_endpoint(name, wanted, kept)
        return answer({"EndpointArn": store.endpoints[name].arn})

    def switch_endpoint(self: Any, name: str, config: dict[str, Any], kept: tuple[str, ...]) -> None:
        from local.mended.inference_components import store_of

        endpoint = self.endpoints[name]
        new = endpoint._process_production_variants(config["ProductionVariants"])  # noqa: SLF001  # as it creates them
        names = {variant["VariantName"] for variant in new}
        for component in store_of(self).values():
            if component.endpoint == name and component.variant not in names:
                raise refusal(f"Cannot remove variant {component.variant}: it hosts {component.name}.")
        before = {variant["VariantName"]: variant for variant in endpoint.production_variants}
        for gone in before.keys() - names:
            self.deregister_variants(name, gone)
        for variant in new:
            former = before.get(variant["VariantName"], {})
            variant.update({key: former[key] for key in kept if key in former and key in variant})
        endpoint.production_variants, endpoint.endpoint_config_name = new, config["EndpointConfigName"]
        endpoint.last_modified_time = _now()
        if _CAPTURE not in kept:
            endpoint.data_capture_config = config[_CAPTURE]

    responses.update_endpoint = update_endpoint
    backend.switch_endpoint = switch_endpoint


def _retained(params: dict[str, Any]) -> tuple[str, ...]:
    excluded = {item["VariantPropertyType"] for item in params.get("ExcludeRetainedVariantProperties") or ()}
    return tuple(key for kind, keys in _RETAINED.items() if kind not in excluded for key in keys)


def _now() -> Any:
    from moto.core.utils import utcnow

    return utcnow()
