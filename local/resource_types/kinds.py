"""What a CloudFormation resource type has to offer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Properties = Mapping[str, Any]
"""A resource's properties as the template gives them, references resolved."""
Created = tuple[str, dict[str, Any]]
"""The physical id (what `Ref` gives), and what `Fn::GetAtt` gives by attribute."""


@dataclass(frozen=True)
class ResourceType:
    """How resources of one type come, change and go."""

    create: Callable[[str, Properties, str], Created]
    """By logical id, properties and stack name."""
    update: Callable[[str, Properties, Properties, str], Created]
    """By physical id, former properties, new ones and stack name. Another physical id means: replaced."""
    delete: Callable[[str, Properties], None]
    """By physical id and properties."""
    replaced_by: tuple[str, ...] | None = None
    """Properties that cannot change in place: the resource is made anew, and the old one deleted when all went well.
    None: as MiniStack has it.
    """
    tagged: bool = False
    """Whether the property `Tags` also gets the tags of the stack. False: as MiniStack has it."""

    def handlers(self) -> dict[str, Callable[..., Any]]:
        """In the form that MiniStack keeps."""
        return {"create": self.create, "update": self.update, "delete": self.delete}
