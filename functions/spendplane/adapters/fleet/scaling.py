"""Application Auto Scaling: what would otherwise bring a target back up, and what goes down with a deleted one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore import xform_name

from spendplane.adapters.fleet.errors import InvalidError, translated
from spendplane.adapters.fleet.kind import listed
from spendplane.domain.targets import State

Part = dict[str, Any]
TARGET, POLICY, SCHEDULE = "scaling", "policy", "schedule"
_OPERATIONS = {TARGET: "RegisterScalableTarget", POLICY: "PutScalingPolicy", SCHEDULE: "PutScheduledAction"}
_NOT_KEPT = frozenset({"ServiceNamespace", "RoleARN", "Tags"})
_RIGHTS = (
    "The enforce function may change scaling only where the scalable target itself carries the tags `environment` and "
    "`project` of its resource: add them with `aws application-autoscaling tag-resource`, then try again"
)


@dataclass(frozen=True, slots=True)
class Scaling:
    """The scaling of one namespace, such as `sagemaker`. `what` names the target in errors."""

    client: Any
    namespace: str
    what: str

    def range(self, resource: str, dimension: str) -> dict[str, int] | None:
        """`min` and `max` of a resource; None when it is not scaled."""
        found = self._all("ScalableTargets", ResourceIds=[resource], ScalableDimension=dimension)
        return {"min": found[0]["MinCapacity"], "max": found[0]["MaxCapacity"]} if found else None

    def set_range(self, resource: str, dimension: str, wanted: Mapping[str, int]) -> None:
        """Also brings the present capacity into this range; policies and tags stay. What is not scaled stays so."""
        if self.range(resource, dimension) in (None, wanted):
            return
        self._call(
            "RegisterScalableTarget",
            ResourceId=resource,
            ScalableDimension=dimension,
            MinCapacity=wanted["min"],
            MaxCapacity=wanted["max"],
        )

    def parts(self, resources: Sequence[str], inherited: Mapping[str, str]) -> dict[str, Part]:
        """All that is deregistered with these resources, by a key that begins with TARGET, POLICY or SCHEDULE.

        A part holds the parameters of the one call that makes it again. `inherited` tags, those of the resource, are
        not listed: see `make`.
        """
        found: dict[str, Part] = {}
        for item in self._all("ScalableTargets", ResourceIds=list(resources)) if resources else []:
            place = {"ResourceId": item["ResourceId"], "ScalableDimension": item["ScalableDimension"]}
            where = " ".join(place.values())
            tags = self._tags(item).items() - inherited.items()
            found[f"{TARGET} {where}"] = self._kept("RegisterScalableTarget", item) | {"Tags": dict(sorted(tags))}
            for policy in self._all("ScalingPolicies", **place):
                found[f"{POLICY} {where} {policy['PolicyName']}"] = self._kept("PutScalingPolicy", policy)
            for action in self._all("ScheduledActions", **place):
                name = f"{SCHEDULE} {where} {action['ScheduledActionName']}"
                found[name] = self._kept("PutScheduledAction", action)
        return found

    def make(self, before: State, now: State, inherited: Mapping[str, str]) -> None:
        """Makes those parts of `before` again that are not so now: targets first, then what hangs on them.

        A new scalable target is given the tags of its resource too: IAM asks for them.
        """
        for prefix, operation in _OPERATIONS.items():
            for key, part in before.items():
                if not key.startswith(f"{prefix} ") or now.get(key) == part:
                    continue
                if prefix == SCHEDULE:
                    self._schedule(part)
                elif prefix == TARGET and key not in now:
                    self._call(operation, **(part | {"Tags": {**inherited, **part["Tags"]}}))
                else:
                    self._call(operation, **{name: value for name, value in part.items() if name != "Tags"})

    def _schedule(self, part: Part) -> None:
        # Its time may have come meanwhile. Then a start says nothing any more, and a single run is over.
        try:
            self._call("PutScheduledAction", **part)
        except InvalidError:
            if part["Schedule"].startswith("at("):
                return
            self._call("PutScheduledAction", **{name: value for name, value in part.items() if name != "StartTime"})

    def _kept(self, operation: str, item: Mapping[str, Any]) -> Part:
        """What the call can set: not ARNs, alarms and times of creation."""
        settable = self.client.meta.service_model.operation_model(operation).input_shape.members
        return {name: _plain(item[name]) for name in settable if name in item and name not in _NOT_KEPT}

    def _tags(self, item: Mapping[str, Any]) -> dict[str, str]:
        if "ScalableTargetARN" not in item:
            return {}
        with translated(self.what, rights=_RIGHTS):
            tags: dict[str, str] = self.client.list_tags_for_resource(ResourceARN=item["ScalableTargetARN"])["Tags"]
        return settable_tags(tags)

    def _call(self, operation: str, **parameters: Any) -> None:
        with translated(self.what, rights=_RIGHTS):
            getattr(self.client, xform_name(operation))(ServiceNamespace=self.namespace, **parameters)

    def _all(self, things: str, **parameters: Any) -> list[dict[str, Any]]:
        operation = xform_name(f"Describe{things}")
        with translated(self.what):
            return list(listed(self.client, operation, things, ServiceNamespace=self.namespace, **parameters))


def settable_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Without those that only AWS itself may set."""
    return {key: value for key, value in sorted(tags.items()) if not key.startswith("aws:")}


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
