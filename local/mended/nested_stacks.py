"""What a nested stack leaves as it is keeps its attributes, so that its other resources can go on referring to it.

MiniStack remembers them for an update of a stack of its own, but not for one of a nested stack: there, Fn::GetAtt of an
unchanged resource fails ("Requested attribute Arn does not exist").
"""

from typing import Any

Attributes = dict[str, Any]


def install(provisioners: Any) -> None:  # MiniStack's module
    """Between a nested stack and what makes and changes its resources."""
    provision, update = provisioners._provision_resource, provisioners._update_resource  # noqa: SLF001
    known: dict[tuple[str, str], Attributes] = {}

    def provisioned(resource_type: str, *args: Any) -> tuple[str, Attributes]:
        physical_id, attributes = provision(resource_type, *args)
        known[resource_type, physical_id] = attributes
        return physical_id, attributes

    def updated(
        resource_type: str,
        physical_id: str,
        old: Any,
        new: Any,
        stack: str,
        logical_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> tuple[str, Attributes]:
        before = attributes or known.get((resource_type, physical_id))
        new_id, found = update(resource_type, physical_id, old, new, stack, logical_id, before)
        known[resource_type, new_id] = found
        return new_id, found

    provisioners._provision_resource, provisioners._update_resource = provisioned, updated  # noqa: SLF001
