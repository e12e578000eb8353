"""API Gateway's PATCH operations for throttling, which stages and usage plans of REST APIs share."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

Patch = dict[str, str]
Limits = dict[str, Any]
"""`rate`, in requests a second, and `burst`, in requests; None: not set."""

DOWN: Mapping[str, int] = {"rate": 0, "burst": 0}


def replacements(path: str, limits: Mapping[str, Any]) -> Iterator[Patch]:
    """Sets what is set in `limits`, under this path."""
    for field, value in limits.items():
        if value is not None:
            yield {"op": "replace", "path": f"{path}/{field}Limit", "value": plain(value)}


def removal(path: str) -> Patch:
    """Removes the whole setting."""
    return {"op": "remove", "path": path}


def method_path(key: str) -> str:
    """The way to a method's settings, from their key: `/pets/{id}/GET` -> `~1pets~1{id}/GET`, `*/*` as it is.

    Answers hold these keys with slashes escaped or not; a resource's own path has no `~`.
    """
    resource, _, method = key.rpartition("/")
    return f"{resource.replace('/', '~1')}/{method}"


def plain(value: float) -> str:
    """Without exponents and idle zeros: `10000`, `0.5`."""
    return f"{Decimal(str(value)).normalize():f}"


def summary(before: Mapping[str, Any]) -> str:
    """For people: what goes down to no request a second."""
    names = ", ".join(f"{name} ({_rate(limits)})" for name, limits in before.items())
    return f"requests per second -> 0: {names}"


def _rate(limits: Mapping[str, Any] | None) -> str:
    rate = limits["rate"] if limits else None
    return "no limit of its own" if rate is None or rate < 0 else plain(rate)
