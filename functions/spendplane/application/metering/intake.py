"""From messages to calls: what came twice in a batch, what is refused, and what contradicts itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from spendplane.contract.envelope import Message, Rejected, read
from spendplane.domain.producers import Producers
from spendplane.domain.usage import UsageEvent

MAX_ROUNDS = 3
"""Payloads under one id that are tried in one batch; more are refused without asking the ledger."""
NOT_ALLOWED = "producer not allowed"
"""How the reason begins."""
MAX_NAMED = 3
"""Producers, or projects, that a reason names."""


@dataclass(slots=True)
class Call:
    """One call with every message that carries it. `twins` are what others saw of it, under ids of their own."""

    event: UsageEvent
    messages: set[str]
    twins: list[UsageEvent] = field(default_factory=list)


Refusal = tuple[Rejected, set[str]]
"""A refused record with the messages that carry it."""


@dataclass(slots=True)
class Intake:
    """The calls of a batch, by identity, in rounds: of records that contradict each other only the ledger knows which
    one counted already, so they are booked one after the other.
    """

    rounds: list[dict[str, Call]] = field(default_factory=lambda: [{}])
    refused: list[Refusal] = field(default_factory=list)
    received: int = 0
    duplicates: int = 0

    def add(self, record: UsageEvent, message_id: str) -> None:
        """Takes a valid record in."""
        call = self._place(record)
        if call is None:
            self.refused.append((contradiction(record), {message_id}))
            return
        self.duplicates += call.event is not record
        call.messages.add(message_id)
        if call.event.id != record.id:
            call.twins.append(record)

    def _place(self, record: UsageEvent) -> Call | None:
        """The call that this record is, in the first round where nothing contradicts it; None after MAX_ROUNDS."""
        for calls in self.rounds:
            call = calls.setdefault(record.dedup_key, Call(record, set()))
            if call.event is record or not call.event.contradicts(record.id, record.payload_hash):
                return call
        if len(self.rounds) == MAX_ROUNDS:
            return None
        self.rounds.append({record.dedup_key: (call := Call(record, set()))})
        return call


def take_in(messages: Sequence[Message], producers: Producers) -> Intake:
    """Reads every record of every message; what its producer may not charge is refused."""
    intake = Intake()
    for message in messages:
        for record in read(message):
            intake.received += 1
            verdict = record if isinstance(record, Rejected) else not_allowed(record, producers) or record
            if isinstance(verdict, Rejected):
                intake.refused.append((verdict, {message.id}))
            else:
                intake.add(verdict, message.id)
    return intake


def not_allowed(event: UsageEvent, producers: Producers) -> Rejected | None:
    """The refusal of an event whose producer may not charge its project; None where it may."""
    source, project = event.source, event.attributes["project_id"]
    if producers.allows(source, project):
        return None
    mine = producers.projects_of(source)
    only = f"lets it charge {_some(sorted(mine))} only" if mine else f"gives that to {_some(producers.owners(project))}"
    return Rejected(
        f"{NOT_ALLOWED}: {source!r} may not charge project {project!r}: budgets.yaml {only}. If it may, name the "
        "project for it under `producers` there, deploy, and replay this entry",
        event.canonical,
        source,
    )


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MAX_NAMED])
    return f"{shown} and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else shown


def contradiction(event: UsageEvent) -> Rejected:
    """The refusal of an event whose id was counted with another payload."""
    return Rejected(
        f"id {event.id!r} was counted already with another payload; a correction needs an id of its own",
        event.canonical,
        event.source,
    )
