"""Settings of a REST stage's methods, throttling above all, as UpdateStage and GetStage have them on AWS.

The keys stay as they were written, with `~1` for a slash, so that `/{key}` is the path of a patch again. Only a whole
setting can be removed, and only one that exists. A limit of -1 means: that of the account.
"""

import copy
import re
from collections.abc import Mapping
from typing import Any

Settings = dict[str, dict[str, Any]]
Patch = Mapping[str, str]

_KEY = r"/(?P<key>.+/(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY|\*))"
_SETTING = re.compile(_KEY)
_FIELD = re.compile(_KEY + r"/(?P<category>metrics|logging|throttling|caching)/(?P<name>\w+)")
_LIMITS = ("throttlingRateLimit", "throttlingBurstLimit")


class PatchError(ValueError):
    """AWS would refuse this patch; the text is what it would say."""


def install(v1: Any, provisioners: Any) -> None:  # MiniStack's modules
    """Puts these rules before MiniStack's UpdateStage, and into what it reads when a method is called."""
    update, from_template = v1._update_stage, provisioners._apigw_method_settings  # noqa: SLF001

    def update_stage(api: str, name: str, request: Mapping[str, Any]) -> Any:
        stage = v1._stages_v1.get(api, {}).get(name)  # noqa: SLF001
        patches = request.get("patchOperations") or []
        if stage is None:
            return update(api, name, request)
        settings = copy.deepcopy(stage.get("methodSettings") or {})
        try:
            rest = [patch for patch in patches if not patched(settings, patch, v1)]
        except PatchError as error:
            return v1._v1_error("BadRequestException", str(error), 400)  # noqa: SLF001
        stage["methodSettings"] = settings
        status, headers, body = update(api, name, {**request, "patchOperations": rest})
        return status, headers, body

    v1._update_stage = update_stage  # noqa: SLF001
    v1._method_throttle_settings = throttling  # noqa: SLF001
    provisioners._apigw_method_settings = lambda given: as_keyed(from_template(given))  # noqa: SLF001


def patched(settings: Settings, patch: Patch, v1: Any) -> bool:
    """Applies a patch to the settings; False when it is for another part of the stage. Raises PatchError."""
    path, operation = patch.get("path", ""), patch.get("op", "replace")
    whole, field = _SETTING.fullmatch(path), _FIELD.fullmatch(path)
    if operation == "remove" and (whole or field):
        key = (whole or field)["key"]  # type: ignore[index]  # one of them matched
        if field or key not in settings:
            raise PatchError(
                f"Cannot remove method setting {path[1:]} because there is no method setting for this method "
            )
        del settings[key]
        return True
    if field is None:
        return False
    name = v1._method_setting_field_from_patch([field["category"], field["name"]])  # noqa: SLF001
    if name is None or operation != "replace":
        raise PatchError(f"Invalid patch path  '{path}' specified for op '{operation}'.")
    try:
        value = v1._parse_stage_method_setting_value(name, patch.get("value"))  # noqa: SLF001
    except ValueError:
        raise PatchError(f"Invalid value {patch.get('value')!r} for {path}.") from None
    settings.setdefault(field["key"], v1._default_method_setting_entry())[name] = value  # noqa: SLF001
    return True


def throttling(stage: Mapping[str, Any], resource_path: str, http_method: str) -> dict[str, Any] | None:
    """The limits of one method: its own, else those of the stage. None where only the account's hold."""
    settings: Settings = stage.get("methodSettings") or {}
    wanted = (resource_path.strip("/"), http_method)
    own = (entry for key, entry in settings.items() if _method(key) == wanted and _limited(entry))
    entry = next(own, settings.get("*/*", {}))
    return {limit: entry[limit] for limit in _LIMITS if entry.get(limit, -1) >= 0} if _limited(entry) else None


def as_keyed(settings: Settings) -> Settings:
    """The settings of a template, whose keys begin with a slash, under the keys of GetStage."""
    return {
        ("~1" + key[1:] if key.startswith("//") else key.removeprefix("/")): entry for key, entry in settings.items()
    }


def _limited(entry: Mapping[str, Any]) -> bool:
    return any(entry.get(limit, -1) >= 0 for limit in _LIMITS)


def _method(key: str) -> tuple[str, str]:
    path, _, method = key.rpartition("/")
    return path.replace("~1", "/").strip("/"), method
