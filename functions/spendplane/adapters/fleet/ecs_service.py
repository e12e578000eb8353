"""ECS services: no tasks, and no scaling that would bring some back."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from spendplane.adapters.fleet.errors import MissingError, translated
from spendplane.adapters.fleet.kind import Kind
from spendplane.adapters.fleet.scaling import Scaling
from spendplane.domain.targets import State, Target

DIMENSION = "ecs:service:DesiredCount"
_ACTIVE = "ACTIVE"
_DAEMON = "A service with the scheduling strategy DAEMON has no desired count: stop it by hand"


@dataclass(frozen=True, slots=True)
class EcsService(Kind):
    """State: `desired`, the count of tasks; where it is scaled also `scaling` with `min` and `max`."""

    kind: ClassVar[str] = "ecs-service"
    resource_types: ClassVar[tuple[str, ...]] = ("ecs:service",)
    arn: ClassVar[re.Pattern[str]] = re.compile(
        r"arn:[\w-]+:ecs:[\w-]+:\d{12}:service/(?:([\w-]+)/)?([\w-]+)", re.ASCII
    )
    """Old ones name no cluster: it is then `default`."""

    def observe(self, target: Target) -> State | None:
        """A service that is draining or inactive has been deleted."""
        cluster, name = self.ids(target)
        try:
            with translated(target.label):
                answer = self._client().describe_services(cluster=cluster, services=[name])
        except MissingError:
            return None
        active = [service for service in answer["services"] if service["status"] == _ACTIVE]
        if not active:
            return None
        scaling = self._scaling(target).range(f"service/{cluster}/{name}", DIMENSION)
        return {"desired": active[0]["desiredCount"]} | ({"scaling": scaling} if scaling else {})

    def throttled(self, before: State) -> State:
        """No tasks, and scaling from 0 to 0."""
        down: State = {"desired": 0, "scaling": {"min": 0, "max": 0}}
        return {part: down[part] for part in before}

    def throttle(self, target: Target, before: State) -> None:
        """The tasks first: they cost, also where scaling may not be touched. Then what would bring them back."""
        down = self.throttled(before)
        self._set_desired(target, down)
        self._set_scaling(target, down)

    def restore(self, target: Target, before: State) -> None:
        """The tasks first: scaling would start its least number, which then looks like somebody else's work."""
        self._set_desired(target, before)
        self._set_scaling(target, before)

    def describe(self, before: State) -> str:
        """Such as `desired count 3 -> 0, scaling 1-5 -> 0-0`."""
        scaling = before.get("scaling")
        also = f", scaling {scaling['min']}-{scaling['max']} -> 0-0" if scaling else ""
        return f"desired count {before['desired']} -> 0{also}"

    def _set_scaling(self, target: Target, wanted: State) -> None:
        if "scaling" in wanted:
            cluster, name = self.ids(target)
            self._scaling(target).set_range(f"service/{cluster}/{name}", DIMENSION, wanted["scaling"])

    def _set_desired(self, target: Target, wanted: State) -> None:
        if "desired" in wanted:
            cluster, name = self.ids(target)
            with translated(target.label, _DAEMON):
                self._client().update_service(cluster=cluster, service=name, desiredCount=wanted["desired"])

    def _scaling(self, target: Target) -> Scaling:
        return Scaling(self.clients("application-autoscaling"), "ecs", target.label)

    def _client(self) -> Any:
        return self.clients("ecs")
