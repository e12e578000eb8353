"""`AWS::Events::Archive`, over MiniStack's own archives: they keep what comes over their bus, and replay it."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from ministack.services import eventbridge
from ministack.services.cloudformation.provisioners import _physical_name

from local.resource_types.kinds import Created, Properties, ResourceType

NAME = "AWS::Events::Archive"
_ABSENT = "ResourceNotFoundException"


class RefusedError(ValueError):
    """EventBridge does not take this; the text is its own."""


def _create(logical_id: str, props: Properties, stack: str) -> Created:
    name = props.get("ArchiveName") or _physical_name(stack, logical_id, max_len=48)
    made = _call("CreateArchive", {**_values(props), "ArchiveName": name, "EventSourceArn": props["SourceArn"]})
    return name, {"Arn": made["ArchiveArn"], "ArchiveName": name}


def _update(name: str, _old: Properties, new: Properties, _stack: str) -> Created:
    made = _call("UpdateArchive", {**_values(new), "ArchiveName": name})
    return name, {"Arn": made["ArchiveArn"], "ArchiveName": name}


def _delete(name: str, _props: Properties) -> None:
    _call("DeleteArchive", {"ArchiveName": name}, accepted=_ABSENT)


def _values(props: Properties) -> dict[str, Any]:
    """In the words of the API: the pattern as text."""
    found = {name: props[name] for name in ("Description", "KmsKeyIdentifier") if name in props}
    pattern = props.get("EventPattern")
    return {
        **found,
        "RetentionDays": int(props.get("RetentionDays", 0)),
        **({"EventPattern": json.dumps(pattern)} if pattern else {}),
    }


def _call(operation: str, request: Mapping[str, Any], accepted: str = "") -> dict[str, Any]:
    """The service's answer. Raises RefusedError with its own words, unless the error is the accepted one."""
    calls = {
        "CreateArchive": eventbridge._create_archive,  # noqa: SLF001  # no other way in
        "UpdateArchive": eventbridge._update_archive,  # noqa: SLF001
        "DeleteArchive": eventbridge._delete_archive,  # noqa: SLF001
    }
    status, _headers, body = calls[operation](dict(request))
    answer: dict[str, Any] = json.loads(body)
    if status != HTTPStatus.OK and answer.get("__type") != accepted:
        raise RefusedError(f"{request['ArchiveName']}: {answer.get('message') or answer}")
    return answer


ARCHIVE = ResourceType(_create, _update, _delete, ("ArchiveName", "SourceArn"))
