"""`AWS::ApplicationAutoScaling::ScalableTarget`, with its schedules, and `ScalingPolicy`."""

from collections.abc import Mapping
from typing import Any

from local.resource_types.api import SCALING, ask, by_key, remove
from local.resource_types.kinds import Created, Properties, ResourceType

_PLACE = ("ResourceId", "ScalableDimension", "ServiceNamespace")


def _register(_logical_id: str, props: Properties, _stack: str) -> Created:
    ask(SCALING, "RegisterScalableTarget", {**props, "Tags": by_key(props.get("Tags"))})
    _schedule(props)
    return _target(props)


def _change(_physical_id: str, old: Properties, new: Properties, _stack: str) -> Created:
    """Tags that came from elsewhere stay, and so do schedules."""
    running = {f"{kind}Suspended": False for kind in ("DynamicScalingIn", "DynamicScalingOut", "ScheduledScaling")}
    suspended = {**running, **new.get("SuspendedState", {})}
    untagged = {name: value for name, value in new.items() if name != "Tags"}
    arn = ask(SCALING, "RegisterScalableTarget", {**untagged, "SuspendedState": suspended})["ScalableTargetARN"]
    before, after = by_key(old.get("Tags")), by_key(new.get("Tags"))
    if gone := sorted(before.keys() - after.keys()):
        ask(SCALING, "UntagResource", {"ResourceARN": arn, "TagKeys": gone})
    if given := dict(after.items() - before.items()):
        ask(SCALING, "TagResource", {"ResourceARN": arn, "Tags": given})
    for name in _schedules(old).keys() - _schedules(new).keys():
        remove(SCALING, "DeleteScheduledAction", {**_place(new), "ScheduledActionName": name})
    _schedule(new)
    return _target(new)


def _deregister(physical_id: str, _props: Properties) -> None:
    remove(SCALING, "DeregisterScalableTarget", _parsed(physical_id))


def _schedule(props: Properties) -> None:
    for action in _schedules(props).values():
        ask(SCALING, "PutScheduledAction", {**_place(props), **action})


def _schedules(props: Properties) -> dict[str, Mapping[str, Any]]:
    return {action["ScheduledActionName"]: action for action in props.get("ScheduledActions", ())}


def _target(props: Properties) -> Created:
    physical_id = "|".join(_place(props).values())
    return physical_id, {"Id": physical_id}


def _place(props: Properties) -> dict[str, str]:
    """What is scaled: named, or by the `Ref` of its scalable target."""
    if "ScalingTargetId" in props:
        return _parsed(props["ScalingTargetId"])
    return {name: props[name] for name in _PLACE}


def _parsed(physical_id: str) -> dict[str, str]:
    return dict(zip(_PLACE, physical_id.split("|"), strict=True))


def _put(_logical_id: str, props: Properties, _stack: str) -> Created:
    arn: str = ask(SCALING, "PutScalingPolicy", {**props, **_place(props)})["PolicyARN"]
    return arn, {"Arn": arn}


def _put_again(_arn: str, _old: Properties, new: Properties, stack: str) -> Created:
    return _put("", new, stack)


def _unput(_arn: str, props: Properties) -> None:
    remove(SCALING, "DeleteScalingPolicy", {**props, **_place(props)})


TYPES: Mapping[str, ResourceType] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": ResourceType(_register, _change, _deregister, _PLACE, tagged=True),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ResourceType(
        _put, _put_again, _unput, (*_PLACE, "PolicyName", "ScalingTargetId")
    ),
}
