"""SageMaker hosting where moto is too lenient: names are taken once, tags are overwritten, endpoints take their scaling
with them when they go. What moto lacks altogether is in files of its own, and is added here.
"""

import sys
from collections.abc import Callable
from typing import Any

from local.mended import endpoints, inference_components, training_jobs

Tags = list[dict[str, str]]


def mend() -> None:
    """Changes moto's classes; call it once."""
    from moto.core.responses import ActionResult
    from moto.sagemaker.exceptions import ValidationError
    from moto.sagemaker.models import FakeEndpointConfig, SageMakerModelBackend
    from moto.sagemaker.responses import SageMakerResponse

    install(SageMakerModelBackend, ValidationError, _scaling_of)
    endpoints.install(SageMakerModelBackend, FakeEndpointConfig, SageMakerResponse, ValidationError, ActionResult)
    inference_components.install(SageMakerModelBackend, SageMakerResponse, ValidationError, _scaling_of, ActionResult)
    training_jobs.install(SageMakerModelBackend, SageMakerResponse, ValidationError, ActionResult)


def install(backend: Any, refusal: Callable[[str], Exception], scaling_of: Callable[[str, str], Any]) -> None:
    """`refusal` makes moto's error from a message; `scaling_of` finds Auto Scaling by account and region, or None."""
    for kind, store, text in _NAMED:
        _refuse_taken_names(backend, kind, store, text, refusal)
    _overwrite_tags(backend, refusal)
    _deregister_with_endpoint(backend, scaling_of)
    _keep_what_is_not_named(backend)


_NAMED = (
    ("model", "_models", "model"),
    ("endpoint_config", "endpoint_configs", "endpoint configuration"),
    ("endpoint", "endpoints", "endpoint"),
)


def _refuse_taken_names(backend: Any, kind: str, store: str, text: str, refusal: Callable[[str], Exception]) -> None:
    create = getattr(backend, f"create_{kind}")

    def create_new(self: Any, **given: Any) -> Any:
        name = given[f"{kind}_name"]
        if name in getattr(self, store):
            arn = f"arn:aws:sagemaker:{self.region_name}:{self.account_id}:{kind.replace('_', '-')}/{name}"
            raise refusal(f'Cannot create already existing {text} "{arn}".')
        return create(self, **given)

    setattr(backend, f"create_{kind}", create_new)


def _overwrite_tags(backend: Any, refusal: Callable[[str], Exception]) -> None:
    find = backend._get_resource_from_arn  # noqa: SLF001  # the one place where it looks

    def find_or_refuse(self: Any, arn: str) -> Any:
        found = find(self, arn)
        if found is None:
            raise refusal(f'Could not find "{arn}".')
        return found

    def add_tags(self: Any, arn: str, tags: Tags) -> Tags:
        resource = self._get_resource_from_arn(arn)
        new = {tag["Key"] for tag in tags}
        resource.tags = [*(tag for tag in resource.tags if tag["Key"] not in new), *tags]
        return list(resource.tags)

    backend._get_resource_from_arn = find_or_refuse  # noqa: SLF001
    backend.add_tags = add_tags


def _deregister_with_endpoint(backend: Any, scaling_of: Callable[[str, str], Any]) -> None:
    delete = backend.delete_endpoint

    def delete_endpoint(self: Any, endpoint_name: str) -> None:
        delete(self, endpoint_name)
        self.deregister_variants(endpoint_name)

    def deregister_variants(self: Any, endpoint_name: str, variant: str | None = None) -> None:
        scaling = scaling_of(self.account_id, self.region_name)
        place = f"endpoint/{endpoint_name}/" + (f"variant/{variant}" if variant else "")
        for target in scaling.describe_scalable_targets("sagemaker", None, None) if scaling else ():
            if target.resource_id == place or (variant is None and target.resource_id.startswith(place)):
                scaling.deregister_scalable_target("sagemaker", target.resource_id, target.scalable_dimension)

    backend.delete_endpoint, backend.deregister_variants = delete_endpoint, deregister_variants


def _scaling_of(account: str, region: str) -> Any:
    """None as long as nobody has called it: loading it takes a second."""
    backends = getattr(sys.modules.get("moto.applicationautoscaling.models"), "applicationautoscaling_backends", None)
    return backends[account][region] if backends else None


def _keep_what_is_not_named(backend: Any) -> None:
    """A variant keeps its weight when only its count is given, and the reverse; serverless settings change too."""
    update = backend.update_endpoint_weights_and_capacities

    def update_named(self: Any, endpoint_name: str, desired_weights_and_capacities: list[dict[str, Any]]) -> Any:
        endpoint = self.endpoints.get(endpoint_name)
        before = {variant["VariantName"]: dict(variant) for variant in endpoint.production_variants} if endpoint else {}
        arn = update(self, endpoint_name, desired_weights_and_capacities)
        wanted = {item["VariantName"]: item.get("ServerlessUpdateConfig") for item in desired_weights_and_capacities}
        for variant in endpoint.production_variants:
            name = variant["VariantName"]
            _fill(variant, before[name], wanted.get(name) or {})
        return arn

    backend.update_endpoint_weights_and_capacities = update_named


def _fill(variant: dict[str, Any], before: dict[str, Any], serverless: dict[str, Any]) -> None:
    """Gives back what moto emptied, and does what it left undone."""
    given = {key: value for key, value in variant.items() if value is not None}
    variant.clear()
    variant.update({**before, **given})
    for key in ("CurrentServerlessConfig", "DesiredServerlessConfig") if serverless else ():
        variant[key] = {**variant.get(key, {}), **serverless}
