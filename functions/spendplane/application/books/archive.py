"""What became of the records of an archive's replay: how many were missing and count now, how many counted already."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from spendplane.application.metering.meter import MeterReport
from spendplane.application.ports.retry import Retry
from spendplane.contract.envelope import Message


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one replay, in records. `refused` are in the quarantine, as at the first time."""

    counted: int = 0
    repeats: int = 0
    refused: int = 0

    @property
    def total(self) -> int:
        """All that the meter has dealt with."""
        return self.counted + self.repeats + self.refused


class Replays(Protocol):
    """The tallies, by the name of the replay."""

    def add(self, name: str, tally: Tally, now: datetime) -> None:
        """Adds to what is there. Raises BusyError."""

    def tally(self, name: str) -> Tally:
        """What there is by now; all zero for a replay of which no record has come."""


@dataclass(frozen=True, slots=True)
class MeterQueue:
    """The meter for a batch in which live records and replayed ones may be mixed.

    The tally is written after the records are booked: where a meter is cut off between the two, records that it counted
    come again and are told as repeats. The ledger and its counters are exact all the same.
    """

    meter: Callable[[Sequence[Message], datetime], MeterReport]
    replays: Replays
    retry: Retry

    def __call__(self, messages: Sequence[Message], now: datetime) -> MeterReport:
        """Books a batch: live records first, then those of each replay. Raises BusyError from the tally alone."""
        groups: dict[str | None, list[Message]] = {None: []}
        for message in messages:
            groups.setdefault(message.replay, []).append(message)
        whole = MeterReport()
        for name, group in groups.items():
            if not group:
                continue
            report = self.meter(group, now)
            whole.include(report)
            if name is not None:
                self._note(name, Tally(report.counted, report.duplicates, report.quarantined), now)
        return whole

    def _note(self, name: str, tally: Tally, now: datetime) -> None:
        self.retry(lambda: self.replays.add(name, tally, now))
