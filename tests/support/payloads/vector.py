"""One payload and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Vector:
    """`source` is where the shape is documented; `total` the provider's own total of tokens, where it gives one."""

    name: str
    api: str
    payload: Any
    usage: Mapping[str, int | str]
    source: str
    total: int | None = None
    more: dict[str, Any] = field(default_factory=dict)
    """Other fields of `Reported`."""
