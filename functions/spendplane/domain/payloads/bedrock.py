"""Bedrock InvokeModel and the invocation log: the body as far as it counts, and Bedrock's own counts beside it.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html and
https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html.
"""

from dataclasses import replace
from typing import Any

from .bedrock_bodies import body, metered, metrics, reconciled
from .converse import request_id
from .parts import Part
from .reported import PayloadError, Reported
from .streams import parts

_HEADERS = {
    "x-amzn-bedrock-input-token-count": "inputTokenCount",
    "x-amzn-bedrock-output-token-count": "outputTokenCount",
    "x-amzn-bedrock-cache-read-input-token-count": "cacheReadInputTokenCount",
    "x-amzn-bedrock-cache-write-input-token-count": "cacheWriteInputTokenCount",
}
_COUNTS = tuple(_HEADERS.values())
_LOG = "ModelInvocationLog"


def invoke_model(payload: Any) -> Reported:
    """A body, the events of its stream, or what boto3 returns with the body read: `{ResponseMetadata, body}`.

    Bodies that count nothing need the response's headers. `request` beside `body` tells the size of images.
    """
    events = parts(payload)
    answer = events[0] if len(events) == 1 else Part({})
    headers = _headers(answer)
    inner = answer.at("body") if answer.has("body", "ResponseMetadata", "headers") else Part(payload)
    said = _said(inner, _request(answer), _counted(headers))
    if said is None:
        raise PayloadError("the body counts nothing; add the response's headers (x-amzn-bedrock-input-token-count, …)")
    return replace(
        said,
        model=answer.text("modelId"),
        request_id=request_id(answer) or headers.get("x-amzn-requestid"),
        service_tier=said.service_tier or headers.get("x-amzn-bedrock-service-tier"),
    )


def invocation_log(payload: Any) -> Reported:
    """A line of the invocation log, from CloudWatch Logs or S3. Without a body (it is in S3, or bodies are switched
    off) the envelope's counts stand, and writes to the cache count as those of 5 minutes.
    """
    line = parts(payload)[0]
    if line.text("schemaType") not in (None, _LOG) or not line.has("modelId"):
        raise PayloadError(f"not a line of the invocation log: no `modelId`, or a `schemaType` other than {_LOG}")
    asked, answered, failed = line.at("input"), line.at("output"), line.text("errorCode")
    given = {name: side.at(name).value for side in (asked, answered) for name in _COUNTS if side.has(name)}
    counted = metered(Part(given, "the envelope")) if given else None
    said = _said(answered.at("outputBodyJson"), asked.at("inputBodyJson"), counted)
    if failed is None and (said is None or not (said.usage or answered.has("outputBodyJson"))):
        raise PayloadError("neither counts nor a body that has any; for image models, have the log deliver images")
    return replace(
        said or Reported(),
        model=line.text("modelId"),
        request_id=line.text("requestId"),
        region=line.text("region"),
        outcome="error" if failed or said is None else said.outcome,
    )


def _said(inner: Part, request: Part, counted: Reported | None) -> Reported | None:
    """What Bedrock counted and the body. A body that cannot be read takes nothing from Bedrock's own counts."""
    try:
        events = _parts_of(inner)
        return reconciled(metrics(events) or counted, body(events, request))
    except PayloadError as error:
        if counted is None:
            raise
        return replace(counted, notes=(f"the body is not read: {error}",))


def _parts_of(inner: Part) -> list[Part]:
    if inner.value is None or inner.value == []:
        return []
    if hasattr(inner.value, "read"):
        raise PayloadError(f"{inner.where}: a stream that was not read; give its bytes")
    return [Part(part.value, f"{inner.path}{part.path}") for part in parts(inner.value)]


def _request(answer: Part) -> Part:
    found = _parts_of(answer.at("request"))
    return found[0] if found else Part(None, "request")


def _headers(answer: Part) -> dict[str, str]:
    """By their names in small letters, which is how botocore has them."""
    found = answer.at("headers") if answer.has("headers") else answer.at("ResponseMetadata").at("HTTPHeaders")
    if found.value is None:
        return {}
    return {str(name).lower(): str(value) for name, value in found.fields().items()}


def _counted(headers: dict[str, str]) -> Reported | None:
    """Headers are text, so their digits are read as numbers."""
    given = {name: headers[name] for name in _HEADERS if name in headers}
    for name, text in given.items():
        if not (text.isascii() and text.isdigit() and len(text) <= 13):
            raise PayloadError(f"headers.{name}: not a count")
    return metered(Part({_HEADERS[name]: int(text) for name, text in given.items()}, "headers")) if given else None
