"""`instrument` and `uninstrument`: one door for every kind of client."""

import threading
import weakref
from typing import Any, Protocol, TypeVar

from spendplane_client.process import publisher

C = TypeVar("C")


class Hook(Protocol):
    """What follows one client's calls."""

    def install(self, client: Any) -> None:
        """From now on."""

    def remove(self, client: Any) -> None:
        """No more."""


_hooks: "weakref.WeakKeyDictionary[Any, Hook]" = weakref.WeakKeyDictionary()
_changing = threading.Lock()


def instrument(client: C, **tags: Any) -> C:
    """Follows the calls of a client from now on, and returns the same client.

    `client`: boto3's `bedrock-runtime`; OpenAI, AsyncOpenAI, AzureOpenAI of `openai`; Anthropic, AsyncAnthropic and its
    kin of `anthropic`. `tags`: the names of `tagging.NAMES`, for every call that no block of `tags` says otherwise of.
    For the two SDKs also `provider`, where the address does not tell it, and for OpenAI `include_usage=False`, for a
    server that refuses `stream_options`. For Bedrock `label_requests=False` keeps the tags out of `requestMetadata`,
    and so out of Bedrock's own log. A client that is followed already gets these tags instead; its calls still
    count once. Raises ValueError for unknown tags and TypeError for other clients: at the start, not during a call.
    """
    hook = _hook_for(client, tags)
    _follow(client, hook)
    return client


def _follow(client: Any, hook: Hook) -> None:
    with _changing:
        before = _hooks.pop(client, None)
        if before is not None:
            before.remove(client)
        hook.install(client)
        _hooks[client] = hook


def uninstrument(client: C) -> C:
    """Follows it no more, and returns it. Nothing happens to a client that is not followed."""
    with _changing:
        before = _hooks.pop(client, None)
        if before is not None:
            before.remove(client)
    return client


def _hook_for(client: Any, tags: dict[str, Any]) -> Hook:
    package = type(client).__module__.partition(".")[0]
    kinds = {base.__module__.partition(".")[0] for base in type(client).__mro__}
    if package == "botocore" and client.meta.service_model.service_name == "bedrock-runtime":
        from spendplane_client import bedrock

        return bedrock.hook(client, publisher(), **tags)
    if kinds & {"openai", "anthropic"}:
        from spendplane_client import sdk

        return sdk.hook(client, publisher(), _follow, **tags)
    known = "boto3's bedrock-runtime, the clients of openai, the clients of anthropic"
    raise TypeError(f"{type(client).__module__}.{type(client).__qualname__} cannot be followed; known: {known}")
