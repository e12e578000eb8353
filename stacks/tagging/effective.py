"""The tags that a resource will have, whichever way they were given."""

from collections.abc import Iterator, Mapping
from typing import Any

from aws_cdk import CfnParameter, CfnResource, Stack, TagManager

UNKNOWN = object()
"""The value of a tag that is known only when the stack is deployed."""


def tags_of(resource: CfnResource) -> dict[str, Any]:
    """Texts, or `UNKNOWN`. The resource's own tags win over those of its stack, which CloudFormation hands down.

    Read this when all aspects have run. What `add_property_override("Tags", …)` does is invisible to other constructs.
    """
    stack = Stack.of(resource)
    from_stack = {key: str(value) for key, value in stack.tags.tag_values().items()}
    return {**from_stack, **{key: _value(stack, value) for key, value in _pairs(_own(resource, stack))}}


def is_typed(resource: CfnResource) -> bool:
    """True when `Tags.of` reaches it; False for a plain `CfnResource`, which has properties only."""
    return TagManager.of(resource) is not None


def properties(resource: CfnResource) -> Mapping[str, Any]:
    """As in the template, with intrinsic functions where a value is known later."""
    names = resource._render_properties(resource._updated_properties)  # noqa: SLF001  # CDK's own way for subclasses
    found: Mapping[str, Any] = Stack.of(resource).resolve(names) or {}
    return found


def _own(resource: CfnResource, stack: Stack) -> Any:
    manager = TagManager.of(resource)
    if manager is not None:
        return stack.resolve(manager.rendered_tags)
    return properties(resource).get("Tags")


def _pairs(tags: Any) -> Iterator[tuple[str, Any]]:
    """Of a map, or of a list whose items say Key and Value in any case."""
    if isinstance(tags, Mapping):
        yield from ((key, value) for key, value in tags.items() if not key.startswith("Fn::"))
        return
    for item in tags if isinstance(tags, list) else ():
        if isinstance(item, Mapping):
            plain = {key.lower(): value for key, value in item.items()}
            if isinstance(plain.get("key"), str):
                yield plain["key"], plain.get("value")


def _value(stack: Stack, value: Any) -> Any:
    if isinstance(value, str | int | float):
        return str(value)
    only = _parameter_values(stack, value)
    return only[0] if len(only) == 1 else UNKNOWN


def _parameter_values(stack: Stack, value: Any) -> list[str]:
    """What a parameter that the value refers to may be, where it says so."""
    if not isinstance(value, Mapping) or set(value) != {"Ref"}:
        return []
    for node in stack.node.find_all():
        if isinstance(node, CfnParameter) and stack.resolve(node.logical_id) == value["Ref"]:
            return list(node.allowed_values or [])
    return []
