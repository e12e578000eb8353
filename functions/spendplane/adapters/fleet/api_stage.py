"""Stages of REST APIs: every request is answered with 429, whatever its key. Logs, metrics and caches stay as they are.

A method with settings of its own does not heed those for all methods (`*/*`), so each one is turned down.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from spendplane.adapters.fleet import patches
from spendplane.adapters.fleet.errors import MissingError, translated
from spendplane.adapters.fleet.kind import Kind
from spendplane.domain.targets import State, Target

ALL = "*/*"
UNLIMITED: Mapping[str, int] = {"rate": -1, "burst": -1}
"""How API Gateway writes that a setting limits nothing."""


@dataclass(frozen=True, slots=True)
class ApiStage(Kind):
    """State: `rate` and `burst` by the key of the method settings; `*/*` is None when there is no such setting."""

    kind: ClassVar[str] = "api-stage"
    resource_types: ClassVar[tuple[str, ...]] = ("apigateway",)
    arn: ClassVar[re.Pattern[str]] = re.compile(
        r"arn:[\w-]+:apigateway:[\w-]+::/restapis/(\w+)/stages/([\w-]+)", re.ASCII
    )

    def observe(self, target: Target) -> State | None:
        """One read."""
        settings = self._settings(target)
        return None if settings is None else _limits(settings)

    def throttled(self, before: State) -> State:
        """No request a second, not even as a burst."""
        return {key: dict(patches.DOWN) for key in before}

    def throttle(self, target: Target, before: State) -> None:
        """One call for all methods."""
        down = (patches.replacements(_throttling(key), patches.DOWN) for key in before)
        self._patch(target, [patch for group in down for patch in group])

    def restore(self, target: Target, before: State) -> None:
        """One call. A setting for all methods that throttling added goes again, unless it says more by now."""
        settings = self._settings(target)
        if settings is None:
            raise MissingError(f"{target.label} is not there any more")
        self._patch(target, list(_undo(before, settings)))

    def describe(self, before: State) -> str:
        """The settings, with their rates."""
        return patches.summary(before)

    def _settings(self, target: Target) -> dict[str, Any] | None:
        api, stage = self.ids(target)
        try:
            with translated(target.label):
                answer = self._client().get_stage(restApiId=api, stageName=stage)
        except MissingError:
            return None
        return dict(answer.get("methodSettings", {}))

    def _patch(self, target: Target, operations: list[patches.Patch]) -> None:
        api, stage = self.ids(target)
        if operations:
            with translated(target.label):
                self._client().update_stage(restApiId=api, stageName=stage, patchOperations=operations)

    def _client(self) -> Any:
        return self.clients("apigateway")


def _limits(settings: Mapping[str, Any]) -> dict[str, patches.Limits | None]:
    found: dict[str, patches.Limits | None] = {ALL: None}
    for key, setting in sorted(settings.items()):
        found[key] = {"rate": setting.get("throttlingRateLimit"), "burst": setting.get("throttlingBurstLimit")}
    return found


def _undo(before: State, settings: Mapping[str, Any]) -> Iterator[patches.Patch]:
    now = _limits(settings)
    for key, limits in before.items():
        if key not in settings or now[key] == limits:
            continue  # removed by somebody, or as it was
        if limits is None and _says_no_more(settings[key]):
            yield patches.removal(f"/{patches.method_path(key)}")
        else:
            yield from patches.replacements(_throttling(key), _filled(limits))


def _says_no_more(setting: Mapping[str, Any]) -> bool:
    """Than what throttling made of it."""
    used = any(setting.get(field) for field in ("metricsEnabled", "dataTraceEnabled", "cachingEnabled"))
    return not used and setting.get("loggingLevel", "OFF") == "OFF"


def _filled(limits: patches.Limits | None) -> patches.Limits:
    """A limit alone cannot be removed; one that limits nothing says the same."""
    known = {field: value for field, value in (limits or {}).items() if value is not None}
    return {**UNLIMITED, **known}


def _throttling(key: str) -> str:
    return f"/{patches.method_path(key)}/throttling"
