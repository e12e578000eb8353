"""UpdateUsagePlan, patch by patch as on AWS: stages come and go, and limits are numbers, of the plan or of a method."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from local.mended.method_settings import Patch, PatchError

Plan = dict[str, Any]
_NUMBERS: Mapping[str, Callable[[str], Any]] = {
    "rateLimit": float,
    "burstLimit": int,
    "limit": int,
    "offset": int,
    "period": str,
}


def install(v1: Any, provisioners: Any) -> None:  # MiniStack's modules
    """In the place of MiniStack's own, and where templates name the limits of methods."""
    body_of = provisioners._apigw_usage_plan_body  # noqa: SLF001

    def update_usage_plan(plan_id: str, request: Mapping[str, Any]) -> Any:
        plan = v1._usage_plans.get(plan_id)  # noqa: SLF001
        if plan is None:
            return v1._v1_error("NotFoundException", "Invalid Usage Plan identifier specified", 404)  # noqa: SLF001
        changed = copy.deepcopy({key: value for key, value in plan.items() if key != "tags"})
        try:
            for patch in request.get("patchOperations") or []:
                apply(changed, patch)
        except PatchError as error:
            return v1._v1_error("BadRequestException", str(error), 400)  # noqa: SLF001
        tags = plan["tags"]
        plan.clear()
        plan.update({**changed, "tags": tags})
        return v1._v1_response(plan)  # noqa: SLF001

    def body(properties: Any) -> Plan:
        made: Plan = body_of(properties)
        for stage in made["apiStages"]:
            throttle = stage["throttle"].items()
            stage["throttle"] = {key: provisioners._apigw_throttle(limits) for key, limits in throttle}  # noqa: SLF001
        return made

    v1._update_usage_plan = update_usage_plan  # noqa: SLF001
    provisioners._apigw_usage_plan_body = body  # noqa: SLF001


def apply(plan: Plan, patch: Patch) -> None:
    """Changes the plan; raises PatchError for what AWS refuses."""
    operation, path, value = patch.get("op", "replace"), patch.get("path", ""), patch.get("value", "")
    keys = path.removeprefix("/").split("/")
    match operation, keys:
        case "replace" | "add", ["name" | "description" | "productCode" as key]:
            plan[key] = value
        case "replace" | "add", ["throttle" | "quota" as part, name] if name in _NUMBERS:
            plan[part] = {**(plan.get(part) or {}), name: _number(name, value, path)}
        case "remove", ["throttle" | "quota" | "productCode" as key]:
            plan.pop(key, None)
        case "add", ["apiStages"]:
            api, _, stage = value.partition(":")
            plan["apiStages"] = [*plan["apiStages"], {"apiId": api, "stage": stage}]
        case "remove", ["apiStages"]:
            plan["apiStages"].remove(_stage(plan, value))
        case "replace" | "add", ["apiStages", stage, "throttle", *method, "rateLimit" | "burstLimit" as name] if method:
            limits = _stage(plan, stage).setdefault("throttle", {}).setdefault(_method(method), {})
            limits[name] = _number(name, value, path)
        case "remove", ["apiStages", stage, "throttle", *method]:
            _remove_limits(_stage(plan, stage), _method(method) if method else None)
        case _:
            raise PatchError(f"Invalid patch path  '{path}' specified for op '{operation}'.")


def _remove_limits(stage: dict[str, Any], method: str | None) -> None:
    if method is not None:
        stage.get("throttle", {}).pop(method, None)
    if method is None or not stage.get("throttle"):
        stage.pop("throttle", None)


def _stage(plan: Plan, name: str) -> dict[str, Any]:
    for stage in plan["apiStages"]:
        if f"{stage['apiId']}:{stage['stage']}" == name:
            found: dict[str, Any] = stage
            return found
    raise PatchError(f"API Stage not found: {name}")


def _method(keys: list[str]) -> str:
    """`/pets/GET`, as GetUsagePlan names it, from `~1pets/GET` or `/pets/GET`."""
    return "/" + "/".join(keys).replace("~1", "/").removeprefix("/")


def _number(name: str, value: str, path: str) -> Any:
    try:
        return _NUMBERS[name](value)
    except ValueError:
        raise PatchError(f"Invalid value {value!r} for {path}.") from None
