"""A bus's own policy: kept from its template, asked at PutEvents, with the role of a session as AWS names it."""

from types import SimpleNamespace
from typing import Any

from local.mended import bus_policies

ARN = "arn:aws:events:us-east-1:000000000000:event-bus/b"
ROLE = "arn:aws:iam::000000000000:role/teams/app"
TYPE = "AWS::Events::EventBus"


def installed() -> tuple[Any, Any, Any]:
    """The evaluator, the bus's service and the provisioners, as small as they can be."""
    evaluator = SimpleNamespace(_RESOURCE_POLICY_LOOKUPS={}, _resolve_condition_key=lambda key, _ctx: f"its {key}")
    bus = SimpleNamespace(_event_bus_policies={})
    made: dict[str, Any] = {"create": lambda *_: ("b", {}), "update": lambda *_: ("b", {}), "delete": lambda *_: None}
    provisioners = SimpleNamespace(_RESOURCE_HANDLERS={TYPE: made})
    bus_policies.install(evaluator, bus, SimpleNamespace(_roles={"app": {"Arn": ROLE}}), provisioners)
    return evaluator, bus, provisioners._RESOURCE_HANDLERS[TYPE]


def test_the_policy_of_a_template_is_kept_changed_and_dropped() -> None:
    evaluator, bus, handlers = installed()
    assert evaluator._RESOURCE_POLICY_LOOKUPS["events"] == ("eventbridge", "bus_policy_for_arn")
    assert bus.bus_policy_for_arn(ARN) is None
    handlers["create"]("B", {"Policy": {"Statement": [1]}}, "stack")
    assert bus.bus_policy_for_arn(ARN) == ({"Statement": [1]}, "000000000000")
    handlers["update"]("b", {}, {"Policy": {"Statement": [2]}}, "stack")
    assert bus.bus_policy_for_arn(ARN) == ({"Statement": [2]}, "000000000000")
    handlers["update"]("b", {}, {}, "stack")
    assert bus.bus_policy_for_arn(ARN) is None
    assert set(handlers) == {"create", "update", "delete"}


def test_a_session_is_known_by_its_role_with_the_path() -> None:
    evaluator, *_ = installed()

    def key(name: str, principal: str) -> Any:
        return evaluator._resolve_condition_key(name, SimpleNamespace(principal_arn=principal))

    assert key("aws:PrincipalArn", "arn:aws:sts::000000000000:assumed-role/app/somebody") == ROLE
    assert key("aws:PrincipalArn", "arn:aws:iam::000000000000:user/ann") == "its aws:PrincipalArn"
    assert key("aws:PrincipalIsAWSService", "arn:aws:iam::000000000000:user/ann") == "false"
    assert key("aws:SourceIp", "x") == "its aws:SourceIp"
