"""Publishes quarantined records again, after the cause was mended."""

import json
from dataclasses import dataclass

from spendplane.application.ports import Bus, Quarantine, QuarantineEntry

FALLBACK_SOURCE = "spendplane.replay"


class NotReplayableError(ValueError):
    """The entry holds no record: for example text that is not JSON."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Through the bus, like any event: what was counted meanwhile is dropped, what is still bad comes back."""

    quarantine: Quarantine
    bus: Bus

    def __call__(self, entry: QuarantineEntry, changes: dict[str, str] | None = None) -> None:
        """Publishes one entry, with `changes` to its top-level fields. Raises NotReplayableError and BusyError."""
        record = _record(entry)
        self.bus.publish_usage(entry.source or FALLBACK_SOURCE, [json.dumps({**record, **(changes or {})})])
        self.quarantine.replayed(entry.id)


def _record(entry: QuarantineEntry) -> dict[str, object]:
    try:
        record = json.loads(entry.body)
    except ValueError:
        record = None
    if not isinstance(record, dict) or "detail-type" in record or "records" in record:
        raise NotReplayableError(f"{entry.id} holds no single usage record ({entry.reason}); publish it anew instead")
    return record
