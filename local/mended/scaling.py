"""Application Auto Scaling where moto stops: tags of scalable targets; ECS services, which are MiniStack's; and what is
deregistered takes its policies and schedules with it. See local/mended/scaled.py for what is scaled, and how far.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from local.mended import scaled

_RUNNING = {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False, "ScheduledScalingSuspended": False}


def mend() -> None:
    """Changes moto's classes; call it once."""
    from ministack.services import ecs
    from moto.applicationautoscaling import models, responses
    from moto.applicationautoscaling.exceptions import AWSValidationException
    from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
    from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
    from moto.core.exceptions import JsonRESTError
    from moto.sagemaker.models import sagemaker_backends

    scaled.know_all_dimensions(models, responses)
    scaled.keep_components_in_range(ApplicationAutoscalingBackend, sagemaker_backends, AWSValidationException)
    scaled.name_policies_once(ApplicationAutoscalingBackend)
    _look_for_services(ApplicationAutoscalingBackend, ecs, AWSValidationException)
    _remove_what_hangs_on_it(ApplicationAutoscalingBackend)
    _tag_targets(ApplicationAutoScalingResponse, lambda text: JsonRESTError("ResourceNotFoundException", text))


def _look_for_services(backend: Any, ecs: Any, refusal: Callable[[str], Exception]) -> None:
    def exists(_self: Any, resource_id: str) -> bool:
        service = ecs._services.get(resource_id.removeprefix("service/"))  # noqa: SLF001  # by cluster and name
        if service is None or service["status"] != "ACTIVE":
            raise refusal(f"ECS service doesn't exist: {resource_id}")
        return True

    backend._ecs_service_exists_for_target = exists  # noqa: SLF001


def _remove_what_hangs_on_it(backend: Any) -> None:
    deregister = backend.deregister_scalable_target

    def deregister_all(self: Any, namespace: str, resource_id: str, dimension: str) -> None:
        deregister(self, namespace, resource_id, dimension)
        place = {"service_namespace": namespace, "resource_id": resource_id, "scalable_dimension": dimension}
        for policy in [policy for policy in self.policies.values() if place.items() <= vars(policy).items()]:
            self.delete_scaling_policy(policy_name=policy.policy_name, **place)
        for action in [action for action in self.scheduled_actions if place.items() <= vars(action).items()]:
            self.delete_scheduled_action(scheduled_action_name=action.scheduled_action_name, **place)

    backend.deregister_scalable_target = deregister_all


def _tag_targets(responses: Any, refusal: Callable[[str], Exception]) -> None:
    register = responses.register_scalable_target

    def register_tagged(self: Any) -> str:
        answer: str = register(self)
        target = _target(self, json.loads(answer)["ScalableTargetARN"], refusal)
        if not hasattr(target, "tags"):  # it is new: an update takes no tags
            target.tags = dict(self._get_param("Tags") or {})
        target.suspended_state = {**_RUNNING, **(target.suspended_state or {})}
        return answer

    def list_tags_for_resource(self: Any) -> str:
        return json.dumps({"Tags": _target(self, self._get_param("ResourceARN"), refusal).tags})

    def tag_resource(self: Any) -> str:
        _target(self, self._get_param("ResourceARN"), refusal).tags.update(self._get_param("Tags"))
        return "{}"

    def untag_resource(self: Any) -> str:
        tags = _target(self, self._get_param("ResourceARN"), refusal).tags
        for key in self._get_param("TagKeys"):
            tags.pop(key, None)
        return "{}"

    responses.register_scalable_target = register_tagged
    responses.list_tags_for_resource = list_tags_for_resource
    responses.tag_resource = tag_resource
    responses.untag_resource = untag_resource


def _target(response: Any, arn: str, refusal: Callable[[str], Exception]) -> Any:
    targets: Mapping[str, Mapping[str, Any]] = response.applicationautoscaling_backend.targets
    found = next((target for known in targets.values() for target in known.values() if target.arn == arn), None)
    if found is None:
        raise refusal(f"The specified resource doesn't exist: {arn}")
    return found
