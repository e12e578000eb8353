"""One round: what was recorded becomes events, is published, and each record is accounted for."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from spendplane_client import batching
from spendplane_client.calls import Call, Record, to_records
from spendplane_client.ids import ulid
from spendplane_client.sending import Sender

log = logging.getLogger("spendplane_client")
WARN_EVERY_S = 60.0
BITE, BREATH_S = 5, 0.0001
"""After so many records the thread lets go of the interpreter, for callers that wait for it: it is handed over only
every 5 ms otherwise (`sys.getswitchinterval`).
"""


@dataclass(slots=True)
class Rounds:
    """Used by one thread at a time. `published` and `dropped` count records."""

    sender: Sender
    turned_away: Callable[[], int]
    """How many records never came here, because the queue was full."""
    waiting: Callable[[], int]
    now: Callable[[], float] = time.monotonic
    published: int = 0
    added: int = 0
    """Records beyond the first of a call."""
    dropped: Counter[str] = field(default_factory=Counter)
    """By reason."""
    _told: int = 0
    _begun_with: int = 0
    _warned_at: float = float("-inf")
    _warned_of: int = 0

    def __call__(self, calls: list[Call]) -> None:
        """Every call of it ends in `published` or in `dropped`; never raises."""
        before = self._open
        try:
            self._publish(calls)
        except Exception as error:
            log.debug("spendplane: a fault of the client itself", exc_info=True)
            self.dropped[f"client fault: {type(error).__name__}"] += len(calls) + self._open - before
        self.warn()

    @property
    def settled(self) -> int:
        """Of the calls of the round that is under way, those that have come to their end."""
        return -self._open - self._begun_with

    def settle(self) -> None:
        """The round is over."""
        self._begun_with = -self._open

    @property
    def lost(self) -> int:
        """Records dropped for whatever reason."""
        return sum(self.dropped.values()) + self.turned_away()

    @property
    def _open(self) -> int:
        return self.added - self.published - sum(self.dropped.values())

    def _publish(self, calls: list[Call]) -> None:
        lost = self.lost
        for group in batching.calls(batching.events(self._encoded(calls, lost - self._told))):
            refused = self.sender.send(group)
            for event, reason in refused:
                self.dropped[reason] += event.records
            self.published += sum(event.records for event in group) - sum(event.records for event, _ in refused)
            if not refused:
                self._told = lost

    def _encoded(self, calls: list[Call], untold: int) -> list[str]:
        """The first record tells how many were dropped before it: so the ledger has it too."""
        texts: list[str] = []
        for number, call in enumerate(calls, 1):
            for record in self._records(call):
                told = {"client_dropped": untold} if untold and not texts else {}
                texts.append(batching.encoded({**record, **told}))
            if number % BITE == 0:
                time.sleep(BREATH_S)
        return texts

    def _records(self, call: Call) -> list[Record]:
        try:
            made = to_records(call, ulid)
        except Exception as error:
            log.debug("spendplane: a call could not be recorded", exc_info=True)
            self.dropped[f"not recordable: {type(error).__name__}"] += 1
            return []
        self.added += len(made) - 1
        return made

    def warn(self, trouble: str = "") -> None:
        """One line a minute at most, when records were lost since the last one or the bus does not take them."""
        lost, now = self.lost, self.now()
        if (lost == self._warned_of and not trouble) or now - self._warned_at < WARN_EVERY_S:
            return
        reasons = [*self.dropped.items(), ("queue full", self.turned_away())]
        why = ", ".join(f"{reason}: {count}" for reason, count in reasons if count) or "none"
        if trouble:
            text = "spendplane: the bus takes no usage records (%s); %d wait and are tried again; dropped: %s"
            log.warning(text, trouble, self.waiting(), why)
        else:
            log.warning("spendplane: usage records were dropped (%s); published: %d", why, self.published)
        self._warned_at, self._warned_of = now, lost
