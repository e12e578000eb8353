"""Throttling of HTTP API stages, which MiniStack keeps and does not do; and as templates write it."""

from collections.abc import Mapping
from typing import Any


def install(v2: Any, v1: Any, provisioners: Any) -> None:  # MiniStack's modules
    """Counts each call before it is served, in the buckets that MiniStack has for REST stages."""
    execute, properties_of = v2._handle_execute_in_scope, provisioners._apigw_v2_stage_props  # noqa: SLF001

    async def throttled_or_served(api: str, stage: str, path: str, method: str, *request: Any) -> Any:
        route = v2._match_route(api, method, "/" + path.lstrip("/"))  # noqa: SLF001
        settings = v2._stages.get(api, {}).get(stage)  # noqa: SLF001
        if route and settings and method != "OPTIONS":
            key = route.get("routeKey", "$default")
            if not v1._take_token(("http-stage", api, stage, key), limits(settings, key)):  # noqa: SLF001
                return 429, {"Content-Type": "application/json"}, b'{"message":"Too Many Requests"}'
        return await execute(api, stage, path, method, *request)

    def properties(given: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = properties_of(given)
        made["defaultRouteSettings"] = as_stored(made["defaultRouteSettings"])
        made["routeSettings"] = {route: as_stored(settings) for route, settings in made["routeSettings"].items()}
        return made

    v2._handle_execute_in_scope = throttled_or_served  # noqa: SLF001
    provisioners._apigw_v2_stage_props = properties  # noqa: SLF001


def limits(stage: Mapping[str, Any], route_key: str) -> dict[str, Any]:
    """Of one route: its own where it has any, else the stage's. Empty where only the account's hold."""
    settings = {
        **(stage.get("defaultRouteSettings") or {}),
        **((stage.get("routeSettings") or {}).get(route_key) or {}),
    }
    named = {"rateLimit": "throttlingRateLimit", "burstLimit": "throttlingBurstLimit"}
    return {limit: settings[key] for limit, key in named.items() if settings.get(key) is not None}


def as_stored(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A template's `ThrottlingRateLimit: "5"` as the service keeps it."""
    numbers = {"throttlingRateLimit": float, "throttlingBurstLimit": int}
    lowered = {key[:1].lower() + key[1:]: value for key, value in settings.items()}
    return {key: numbers[key](value) if key in numbers else value for key, value in lowered.items()}
