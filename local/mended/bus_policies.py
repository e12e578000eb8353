"""What an event bus itself allows and denies: MiniStack drops the policy of a template, and asks none at PutEvents."""

from collections.abc import Mapping
from typing import Any

_TYPE, _MODULE, _LOOKUP = "AWS::Events::EventBus", "eventbridge", "bus_policy_for_arn"


def install(evaluator: Any, eventbridge: Any, iam: Any, provisioners: Any) -> None:  # MiniStack's modules
    """Keeps each bus's policy, has it asked, and gives it the condition keys of AWS."""
    handlers = provisioners._RESOURCE_HANDLERS  # noqa: SLF001
    create, update = handlers[_TYPE]["create"], handlers[_TYPE]["update"]

    def keep(name: str, props: Mapping[str, Any]) -> None:
        eventbridge._event_bus_policies.pop(name, None)  # noqa: SLF001
        if props.get("Policy"):
            eventbridge._event_bus_policies[name] = props["Policy"]  # noqa: SLF001

    def created(logical_id: str, props: Mapping[str, Any], stack: str) -> Any:
        made = create(logical_id, props, stack)
        keep(made[0], props)
        return made

    def updated(physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], *more: Any) -> Any:
        made = update(physical_id, old, new, *more)
        keep(made[0], new)
        return made

    def policy_of(arn: str) -> tuple[Any, str] | None:
        found = eventbridge._event_bus_policies.get(arn.rpartition("event-bus/")[2])  # noqa: SLF001
        return (found, arn.split(":")[4]) if found else None

    handlers[_TYPE] = {**handlers[_TYPE], "create": created, "update": updated}
    setattr(eventbridge, _LOOKUP, policy_of)
    evaluator._RESOURCE_POLICY_LOOKUPS["events"] = (_MODULE, _LOOKUP)  # noqa: SLF001
    _know_callers(evaluator, iam)


def _know_callers(evaluator: Any, iam: Any) -> None:
    """`aws:PrincipalArn` of a session is its role, with its path, and not the session."""
    resolve = evaluator._resolve_condition_key  # noqa: SLF001

    def resolved(key: str, ctx: Any) -> Any:
        if key.lower() == "aws:principalisawsservice":
            return "false"  # services do not ask here
        if key.lower() == "aws:principalarn" and ":assumed-role/" in ctx.principal_arn:
            role = iam._roles.get(ctx.principal_arn.split("/")[1])  # noqa: SLF001
            return role["Arn"] if role else ctx.principal_arn
        return resolve(key, ctx)

    evaluator._resolve_condition_key = resolved  # noqa: SLF001
