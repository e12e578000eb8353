"""The body of a message of the usage queue, through to the ledger's item and back."""

import json
from collections.abc import Iterator
from typing import NoReturn

from proof.fuzz import ends
from proof.fuzz.target import Target
from spendplane.contract.usage_event import MAX_BATCH_RECORDS, USAGE_BATCH_RECORDED

MAX_SEED_BYTES = 8_000


def check(data: bytes) -> None:
    """No record is lost, and each ends as it must."""
    body = data.decode("utf-8", "replace")
    found = ends.records(body)
    there = records_in(body)
    assert found
    assert there in (None, len(found)), f"{len(found)} of {there} records"


def records_in(body: str) -> int | None:
    """How many there are, found without the parser: one, but for a batch that may be taken apart.

    None for a nesting at which it depends on the depth of the stack whether it can be read.
    """
    try:
        envelope = json.loads(body, parse_constant=_refuse, parse_int=str)
    except RecursionError:
        return None
    except ValueError:
        return 1
    if not isinstance(envelope, dict) or envelope.get("detail-type") != USAGE_BATCH_RECORDED:
        return 1
    detail = envelope.get("detail")
    records = detail.get("records") if isinstance(detail, dict) else None
    return len(records) if isinstance(records, list) and 1 <= len(records) <= MAX_BATCH_RECORDS else 1


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def seeds() -> Iterator[bytes]:
    """The samples, but for those that are only large."""
    for folder in ("valid", "invalid", "twins"):
        for path in sorted((ends.ROOT / "events" / folder).iterdir()):
            if path.stat().st_size <= MAX_SEED_BYTES:
                yield path.read_bytes()


TARGET = Target(
    reads="messages of the usage queue, up to the table's items and back",
    holds="each record is one event or one refusal with its reason; an event is the same after the ledger",
    check=check,
    seeds=seeds,
    syntax="json",
)
