"""What is seen of a call, and the record of the contract that it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from spendplane_client.tagging import MAX_LENGTH, UNATTRIBUTED, UNKNOWN_ENVIRONMENT, Tags, clean

if TYPE_CHECKING:
    from spendplane_client.payloads import Reported

Record = dict[str, Any]


@dataclass(slots=True)
class Call:
    """One call of a model, noted while the caller waits: what takes time is left to `to_record`."""

    api: str
    """Whose shape `payload` has, by the names of `payloads.APIS`."""
    provider: str
    """OpenTelemetry `gen_ai.provider.name`."""
    model: str
    tags: Tags
    began: float
    """Seconds since 1970."""
    payload: Any = None
    """What the provider says of its use, or a function that makes it, called by the publishing thread.

    None: nothing was used, or nothing is known (see `complete`).
    """
    complete: bool = True
    """False: the answer broke off, or tells nothing, so that more may have been used than `payload` says."""
    outcome: Literal["success", "error"] = "success"
    request_id: str | None = None
    """Over the one in the payload, where another reporter of the same call can know this one only."""
    names_model: bool = True
    """Whether the payload's own name of the model is better than the one that was asked for."""
    region: str | None = None
    latency_ms: float | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the record, kept in the ledger."""


def to_records(call: Call, make_id: Callable[[], str]) -> list[Record]:
    """The call as a record; more where other models worked for its answer. Never raises for what a payload holds: what
    cannot be read is marked in the record.
    """
    reported, marks = _read(call)
    if call.outcome == "success" and reported.outcome == "error":
        marks["outcome"] = "error"
    model = (reported.model if call.names_model else None) or call.model
    request_id = clean(call.request_id or reported.request_id)
    first = _record(call, reported, model, make_id(), {**_identity(request_id, reported, marks), **marks})
    parts = [first]
    for number, other in enumerate(reported.others, 1):
        own = {"provider_request_id": f"{request_id}/{number}" if request_id else None}
        parts.append(_record(call, other, other.model or model, make_id(), own))
    return parts


def _record(call: Call, reported: "Reported", model: str, record_id: str, marks: Mapping[str, Any]) -> Record:
    tags: dict[str, Any] = {"project_id": UNATTRIBUTED, "user_id": UNATTRIBUTED, **call.tags}
    if "environment" not in tags:
        tags |= {"environment": UNKNOWN_ENVIRONMENT, "environment_tag": "(none)"}
    known = {
        "service_tier": clean(reported.service_tier),
        "region": clean(reported.region or call.region),
        "latency_ms": None if call.latency_ms is None else round(max(call.latency_ms, 0.0), 1),
        "outcome": None if call.outcome == "success" else call.outcome,
        **call.fields,
        **marks,
    }
    return {
        "id": record_id,
        "time": datetime.fromtimestamp(call.began, UTC).isoformat(timespec="milliseconds"),
        **tags,
        "provider": call.provider,
        "model": clean(model) or "unknown",
        **{name: value for name, value in known.items() if value is not None},
        "usage": reported.usage,
    }


def _read(call: Call) -> tuple["Reported", dict[str, Any]]:
    """What is known of the use, and the marks for what is not."""
    from spendplane_client.payloads import PayloadError, Reported, read  # by the publishing thread, not by the caller

    marks: dict[str, Any] = {} if call.complete else {"usage_incomplete": True}
    if call.payload is None:
        return Reported(), marks
    try:
        reported = read(call.api, call.payload() if callable(call.payload) else call.payload)
    except PayloadError as error:
        return Reported(), {"usage_incomplete": True, "usage_unread": str(error)[:MAX_LENGTH]}
    return reported, marks | ({"billed_apart": list(reported.notes)} if reported.notes else {})


def _identity(request_id: str | None, reported: "Reported", marks: Mapping[str, Any]) -> dict[str, str | None]:
    """The request id counts a call once. A record that knows nothing of its tokens goes without it: whoever reports
    the same call with them, as Bedrock's log does, would be taken for its repetition.
    """
    blank = "usage_incomplete" in marks and not reported.usage
    return {"unread_request_id" if blank else "provider_request_id": request_id}
