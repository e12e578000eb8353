"""The publisher of this process, and what is asked of it."""

import functools
import inspect
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from spendplane_client import lifecycle, sending
from spendplane_client.calls import Call
from spendplane_client.publisher import Publisher, Stats
from spendplane_client.settings import Settings, from_variables
from spendplane_client.tagging import checked, current

F = TypeVar("F", bound=Callable[..., Any])
_making = threading.Lock()
_made: list[Publisher] = []


def configure(settings: Settings | None = None, *, connect: Callable[[], Any] = sending.connect) -> Publisher:
    """Sets how this process publishes; without it, the environment says (`settings.from_variables`).

    `connect` makes the `events` client: for other credentials, another account or region. What was recorded before is
    published first. Raises ValueError for variables that cannot be.
    """
    made = Publisher(settings or from_variables(), connect)
    with _making:
        before, _made[:] = _made[:], [made]
    for publisher in before:
        publisher.close(publisher.settings.exit_seconds)
    lifecycle.watch(made)
    return made


def publisher() -> Publisher:
    """This process's, made when it is first asked for."""
    return _made[0] if _made else configure()


def flush(timeout: float = 5.0) -> bool:
    """Waits until all that was recorded before is published; False where that takes longer than so many seconds."""
    return publisher().flush(timeout)


def stats() -> Stats:
    """What became of this process's records."""
    return publisher().stats


def report(api: str, payload: Any, *, provider: str, model: str, **tags: Any) -> None:
    """Records one call that no wrapper sees: `payload` is the provider's answer, or its part that tells the use.

    `api` is one of `payloads.APIS`. Raises ValueError for unknown tags, nothing else.
    """
    known = publisher()
    whose = {**known.settings.tags, **current(), **checked(tags)}
    known.record(Call(api, provider, model, whose, time.time(), payload))


def flush_each_invocation(handler: F) -> F:
    """Around a Lambda handler: publishes before each answer, since what waits is frozen with the function.

    Costs the invocation one PutEvents call where it called a model, nothing else.
    """
    if inspect.iscoroutinefunction(handler):

        @functools.wraps(handler)
        async def flushed_later(*args: Any, **kwargs: Any) -> Any:
            try:
                return await handler(*args, **kwargs)
            finally:
                flush()

        return cast("F", flushed_later)

    @functools.wraps(handler)
    def flushed(*args: Any, **kwargs: Any) -> Any:
        try:
            return handler(*args, **kwargs)
        finally:
            flush()

    return cast("F", flushed)
