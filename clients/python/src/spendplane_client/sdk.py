"""Calls through the SDKs of OpenAI and Anthropic, which are made alike: every call passes the client's `request`.

Neither SDK is imported here: what is met is told by its attributes.
"""

import inspect
import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

from spendplane_client import sdk_answers
from spendplane_client.calls import Call
from spendplane_client.publisher import Publisher
from spendplane_client.sdk_providers import Route, provider_of, route
from spendplane_client.tagging import Tags, checked, clean, current
from spendplane_client.watching import Watch, beside

RAW = "X-Stainless-Raw-Response"
"""The SDKs' own header, with which a call asks for the whole HTTP answer: `with_raw_response` sets it."""
AMAZON_ID = "x-amzn-requestid"
_NO_STREAM_OPTIONS = frozenset({"mistral_ai"})
"""Servers that refuse the field, and tell the use of a stream unasked."""


@dataclass(slots=True, eq=False)
class SdkHook:
    """On one client, and on those made of it by `with_options`, which `adopt` is told of."""

    publisher: Publisher
    tags: Tags
    provider: str
    include_usage: bool
    region: str | None
    adopt: Callable[[Any, "SdkHook"], None]

    def install(self, client: Any) -> None:
        """Puts functions of ours before the client's own, in the client only."""
        wrap = self._wrapped_async if inspect.iscoroutinefunction(type(client).request) else self._wrapped
        client.request = wrap(client.request)
        client.copy = client.with_options = self._copying(client.copy)

    def remove(self, client: Any) -> None:
        """The class's own show again. Calls under way are still counted."""
        for name in ("request", "copy", "with_options"):
            vars(client).pop(name, None)

    @property
    def _may_force(self) -> bool:
        return self.include_usage and self.provider not in _NO_STREAM_OPTIONS

    def _copying(self, make: Callable[..., Any]) -> Callable[..., Any]:
        def copied(*args: Any, **options: Any) -> Any:
            made = make(*args, **options)
            with beside():
                self.adopt(made, self)
            return made

        return copied

    def _wrapped(self, request: Callable[..., Any]) -> Callable[..., Any]:
        def counted_request(cast_to: Any, options: Any, *args: Any, **more: Any) -> Any:
            asked = self._begin(options)
            if asked is None:
                return request(cast_to, options, *args, **more)
            try:
                answer = request(cast_to, asked.options, *args, **more)
                if asked.unwrap:
                    asked.identify(answer)
                    answer = answer.parse()
            except BaseException as error:
                asked.fail(error)
                raise
            asked.answered(answer)
            return answer

        return counted_request

    def _wrapped_async(self, request: Callable[..., Any]) -> Callable[..., Any]:
        async def counted_request(cast_to: Any, options: Any, *args: Any, **more: Any) -> Any:
            asked = self._begin(options)
            if asked is None:
                return await request(cast_to, options, *args, **more)
            try:
                answer = await request(cast_to, asked.options, *args, **more)
                if asked.unwrap:
                    asked.identify(answer)
                    answer = answer.parse()
                    answer = await answer if inspect.isawaitable(answer) else answer
            except BaseException as error:
                asked.fail(error)
                raise
            asked.answered(answer)
            return answer

        return counted_request

    def _begin(self, options: Any) -> "Asked | None":
        with beside():
            found = route(str(options.method), str(options.url))
            body = options.json_data
            if found is not None and isinstance(body, dict):
                return self._asked(found, body, options)
        return None

    def _asked(self, found: Route, body: dict[str, Any], options: Any) -> "Asked":
        tags = {**self.publisher.settings.tags, **self.tags, **_told(body), **current()}
        if found.embeds:
            tags.setdefault("workload_type", "embedding")
        amazon = self.provider == "aws.bedrock"
        api = found.api_of(self.provider)
        call = Call(
            api, self.provider, str(body.get("model")), tags, time.time(), names_model=not amazon, region=self.region
        )
        asked = Asked(Watch(self.publisher, call), found, options)
        if found.needs_stream_options and body.get("stream") and self._may_force:
            asked.force_usage(body)
        if amazon:
            asked.ask_for_headers()
        return asked


@dataclass(slots=True)
class Asked:
    """One call under way."""

    watch: Watch
    route: Route
    options: Any
    unwrap: bool = False
    hides_usage: bool = False

    def force_usage(self, body: dict[str, Any]) -> None:
        """Asks for the use of a stream. Where the caller did not, the piece that brings it is kept from the caller."""
        extra = self.options.extra_json if isinstance(self.options.extra_json, dict) else {}
        wanted = extra.get("stream_options") or body.get("stream_options")
        wanted = dict(wanted) if isinstance(wanted, dict) else {}
        self.hides_usage = not wanted.get("include_usage")
        if self.hides_usage:
            self.options = copy(self.options)
            self.options.json_data = {**body, "stream_options": {**wanted, "include_usage": True}}
            if "stream_options" in extra:
                self.options.extra_json = {name: value for name, value in extra.items() if name != "stream_options"}

    def ask_for_headers(self) -> None:
        """Amazon's request id stands in a header only."""
        headers = self.options.headers if isinstance(self.options.headers, dict) else {}
        if RAW not in headers and not self.options.json_data.get("stream"):
            self.options = copy(self.options)
            self.options.headers = {**headers, RAW: self.route.raw_mode}
            self.unwrap = True

    def identify(self, answer: Any) -> None:
        """Takes the id that Amazon's own log has, from whatever has headers."""
        with beside():
            http = getattr(answer, "http_response", None) or getattr(answer, "response", None)
            if http is not None and self.watch.call.provider == "aws.bedrock":
                self.watch.call.request_id = http.headers.get(AMAZON_ID) or self.watch.call.request_id

    def fail(self, error: BaseException) -> None:
        """A status tells that nothing was made; after a broken connection nobody knows."""
        self.identify(error)
        with beside():
            code = getattr(error, "code", None)
            name = code if isinstance(code, str) and code else type(error).__name__
            self.watch.fail(name, complete=hasattr(error, "status_code"))

    def answered(self, answer: Any) -> None:
        """The SDK has its answer: whole, as a stream, or as HTTP."""
        self.identify(answer)
        with beside():
            sdk_answers.follow(answer, self.watch, self.route.rules(self.hides_usage))


def _told(body: dict[str, Any]) -> dict[str, str]:
    """The person whom the call itself names to the provider."""
    metadata = body.get("metadata")
    user = body.get("safety_identifier") or body.get("user")
    if user is None and isinstance(metadata, dict):
        user = metadata.get("user_id")
    text = clean(user) if isinstance(user, str) else None
    return {"user_id": text} if text else {}


def hook(
    client: Any,
    publisher: Publisher,
    adopt: Callable[[Any, SdkHook], None],
    *,
    provider: str | None = None,
    include_usage: bool = True,
    **tags: Any,
) -> SdkHook:
    """Makes the hook for a client; `install` sets it."""
    region = getattr(client, "aws_region", None) or getattr(client, "region", None)
    known = region if isinstance(region, str) else None
    return SdkHook(publisher, checked(tags), provider or provider_of(client), include_usage, known, adopt)
