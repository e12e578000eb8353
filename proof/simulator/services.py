"""The bus, the usage queue and the topics: what they promise, and what they do not."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from proof.simulator.actor import WRITE, Actor
from proof.simulator.chaos import Chaos
from proof.simulator.dynamo import refusal
from proof.simulator.loop import Loop
from spendplane.adapters.eventbridge import EventBridgeBus
from spendplane.application.ports import Announcement, BusyError
from spendplane.application.ports import Message as Notice
from spendplane.contract.envelope import Message

VISIBILITY = timedelta(seconds=181)
MAX_RECEIVES = 5
"""Both as `stacks/constructs/intake.py` has them."""


def busy(fault: str) -> Exception:
    """As the adapters say it."""
    return BusyError(f"simulated: {fault}")


@dataclass(slots=True)
class Network:
    """Hands events over at least once as a rule: later, twice, in another order, and now and then not at all."""

    loop: Loop
    chaos: Chaos
    rng: random.Random

    def hand_over(self, what: str, act: Callable[[], None], *, may_drop: bool = True) -> None:
        """In a moment."""
        fault = self.chaos.pick("duplicate", "delay", *(("dropped",) if may_drop else ()))
        if fault:
            self.loop.say("network", f"{what}  ! fault {self.chaos.number}: {fault}")
        if fault == "dropped":
            return
        self.loop.after(self.rng.uniform(5, 400) if fault == "delay" else self.rng.uniform(0.05, 1.5), act)
        if fault == "duplicate":
            self.loop.after(self.rng.uniform(0.05, self.rng.choice((1.5, 1.6, 90))), act)


@dataclass(slots=True)
class SimBus:
    """The bus as one process reaches it. `deliver` gets each announcement that was taken, `accept` each event of usage:
    its detail, its type and its source.
    """

    actor: Actor
    deliver: Callable[[Announcement], None]
    accept: Callable[[dict[str, Any], str, str], None]

    def publish(self, announcements: Sequence[Announcement], now: datetime) -> None:  # noqa: ARG002  # the port's
        """See `ports.Bus`. Of several it may take some, and says so."""
        part = len(announcements) > 1 and self.actor.chaos.pick("part")
        taken = announcements[: self.actor.rng.randrange(len(announcements))] if part else announcements

        def effect() -> None:
            for item in taken:
                self.deliver(item)
            if part:
                raise BusyError("simulated: the bus took some of it")

        self.actor.io(f"publish {', '.join(item.id for item in announcements)}", effect, busy)

    def publish_usage(self, source: str, details: Sequence[str]) -> None:
        """See `ports.Bus`: by the real adapter."""
        EventBridgeBus(self, "spendplane").publish_usage(source, details)  # type: ignore[arg-type]

    def publish_records(self, source: str, items: Sequence[Mapping[str, Any]]) -> None:
        """See `hours.UsageBus`: by the real adapter."""
        EventBridgeBus(self, "spendplane").publish_records(source, items)  # type: ignore[arg-type]

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803  # EventBridge's name
        """The client that the real adapter has."""
        part = len(Entries) > 1 and self.actor.chaos.pick("part")
        taken = Entries[: self.actor.rng.randrange(len(Entries))] if part else Entries

        def effect() -> dict[str, Any]:
            for entry in taken:
                self.accept(json.loads(entry["Detail"]), entry["DetailType"], entry["Source"])
            left = [{"ErrorCode": "ThrottlingException"} for _ in Entries[len(taken) :]]
            return {"FailedEntryCount": len(left), "Entries": [{} for _ in taken] + left}

        return self.actor.io(f"publish {len(Entries)} events of usage", effect, refusal)


@dataclass(slots=True)
class SimTopic:
    """A topic as one process reaches it."""

    name: str
    actor: Actor
    take: Callable[[str, Notice, Actor], None]

    def send(self, message: Notice) -> None:
        """See `ports.Topic`."""
        what = f"tell {self.name}: {message.attributes['alert_id']}"
        self.actor.io(what, lambda: self.take(self.name, message, self.actor), busy, WRITE)


@dataclass(slots=True)
class Waiting:
    """A message of the queue."""

    message: Message
    visible_at: datetime
    receives: int = 0


@dataclass(slots=True)
class SimQueue:
    """SQS: at least once, in no order; what was received five times goes to the dead letters."""

    loop: Loop
    chaos: Chaos
    rng: random.Random
    waiting: dict[str, Waiting] = field(default_factory=dict)
    dead: list[Message] = field(default_factory=list)
    wake: Callable[[], None] = lambda: None
    _number: int = 0

    def put(self, envelope: dict[str, Any]) -> None:
        """From the bus."""
        self._number += 1
        self._add(Message(f"message-{self._number}", json.dumps(envelope), self.loop.now))

    def _add(self, message: Message) -> None:
        self.waiting[message.id] = Waiting(message, self.loop.now)
        self.loop.after(self.rng.uniform(0.05, 1.2), self.wake)

    def receive(self, most: int) -> list[Message]:
        """What is visible, in no order; it comes back unless it is deleted."""
        now = self.loop.now
        for item in [found for found in self.waiting.values() if found.visible_at <= now]:
            if item.receives >= MAX_RECEIVES:
                self.dead.append(self.waiting.pop(item.message.id).message)
                self.loop.say("queue", f"{item.message.id} is dead")
        visible = [item for item in self.waiting.values() if item.visible_at <= now]
        taken = self.rng.sample(visible, min(most, len(visible)))
        for item in taken:
            item.receives += 1
            twice = self.chaos.pick("duplicate")
            item.visible_at = now + (timedelta(seconds=self.rng.uniform(0, 20)) if twice else VISIBILITY)
            self.loop.at(item.visible_at, self.wake)
        return [item.message for item in taken]

    def delete(self, message_id: str) -> None:
        """It was dealt with; now and then the queue does not hear of it."""
        if message_id in self.waiting and self.chaos.pick("unacked"):
            self.loop.say("queue", f"{message_id}  ! fault {self.chaos.number}: unacked")
            return
        self.waiting.pop(message_id, None)

    def redrive(self) -> None:
        """Somebody moves the dead letters back."""
        dead, self.dead = self.dead, []
        for message in dead:
            self.loop.say("people", f"move {message.id} back from the dead letters")
            self._add(message)
