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
        self.bus.publish_usage(entry.source or FALLBACK_SOURCE, [_mended(entry, changes or {})])
        self.quarantine.replayed(entry)


def _mended(entry: QuarantineEntry, changes: dict[str, str]) -> str:
    try:
        record = json.loads(entry.body)
        if isinstance(record, dict) and "detail-type" not in record and "records" not in record:
            return json.dumps({**record, **changes})
    except (ValueError, RecursionError):
        pass
    raise NotReplayableError(f"{entry.id} holds no single usage record ({entry.reason}); publish it anew instead")
