"""Calls of Bedrock through a boto3 client, seen by botocore's own events."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spendplane_client.bedrock_streams import Chunks, CountedEventStream, Metadata, body_of
from spendplane_client.calls import Call
from spendplane_client.publisher import Publisher
from spendplane_client.tagging import NAMES, Tags, checked, current
from spendplane_client.watching import Watch, beside

PROVIDER = "aws.bedrock"
APIS: Mapping[str, str] = {
    "Converse": "bedrock.converse",
    "ConverseStream": "bedrock.converse_stream",
    "InvokeModel": "bedrock.invoke_model",
    "InvokeModelWithResponseStream": "bedrock.invoke_model",
}
MAX_METADATA = 16
"""Pairs: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html."""

_WATCH = "spendplane_watch"
_REQUEST = "spendplane_request"
_METADATA_REFUSED = re.compile(r"[^a-zA-Z0-9\s:_@$#=/+,.-]")


@dataclass(slots=True, eq=False)
class BedrockHook:
    """On one client. It stands in the client's own list of handlers, so it goes with the client."""

    publisher: Publisher
    tags: Tags
    region: str | None
    label_requests: bool = True

    def install(self, client: Any) -> None:
        """Once: the events have unique ids."""
        self._each(client.meta.events.register)

    def remove(self, client: Any) -> None:
        """The client is as before; calls under way are still counted."""
        self._each(client.meta.events.unregister)

    def _each(self, act: Callable[..., None]) -> None:
        for operation in APIS:
            for event, handler in (
                ("before-parameter-build", self._begin),
                ("after-call", self._answered),
                ("after-call-error", self._unanswered),
            ):
                act(f"{event}.bedrock-runtime.{operation}", handler, unique_id=f"spendplane-{event}-{operation}")

    def _begin(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        with beside():
            given = params.get("requestMetadata")
            tags = {**self.publisher.settings.tags, **self.tags, **_told(given), **current()}
            api, asked = APIS[model.name], str(params.get("modelId"))
            call = Call(api, PROVIDER, asked, tags, time.time(), names_model=False, region=self.region)
            context[_WATCH] = Watch(self.publisher, call)
            context[_REQUEST] = params.get("body")
            wanted = model.input_shape.members.get("requestMetadata")
            if wanted is not None and self.label_requests:
                _label(params, given, tags, as_text=wanted.type_name == "string")

    def _answered(self, http_response: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        watch, request = context.pop(_WATCH, None), context.pop(_REQUEST, None)
        if watch is None:
            return
        with beside():
            watch.call.request_id = parsed.get("ResponseMetadata", {}).get("RequestId")
            if http_response.status_code >= 300:
                watch.fail(parsed.get("Error", {}).get("Code"))
            else:
                _follow(watch, http_response, parsed, request)

    def _unanswered(self, exception: Exception, context: dict[str, Any], **_: Any) -> None:
        watch = context.pop(_WATCH, None)
        if watch is not None:
            with beside():
                watch.fail(type(exception).__name__, complete=False)


def _follow(watch: Watch, http_response: Any, parsed: dict[str, Any], request: Any) -> None:
    if "usage" in parsed:
        watch.end({name: parsed[name] for name in ("usage", "serviceTier") if name in parsed})
    elif "stream" in parsed:
        parsed["stream"] = CountedEventStream(parsed["stream"], watch, Metadata())
    elif hasattr(parsed.get("body"), "get_initial_response"):
        parsed["body"] = CountedEventStream(parsed["body"], watch, Chunks())
    elif "body" in parsed:
        parsed["body"] = body_of(http_response, watch, request)
    else:
        watch.end(complete=False)


def _told(given: Any) -> dict[str, str]:
    """Whom the caller named in the call's own metadata."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return {}
    if not isinstance(given, dict):
        return {}
    try:
        return checked({name: given[name] for name in NAMES if name in given})
    except ValueError:
        return {}


def _label(params: dict[str, Any], given: Any, tags: Tags, *, as_text: bool) -> None:
    """Writes the tags into the call, so that Bedrock's own invocation log knows them too; what is there stays."""
    there = json.loads(given) if isinstance(given, str) else given or {}
    ours = {name: _METADATA_REFUSED.sub("_", value) for name, value in tags.items() if name not in there}
    pairs = dict([*there.items(), *ours.items()][:MAX_METADATA])
    if ours and pairs:
        params["requestMetadata"] = json.dumps(pairs) if as_text else pairs


def hook(client: Any, publisher: Publisher, *, label_requests: bool = True, **tags: Any) -> BedrockHook:
    """Makes the hook for a client; `install` sets it."""
    return BedrockHook(publisher, checked(tags), client.meta.region_name, label_requests)
