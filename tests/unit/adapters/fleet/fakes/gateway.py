"""API Gateway: stages and usage plans of REST APIs with their PATCH paths, and stages of HTTP APIs."""

import copy
from typing import Any

from tests.unit.adapters.fleet.cloud import Answer, Cloud, FaultError

STANDARD = {"metricsEnabled": False, "dataTraceEnabled": False, "loggingLevel": "OFF", "cachingEnabled": False}
_FIELDS = {"rateLimit": ("throttlingRateLimit", float), "burstLimit": ("throttlingBurstLimit", int)}


class FakeRestApis:
    """One stage, `a1b2c3/dev`, and one usage plan, `p1`."""

    def __init__(self, cloud: Cloud, settings: Answer | None = None, plan: Answer | None = None) -> None:
        self.settings: dict[str, Answer] = dict(settings or {})
        self.plan = plan or {}
        cloud.serve(
            "apigateway",
            GetStage=self.get_stage,
            UpdateStage=self.update_stage,
            GetUsagePlan=self.get_plan,
            UpdateUsagePlan=self.update_plan,
            GetAccount=lambda _: {"throttleSettings": {"rateLimit": 20000.0, "burstLimit": 5000}},
        )

    def get_stage(self, given: Answer) -> Answer:
        _known(given["restApiId"] == "a1b2c3" and given["stageName"] == "dev")
        return {"stageName": "dev", "methodSettings": copy.deepcopy(self.settings)}

    def update_stage(self, given: Answer) -> Answer:
        for patch in given["patchOperations"]:
            resource, method, *rest = patch["path"].removeprefix("/").split("/")
            key = f"{resource}/{method}"
            if patch["op"] == "remove" and not rest:
                if key not in self.settings:
                    raise FaultError("BadRequestException", f"Cannot remove method setting {key}: there is none")
                del self.settings[key]
                continue
            if patch["op"] != "replace" or rest[0] != "throttling":
                raise FaultError("BadRequestException", f"Invalid patch {patch}")
            name, convert = _FIELDS[rest[1]]
            limits = {"throttlingRateLimit": 10000.0, "throttlingBurstLimit": 5000}
            self.settings.setdefault(key, STANDARD | limits)[name] = convert(patch["value"])
        return self.get_stage(given)

    def get_plan(self, given: Answer) -> Answer:
        _known(given["usagePlanId"] == "p1")
        return {"id": "p1", "name": "plan", **copy.deepcopy(self.plan)}

    def update_plan(self, given: Answer) -> Answer:
        for patch in given["patchOperations"]:
            path = patch["path"].removeprefix("/").split("/")
            if path[0] == "throttle":
                self._limit(self.plan, "throttle", path[1:], patch)
                continue
            stage = self._stage(path[1])
            resource, method = path[3].replace("~1", "/"), path[4]
            self._limit(stage.setdefault("throttle", {}), f"{resource}/{method}", path[5:], patch)
        return self.get_plan(given)

    def _limit(self, holder: Answer, key: str, rest: list[str], patch: Answer) -> None:
        if patch["op"] == "remove" and not rest:
            holder.pop(key)
        elif patch["op"] in ("add", "replace") and rest[0] in _FIELDS:
            holder.setdefault(key, {})[rest[0]] = _FIELDS[rest[0]][1](patch["value"])
        else:
            raise FaultError("BadRequestException", f"Invalid patch {patch}")

    def _stage(self, name: str) -> Answer:
        for stage in self.plan.get("apiStages", []):
            if f"{stage['apiId']}:{stage['stage']}" == name:
                found: Answer = stage
                return found
        raise FaultError("BadRequestException", f"Stage {name} is not in the plan")


class FakeHttpApis:
    """One stage, `h1/$default`. `keeps_zero`: what is left out stays, as with some stages of AWS."""

    def __init__(self, cloud: Cloud, stage: Answer, *, keeps_zero: bool = False) -> None:
        self.stage = stage
        self.keeps_zero = keeps_zero
        cloud.serve("apigatewayv2", GetStage=self.get, UpdateStage=self.update)

    def get(self, given: Answer) -> Answer:
        _known(given["ApiId"] == "h1" and given["StageName"] == "$default")
        return {"StageName": "$default", **copy.deepcopy(self.stage)}

    def update(self, given: Answer) -> Answer:
        if "DefaultRouteSettings" in given:
            self.stage["DefaultRouteSettings"] = self._new(self.stage.get("DefaultRouteSettings", {}), given)
        if "RouteSettings" in given:
            self.stage["RouteSettings"] = copy.deepcopy(given["RouteSettings"])
        return self.get(given)

    def _new(self, old: Answer, given: Answer) -> dict[str, Any]:
        kept = {name: value for name, value in old.items() if self.keeps_zero and value == 0}
        return {**kept, **given["DefaultRouteSettings"]}


def _known(there: bool) -> None:
    if not there:
        raise FaultError("NotFoundException", "Invalid identifier specified", 404)
