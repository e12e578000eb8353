"""The meter's processes in the deployed account: seen and ended through the launcher, which alone holds them."""

import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from local.account import LocalAccount
from local.workers import PREFIX

METER = "spendplane-meter"
LOOK_S = 0.2
NOTICED_S = 1
"""After so long the launcher knows whether an invocation was cut off."""
SPREAD_S = 0.2
PATIENCE_S = 60
"""So long a kill waits for a meter that is at work."""


@dataclass
class Meters:
    """`peak_kb` is the most memory that any of them held so far; `idle_s` is how long all of them had nothing to do but
    to wait until the queue shows a batch again that was cut off.
    """

    account: LocalAccount
    peak_kb: int = 0
    idle_s: float = 0.0
    killed: list[float] = field(default_factory=list)
    """Of each kill: how long its invocation had been at work, in seconds."""

    def __post_init__(self) -> None:
        self._sqs = self.account.client("sqs")
        self._url = f"{self.account.endpoint}{PREFIX}{METER}"
        self._queue = self.account.outputs["QueueUrl"]
        self._looked = time.monotonic()

    def look(self) -> dict[str, Any]:
        """The launcher's journal of the meter."""
        with urlopen(self._url, timeout=30) as answer:  # noqa: S310  # our own http URL
            found: dict[str, Any] = json.load(answer)
        self.peak_kb = max([self.peak_kb, *(item["peak_kb"] or 0 for item in found["workers"])])
        return found

    def depth(self) -> tuple[int, int]:
        """Messages that wait, and messages at work or cut off."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=names)["Attributes"]
        waiting, hidden = (int(found[name]) for name in names)
        return waiting, hidden

    def watch(self) -> bool:
        """One look at everything; True when nothing is left to do."""
        waiting, hidden = self.depth()
        at_work = any(item["at_work"] for item in self.look()["workers"])
        now = time.monotonic()
        if hidden and not waiting and not at_work:
            self.idle_s += now - self._looked
        self._looked = now
        return not waiting and not hidden

    def kill(self, draw: random.Random) -> None:
        """Ends one that is at work, at any moment of its work. Raises TimeoutError where none is."""
        time.sleep(draw.random() * SPREAD_S)
        before = self.look()["cut_off"]
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if self._end_one() and self._cut_off_since(before):
                return  # else it had just answered: another one
            time.sleep(0.01)
        raise TimeoutError(f"no meter was at work for {PATIENCE_S} s")

    def _end_one(self) -> bool:
        try:
            with urlopen(Request(f"{self._url}/kill", method="POST"), timeout=30) as answer:  # noqa: S310
                self.killed.append(json.load(answer)["after_s"])
        except HTTPError as error:
            if error.code != 409:
                raise
            return False
        return True

    def _cut_off_since(self, before: int) -> bool:
        deadline = time.monotonic() + NOTICED_S
        while time.monotonic() < deadline:
            if self.look()["cut_off"] > before:
                return True
            time.sleep(LOOK_S)
        return False


@contextmanager
def killing(meters: Meters, marks: list[int], progress: list[int], seed: int) -> Iterator[None]:
    """Ends a meter each time when so many records are published; `progress[0]` says how many are."""
    over, failed = Event(), []
    draw = random.Random(seed)

    def work() -> None:
        try:
            for mark in marks:
                while progress[0] < mark:
                    if over.wait(0.02):
                        return
                meters.kill(draw)
        except Exception as error:  # noqa: BLE001  # raised in the thread that waits for this one
            failed.append(error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()  # a mark that was passed is still due
        thread.join(PATIENCE_S * 2)
    if failed:
        raise failed[0]
