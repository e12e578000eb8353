"""Stages of HTTP and WebSocket APIs: every request is answered with 429.

A route with limits of its own does not heed the default ones, so each one is turned down. An update replaces whole
settings, so the others are sent along as they are.

API Gateway has no call that removes a default limit, and there are stages that keep 0 when it is left out: that would
answer 429 for good. Restoring therefore looks at the answer; where no limit was set before and 0 is left, it sets the
account's own limits, beyond which nothing gets through anyway. The stage then behaves as before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from spendplane.adapters.fleet import patches
from spendplane.adapters.fleet.errors import MissingError, translated
from spendplane.adapters.fleet.kind import Kind
from spendplane.application.ports.fleet import RefusedError
from spendplane.domain.targets import State, Target

DEFAULT, ROUTE = "default", "route "
_FIELDS = {"rate": "ThrottlingRateLimit", "burst": "ThrottlingBurstLimit"}
Settings = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HttpApiStage(Kind):
    """State: `rate` and `burst` (each None when not set) of `default` and of routes such as `route GET /pets`, where a
    route has limits of its own.
    """

    kind: ClassVar[str] = "http-api-stage"
    resource_types: ClassVar[tuple[str, ...]] = ("apigateway",)
    arn: ClassVar[re.Pattern[str]] = re.compile(r"arn:[\w-]+:apigateway:[\w-]+::/apis/(\w+)/stages/([\w$-]+)", re.ASCII)

    def observe(self, target: Target) -> State | None:
        """One read."""
        try:
            return _limits(self._stage(target))
        except MissingError:
            return None

    def throttled(self, before: State) -> State:
        """No request a second, not even as a burst."""
        return {part: dict(patches.DOWN) for part in before}

    def throttle(self, target: Target, before: State) -> None:
        """One call for all routes."""
        self._update(target, self.throttled(before))

    def restore(self, target: Target, before: State) -> None:
        """One call; a second one where 0 is left. See above."""
        left = _left_at_zero(before, self._update(target, before))
        if not left:
            return
        account = self._account_limits(target)
        wanted = {
            part: {field: account[field] if limits[field] is None else limits[field] for field in limits}
            for part, limits in left.items()
        }
        if stuck := _left_at_zero(left, self._update(target, wanted)):
            raise RefusedError(f"{target.label} still lets nothing through: set limits for {', '.join(stuck)} by hand")

    def describe(self, before: State) -> str:
        """The routes, with their rates."""
        return patches.summary(before)

    def _stage(self, target: Target) -> Settings:
        api, stage = self.ids(target)
        with translated(target.label):
            found: Settings = self._client().get_stage(ApiId=api, StageName=stage)
        return found

    def _update(self, target: Target, wanted: State) -> State:
        """How the limits are then, by the service's own word."""
        api, name = self.ids(target)
        stage = self._stage(target)
        changes: Settings = {}
        if DEFAULT in wanted:
            changes["DefaultRouteSettings"] = _with(stage.get("DefaultRouteSettings", {}), wanted[DEFAULT])
        routes = stage.get("RouteSettings", {})
        changed = {key: _with(routes[key], wanted[ROUTE + key]) for key in routes if ROUTE + key in wanted}
        if changed:
            changes["RouteSettings"] = routes | changed
        if not changes:
            return {}
        with translated(target.label):
            answer = self._client().update_stage(ApiId=api, StageName=name, **changes)
        return _limits(answer)

    def _account_limits(self, target: Target) -> patches.Limits:
        with translated(target.label):
            limits = self.clients("apigateway").get_account()["throttleSettings"]
        return {"rate": limits["rateLimit"], "burst": limits["burstLimit"]}

    def _client(self) -> Any:
        return self.clients("apigatewayv2")


def _limits(stage: Settings) -> dict[str, patches.Limits]:
    routes = {ROUTE + key: _read(setting) for key, setting in sorted(stage.get("RouteSettings", {}).items())}
    limited = {key: limits for key, limits in routes.items() if any(value is not None for value in limits.values())}
    return {DEFAULT: _read(stage.get("DefaultRouteSettings", {})), **limited}


def _read(setting: Settings) -> patches.Limits:
    return {name: setting.get(field) for name, field in _FIELDS.items()}


def _with(setting: Settings, limits: Mapping[str, Any]) -> Settings:
    others = {field: value for field, value in setting.items() if field not in _FIELDS.values()}
    return others | {_FIELDS[name]: value for name, value in limits.items() if value is not None}


def _left_at_zero(before: State, now: State) -> dict[str, patches.Limits]:
    """The parts where a limit that was not set is 0 now."""
    return {
        part: limits
        for part, limits in before.items()
        if any(value is None and now.get(part, {}).get(name) == 0 for name, value in limits.items())
    }
