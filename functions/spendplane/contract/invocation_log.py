"""A line of Bedrock's model invocation log, and the usage record that it becomes.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from spendplane.contract.attribution import cleaned, complete
from spendplane.contract.envelope import MAX_REASON, UNREADABLE
from spendplane.domain.identities import FIELDS, Attribution
from spendplane.domain.payloads import Reported
from spendplane.domain.producers import BEDROCK_LOGS

API = "bedrock.invocation_log"
SOURCE = BEDROCK_LOGS
PROVIDER = "aws.bedrock"
SCHEMA = "ModelInvocationLog"
PROFILE = ":application-inference-profile/"
MAX_SHOWN = 256
MAX_TEXT = 2_048
"""Characters of a field: an ARN has no more."""
_NEEDED = ("requestId", "timestamp", "modelId")
"""Without the request's id it could not be told whether it was counted already."""
_SHOWN = ("schemaType", "timestamp", "accountId", "region", "requestId", "operation", "modelId", "errorCode")
"""What of a line is shown when it cannot be counted: never its bodies, which are what people wrote."""

Log = Mapping[str, Any]


class UnreadableError(ValueError):
    """A line that is no invocation that could be counted; the text says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """`where` finds it again: a log group, stream and event, or an object and a line number."""

    where: str
    text: str


def decode(text: str) -> Log:
    """Raises UnreadableError for what is no record of an invocation, or none that could be told from another."""
    try:
        log = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"not JSON: {error}") from None
    if not isinstance(log, dict):
        raise UnreadableError(f"not a record: a JSON {type(log).__name__}")
    if log.get("schemaType") != SCHEMA:
        raise UnreadableError(f"not a {SCHEMA}: schemaType is {_short(log.get('schemaType'))!r}")
    for name in _NEEDED:
        value = log.get(name)
        if not isinstance(value, str) or not value.strip():
            raise UnreadableError(f"no `{name}`, or no text in it")
        if len(value) > MAX_TEXT:
            raise UnreadableError(f"`{name}` has {len(value)} characters")
    return log


def caller_arn(log: Log) -> str:
    """Empty where the line names nobody."""
    identity = log.get("identity")
    arn = identity.get("arn") if isinstance(identity, dict) else None
    return _text(arn) or ""


def metadata(log: Log) -> dict[str, str]:
    """Of the request's own pairs those that name a field of the contract, in the contract's form."""
    given = log.get("requestMetadata")
    pairs = given if isinstance(given, dict) else {}
    return cleaned({name: pairs[name] for name in FIELDS if isinstance(pairs.get(name), str)})


def profile_arn(log: Log) -> str | None:
    """The application inference profile that was called; None for any other model."""
    model = log.get("modelId")
    return model if isinstance(model, str) and PROFILE in model else None


def body_path(log: Log) -> str | None:
    """Where the answer is, when it was too large for its line."""
    output = log.get("output")
    path = output.get("outputBodyS3Path") if isinstance(output, dict) else None
    return path if isinstance(path, str) else None


def with_body(log: Log, body: Any) -> Log:
    """The line as it would be with the answer in it."""
    return {**log, "output": {**log["output"], "outputBodyJson": body}}


def records(log: Log, reported: Reported, attribution: Attribution) -> list[dict[str, Any]]:
    """The call's record, and one for each other model that worked for its answer.

    A function of its arguments, so that the same line delivered twice says the same. An id is made of the content: a
    repetition under changed rules is then a duplicate of the same request, and not a contradiction. `region` is where
    the call was made, which is what it is charged by, also when a profile ran it elsewhere:
    https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html
    """
    request = log["requestId"]
    others = [
        _record(log, other, attribution, f"{request}/{number}") for number, other in enumerate(reported.others, 1)
    ]
    return [_record(log, reported, attribution, request), *others]


def _record(log: Log, reported: Reported, attribution: Attribution, request: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "time": log["timestamp"],
        **dict(complete(attribution.fields)),
        "provider": PROVIDER,
        "model": reported.model or log["modelId"],
        "provider_request_id": request,
        "usage": reported.usage,
        "region": _text(log.get("region")),
        "service_tier": reported.service_tier,
        "outcome": "error" if log.get("errorCode") else reported.outcome,
        "caller_arn": caller_arn(log) or None,
        "refused_project_id": attribution.refused_project,
    }
    if log.get("inferenceRegion") != log.get("region"):
        made["inference_region"] = _text(log.get("inferenceRegion"))
    given = {name: value for name, value in made.items() if value is not None}
    text = json.dumps(given, sort_keys=True, separators=(",", ":"))
    return {"id": f"bedrock-log-{sha256(text.encode()).hexdigest()[:40]}", **given}


def unreadable(line: Line, reason: str) -> dict[str, Any]:
    """What is published instead, for the meter to keep in quarantine: the reason, the place, and no body."""
    return {UNREADABLE: reason[:MAX_REASON], "where": line.where, "characters": len(line.text), **_shown(line.text)}


def _shown(text: str) -> dict[str, str]:
    try:
        log = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(log, dict):
        return {}
    found = {name: _short(log[name]) for name in _SHOWN if name in log}
    arn = caller_arn(log)
    return {**found, **({"identity": _short(arn)} if arn else {})}


def _text(value: object) -> str | None:
    """What is no text, or too long for one, is as good as missing."""
    return value if isinstance(value, str) and 0 < len(value) <= MAX_TEXT else None


def _short(value: object) -> str:
    """As text without what JSON cannot carry on."""
    return str(value).encode("utf-8", "replace").decode()[:MAX_SHOWN]
