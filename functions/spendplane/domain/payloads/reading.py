"""An API's name → the function that reads its payloads."""

from collections.abc import Callable, Mapping
from typing import Any

from .reported import PayloadError, Reported

APIS: Mapping[str, Callable[[Any], Reported]] = {}
"""By the names that people and records use, such as `bedrock.converse`."""


def read(api: str, payload: Any) -> Reported:
    """What a payload says. Raises PayloadError, also for an unknown API."""
    reader = APIS.get(api)
    if reader is None:
        raise PayloadError(f"unknown API {api!r}; known: {', '.join(sorted(APIS))}")
    return reader(payload)
