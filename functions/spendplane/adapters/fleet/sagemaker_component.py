"""SageMaker inference components: no copies, and no scaling that would bring some back."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from spendplane.adapters.fleet.errors import MissingError, translated
from spendplane.adapters.fleet.kind import Kind
from spendplane.adapters.fleet.scaling import Scaling
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError
from spendplane.domain.targets import State, Target

DIMENSION = "sagemaker:inference-component:DesiredCopyCount"
_CHANGING = frozenset({"Creating", "Updating"})
_DELETING = "Deleting"


@dataclass(frozen=True, slots=True)
class InferenceComponent(Kind):
    """State: `copies`, and `scaling` with the `min` and `max` of its scalable target; None when it is not scaled."""

    kind: ClassVar[str] = "sagemaker-inference-component"
    resource_types: ClassVar[tuple[str, ...]] = ("sagemaker:inference-component",)
    arn: ClassVar[re.Pattern[str]] = re.compile(
        r"arn:[\w-]+:sagemaker:[\w-]+:\d{12}:inference-component/([\w-]+)", re.ASCII
    )

    def observe(self, target: Target) -> State | None:
        """The copies that are wanted, whether they run already or not."""
        found = self._describe(target)
        if found is None or found.get("InferenceComponentStatus") == _DELETING:
            return None
        scaling = self._scaling(target).range(_resource(found), DIMENSION)
        return {"copies": _copies(target, found), "scaling": scaling}

    def throttled(self, before: State) -> State:
        """No copies, and scaling from 0 to 0."""
        down: State = {"copies": 0, "scaling": {"min": 0, "max": 0}}
        return {part: down[part] if value is not None else None for part, value in before.items()}

    def throttle(self, target: Target, before: State) -> None:
        """The copies first: they cost, also where scaling may not be touched. Then what would bring them back."""
        down = self.throttled(before)
        self._set_copies(target, down)
        self._set_scaling(target, down)

    def restore(self, target: Target, before: State) -> None:
        """The copies first: scaling would start its least number, which then looks like somebody else's work."""
        self._set_copies(target, before)
        self._set_scaling(target, before)

    def describe(self, before: State) -> str:
        """Such as `copies 3 -> 0, scaling 1-5 -> 0-0`."""
        scaling = before.get("scaling")
        also = f", scaling {scaling['min']}-{scaling['max']} -> 0-0" if scaling else ""
        return f"copies {before['copies']} -> 0{also}"

    def _set_scaling(self, target: Target, wanted: State) -> None:
        if wanted.get("scaling"):
            self._scaling(target).set_range(_resource(self._existing(target)), DIMENSION, wanted["scaling"])

    def _set_copies(self, target: Target, wanted: State) -> None:
        found = self._existing(target)
        if "copies" not in wanted or _copies(target, found) == wanted["copies"]:
            return
        status = found.get("InferenceComponentStatus")
        if status in _CHANGING:
            raise BusyError(f"{target.label} is {status}; its copies can be changed when that is over")
        with translated(target.label):
            self._client().update_inference_component_runtime_config(
                InferenceComponentName=found["InferenceComponentName"],
                DesiredRuntimeConfig={"CopyCount": wanted["copies"]},
            )

    def _existing(self, target: Target) -> dict[str, Any]:
        found = self._describe(target)
        if found is None or found.get("InferenceComponentStatus") == _DELETING:
            raise MissingError(f"{target.label} is not there any more")
        return found

    def _describe(self, target: Target) -> dict[str, Any] | None:
        try:
            with translated(target.label):
                found: dict[str, Any] = self._client().describe_inference_component(InferenceComponentName=target.name)
        except MissingError:
            return None
        return found

    def _scaling(self, target: Target) -> Scaling:
        return Scaling(self.clients("application-autoscaling"), "sagemaker", target.label)

    def _client(self) -> Any:
        return self.clients("sagemaker")


def _resource(found: dict[str, Any]) -> str:
    """By the name as the service has it: in an ARN it may have lost its capitals."""
    return f"inference-component/{found['InferenceComponentName']}"


def _copies(target: Target, found: dict[str, Any]) -> int:
    copies: int | None = found.get("RuntimeConfig", {}).get("DesiredCopyCount")
    if copies is None:
        base = found.get("Specification", {}).get("BaseInferenceComponentName", "another component")
        raise RefusedError(
            f"{target.label} is an adapter without copies of its own: turn down {base}, which it runs on"
        )
    return copies
