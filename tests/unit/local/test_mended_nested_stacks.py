"""What a nested stack leaves as it is keeps its attributes."""

from types import SimpleNamespace
from typing import Any

from local.mended import nested_stacks


def module() -> Any:
    """MiniStack's two functions, as far as it matters: what does not change answers with what it is given."""

    def update(_type: str, physical_id: str, old: Any, new: Any, _stack: str, _logical: Any, attrs: Any = None) -> Any:
        return (physical_id, attrs or {}) if old == new else (f"{physical_id}-2", {"Arn": "arn:new"})

    return SimpleNamespace(_provision_resource=lambda *_: ("role", {"Arn": "arn:role"}), _update_resource=update)


def test_an_unchanged_resource_of_a_nested_stack_answers_as_it_did_when_it_was_made() -> None:
    provisioners = module()
    nested_stacks.install(provisioners)
    assert provisioners._provision_resource("Role", "Role", {}, "S") == ("role", {"Arn": "arn:role"})
    assert provisioners._update_resource("Role", "role", {}, {}, "S", "Role") == ("role", {"Arn": "arn:role"})
    assert provisioners._update_resource("Role", "role", {}, {"a": 1}, "S", "Role") == ("role-2", {"Arn": "arn:new"})
    assert provisioners._update_resource("Role", "role-2", {}, {}, "S", "Role")[1] == {"Arn": "arn:new"}


def test_what_a_stack_of_its_own_remembers_is_left_to_it() -> None:
    provisioners = module()
    nested_stacks.install(provisioners)
    assert provisioners._update_resource("Role", "role", {}, {}, "S", "Role", {"Arn": "x"})[1] == {"Arn": "x"}
