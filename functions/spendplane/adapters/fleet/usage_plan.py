"""Usage plans of REST APIs: requests with one of the plan's keys are answered with 429. Quotas stay as they are.

A method with limits of its own in the plan does not heed those of the plan, so each one is turned down. AWS takes one
change of usage plans in 20 seconds from an account, so a change is always one call.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from spendplane.adapters.fleet import patches
from spendplane.adapters.fleet.errors import MissingError, translated
from spendplane.adapters.fleet.kind import Kind
from spendplane.domain.targets import State, Target

PLAN = "plan"


@dataclass(frozen=True, slots=True)
class UsagePlan(Kind):
    """State: `rate` and `burst` of the `plan` (None: no limits), and by API, stage and method such as
    `a1b2c3:dev /pets/GET`.
    """

    kind: ClassVar[str] = "usage-plan"
    resource_types: ClassVar[tuple[str, ...]] = ("apigateway",)
    arn: ClassVar[re.Pattern[str]] = re.compile(r"arn:[\w-]+:apigateway:[\w-]+::/usageplans/(\w+)", re.ASCII)

    def observe(self, target: Target) -> State | None:
        """One read."""
        (plan_id,) = self.ids(target)
        try:
            with translated(target.label):
                answer = self._client().get_usage_plan(usagePlanId=plan_id)
        except MissingError:
            return None
        return {PLAN: _limits(answer.get("throttle")), **dict(_methods(answer.get("apiStages", [])))}

    def throttled(self, before: State) -> State:
        """No request a second, not even as a burst."""
        return {part: dict(patches.DOWN) for part in before}

    def throttle(self, target: Target, before: State) -> None:
        """One call for the plan and its methods."""
        down = (patches.replacements(_path(part), patches.DOWN) for part in before)
        self._patch(target, [patch for group in down for patch in group])

    def restore(self, target: Target, before: State) -> None:
        """One call. Limits that throttling added go again; those of a stage that left the plan are not brought back."""
        now = self.observe(target)
        if now is None:
            raise MissingError(f"{target.label} is not there any more")
        parts = [part for part in before if part in now and now[part] != before[part]]
        self._patch(target, [patch for part in parts for patch in _undo(part, before[part])])

    def describe(self, before: State) -> str:
        """The plan and its methods, with their rates."""
        return patches.summary(before)

    def _patch(self, target: Target, operations: list[patches.Patch]) -> None:
        (plan_id,) = self.ids(target)
        if operations:
            with translated(target.label):
                self._client().update_usage_plan(usagePlanId=plan_id, patchOperations=operations)

    def _client(self) -> Any:
        return self.clients("apigateway")


def _limits(throttle: Mapping[str, Any] | None) -> patches.Limits | None:
    return {"rate": throttle.get("rateLimit"), "burst": throttle.get("burstLimit")} if throttle else None


def _methods(stages: list[dict[str, Any]]) -> Iterator[tuple[str, patches.Limits | None]]:
    for stage in stages:
        for method, throttle in sorted(stage.get("throttle", {}).items()):
            yield f"{stage['apiId']}:{stage['stage']} {method}", _limits(throttle)


def _undo(part: str, limits: patches.Limits | None) -> Iterator[patches.Patch]:
    """Limits can only be removed together."""
    if limits is None or None in limits.values():
        yield patches.removal(_path(part))
    yield from patches.replacements(_path(part), limits or {})


def _path(part: str) -> str:
    if part == PLAN:
        return "/throttle"
    stage, _, method = part.partition(" ")
    return f"/apiStages/{stage}/throttle/{patches.method_path(method)}"
