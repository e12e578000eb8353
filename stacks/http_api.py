"""What the context says of the optional HTTP interface; the stacks themselves know nothing of the core.

`-c http=true` adds the stack. `-c http_log_role=false` leaves the one role by which API Gateway writes the logs of all
its APIs in this account and Region as it is; else the stack makes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from stacks.target import InputError

Context = Callable[[str], Any]


@dataclass(frozen=True)
class HttpRoute:
    """`POST path` publishes an event of this detail type; `schema` is that of the body, in JSON Schema draft 4."""

    path: str
    detail_type: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class HttpApi:
    """`log_role`: whether the stack makes API Gateway's role for logs."""

    routes: tuple[HttpRoute, ...]
    log_role: bool = True

    @classmethod
    def of(cls, context: Context, bodies: Mapping[str, tuple[str, dict[str, Any]]]) -> Self | None:
        """None where the context does not ask for it. `bodies`: detail type and schema by path. Raises `InputError`."""
        if not _flag(context, "http", default=False):
            return None
        routes = tuple(HttpRoute(path, kind, schema) for path, (kind, schema) in bodies.items())
        return cls(routes, log_role=_flag(context, "http_log_role", default=True))


def _flag(context: Context, name: str, *, default: bool) -> bool:
    given = context(name)
    if given is None:
        return default
    if str(given).lower() not in {"true", "false"}:
        raise InputError(f"{name}={given!r} in the context: write -c {name}=true or -c {name}=false")
    return str(given).lower() == "true"
