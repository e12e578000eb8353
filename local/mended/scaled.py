"""Application Auto Scaling: what can be scaled, its capacity within the range, and policies that keep their ARN."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from local.mended.inference_components import store_of

COMPONENT = "inference-component/"
_ENUMS = {"ScalableDimensionValueSet": "ScalableDimension", "ServiceNamespaceValueSet": "ServiceNamespace"}


def know_all_dimensions(*modules: Any) -> None:
    """Those of the SDK, in the place of moto's choice of them. `modules`: moto's that have this choice."""
    import botocore.session

    model: Any = botocore.session.get_session().get_service_model("application-autoscaling")
    for name, shape in _ENUMS.items():
        values = model.shape_for(shape).enum
        known = Enum(name, {value.replace(":", "_").replace("-", "_").upper(): value for value in values})  # type: ignore[misc]
        for module in modules:
            setattr(module, name, known)


def keep_components_in_range(backend: Any, sagemaker: Any, refusal: Callable[[str], Exception]) -> None:
    """Inference components have to be there, and get copies within the range at once. `sagemaker`: moto's backends."""
    register = backend.register_scalable_target

    def register_in_range(self: Any, namespace: str, r_id: str, *more: Any, **given: Any) -> Any:
        if not r_id.startswith(COMPONENT):
            return register(self, namespace, r_id, *more, **given)
        component = store_of(sagemaker[self.account_id][self.region_name]).get(r_id.removeprefix(COMPONENT))
        if component is None or component.copies is None:
            raise refusal(f"Inference component doesn't exist, or has no copies of its own: {r_id}")
        target = register(self, namespace, r_id, *more, **given)
        within = min(max(component.copies, target.min_capacity), target.max_capacity)
        if within != component.copies:
            component.set_copies(within)
        return target

    backend.register_scalable_target = register_in_range


def name_policies_once(backend: Any) -> None:
    """A policy that is put again is the same one: alarms name its ARN. And one resource's are not another's."""
    put, describe = backend.put_scaling_policy, backend.describe_scaling_policies

    def put_again(self: Any, **given: Any) -> Any:
        place = ("service_namespace", "resource_id", "scalable_dimension", "policy_name")
        key = "\t".join(given[name] for name in place)  # as moto keeps them
        former = self.policies.get(key)
        policy = put(self, **given)
        if former is not None:
            policy.policy_arn, policy.creation_time = former.policy_arn, former.creation_time
        return policy

    def describe_exactly(self: Any, service_namespace: str, resource_id: str | None, *more: Any, **given: Any) -> Any:
        token, found = describe(self, service_namespace, resource_id, *more, **given)
        return token, [policy for policy in found if resource_id in (None, policy.resource_id)]

    backend.put_scaling_policy, backend.describe_scaling_policies = put_again, describe_exactly
