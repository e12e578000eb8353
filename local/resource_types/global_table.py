"""`AWS::DynamoDB::GlobalTable` with what MiniStack leaves out: expiry (TTL) and point-in-time recovery.

So `spendplane doctor` finds the local table as the stacks describe it, and rows really expire.
"""

from typing import Any

from ministack.services import dynamodb
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from local.resource_types.kinds import Created, Properties, ResourceType

NAME = "AWS::DynamoDB::GlobalTable"
_EMULATED: dict[str, Any] = dict(_RESOURCE_HANDLERS[NAME])


def _create(logical_id: str, props: Properties, stack: str) -> Created:
    created: Created = _EMULATED["create"](logical_id, props, stack)
    _apply(created[0], props)
    return created


def _update(physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
    updated: Created = _EMULATED["update"](physical_id, old, new, stack)
    _apply(updated[0], new)
    return updated


def _delete(physical_id: str, props: Properties) -> None:
    _EMULATED["delete"](physical_id, props)


def _apply(table: str, props: Properties) -> None:
    expiry = props.get("TimeToLiveSpecification")
    if expiry:
        dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": expiry})  # noqa: SLF001  # no other way in
    for replica in props.get("Replicas", ())[:1]:
        recovery = replica.get("PointInTimeRecoverySpecification", {})
        enabled = str(recovery.get("PointInTimeRecoveryEnabled", False)).lower() == "true"
        wanted = {"TableName": table, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": enabled}}
        dynamodb._update_continuous_backups(wanted)  # noqa: SLF001


GLOBAL_TABLE = ResourceType(_create, _update, _delete)
