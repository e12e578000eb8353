"""What operators do by the command line: replay what was refused, mend counters and prices, replay an archive."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from cli.quarantined import days_until
from cli.republishing import republished
from proof.simulator.actor import Actor
from proof.simulator.plan import MYSTERIES, Action
from proof.simulator.reckoning import ref_of_key
from spendplane.application.books.correct import Correction, Note, Scope
from spendplane.application.books.rebuild import Mend, MendReport, Rebuild
from spendplane.application.ports import QuarantineEntry
from spendplane.bootstrap import Ports
from spendplane.contract.usage_event import USAGE_RECORDED
from spendplane.domain.producers import Producers

FIGURES = ("entries_replayed", "counters_fixed", "prices_corrected", "records_from_the_archive")
AGAIN = 60
"""Seconds after which somebody repeats a command that failed."""
NOTE = Note("ann", "the contract says so")


@dataclass(frozen=True, slots=True)
class Desk:
    """`spendplane quarantine replay`."""

    ports: Ports

    def __call__(self, entry_id: str | None, changes: dict[str, str], days: int, now: datetime) -> list[Any]:
        """One entry, or all that were not replayed yet."""
        entries = self._all(days, now) if entry_id is None else [self.ports.quarantine.get(entry_id)]
        producers = self.ports.definitions.producers()
        return [self.replay(entry, changes, producers, now) for entry in entries if entry]

    def replay(
        self, entry: QuarantineEntry, changes: dict[str, str], producers: Producers, now: datetime
    ) -> dict[str, Any]:
        """One of them."""
        return republished(entry, changes, self.ports, producers, now)

    def _all(self, days: int, now: datetime) -> Sequence[QuarantineEntry]:
        found = self.ports.quarantine.entries(days_until(now, days))
        return [entry for entry in found if entry.state == "QUARANTINED"]


@dataclass(frozen=True, slots=True)
class Fix:
    """`spendplane rebuild --fix`."""

    rebuild: Rebuild
    mend: Mend

    def __call__(self, now: datetime) -> MendReport:
        """Compares, and mends."""
        return self.mend(self.rebuild(now), now)


@dataclass(slots=True)
class Operators:
    """Everybody at the command line, in a world. `replays` counts the records of each archive's replay."""

    world: Any
    tampered: bool = False
    mispriced: set[str] = field(default_factory=set)
    replays: dict[str, int] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(FIGURES, 0)))

    def __call__(self, action: Action) -> None:
        """One action of the plan."""
        given, world = action.given, self.world
        match action.kind:
            case "replay":
                self._replay(*given)
            case "tamper":
                self._tamper(*given)
            case "rebuild":
                self.rebuild()
            case "misprice":
                self.price(*given)
            case "correct":
                self.correct(given)
            case "instance":
                world.instances.start(*given, world.loop.now)
            case "archive":
                self._archive(*given)

    def finish(self) -> None:
        """No faults any more: what was wrong is put right, each by two at once."""
        for seconds in (450, 450.2):
            self.world.loop.after(seconds, self._put_right)

    def _put_right(self) -> None:
        if self.tampered:
            self.rebuild()
        for model in sorted(self.mispriced):
            self.correct(model)

    def rebuild(self) -> None:
        """`spendplane rebuild --fix`, until nothing is left to fix."""

        def fixed(report: MendReport) -> bool:
            self.done["counters_fixed"] += report.fixed
            return not report.outrun

        self._until("fix", lambda fix, now: fix(now), fixed)

    def correct(self, model: str) -> None:
        """The right price, and `spendplane recover price --book`."""

        def corrected(found: Correction) -> bool:
            self.done["prices_corrected"] += found.booked
            return True

        self._price(model, MYSTERIES[model])
        self._until("correct", lambda correct, now: correct(Scope(model), now, NOTE), corrected)

    def _until(self, function: str, act: Callable[[Any, datetime], Any], enough: Callable[[Any], bool]) -> None:
        """`enough` gets the answer, and says whether that was it."""

        def done(answer: Any, actor: Actor) -> None:
            if self.world.loop.traced:
                self.world.loop.say(actor.name, f"answered {answer}"[:200])
            if isinstance(answer, BaseException) or not enough(answer):
                self.world.loop.after(AGAIN, lambda: self._until(function, act, enough))

        self.world.functions.invoke(function, act, done)

    def _replay(self, which: int | None, changes: dict[str, str]) -> None:
        entry_id = None
        if which is not None:
            known = sorted(item["id"]["S"] for item in self.world.table.beginning("Q#"))
            entry_id = known[which % len(known)] if known else None
        days = (self.world.loop.now - self.world.plan.start).days + 2

        def replayed(results: list[Any]) -> bool:
            self.done["entries_replayed"] += sum(result["published"] for result in results)
            return True

        self._until("replay", lambda desk, now: desk(entry_id, changes, days, now), replayed)

    def _tamper(self, which: int, damage: tuple[str, int, int]) -> None:
        """Somebody's hand in the table."""
        world = self.world
        keys = sorted(key for key, item in world.table.items.items() if key[0][:2] == "C#" and "requests" in item)
        if not keys:
            return
        (pk, sk), (usd, tokens, requests) = keys[which % len(keys)], damage
        self.tampered = True
        world.loop.say("somebody", f"adds {damage} to {pk}/{sk}")
        world.on_tampered(ref_of_key((pk, sk)), (Decimal(usd), tokens, requests, 0))
        names = {"usd": usd, "tokens": tokens, "requests": requests}
        update = {
            "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
            "UpdateExpression": "ADD " + ", ".join(f"{name} :{name}" for name in names),
            "ExpressionAttributeValues": {f":{name}": {"N": str(value)} for name, value in names.items()},
        }
        world.table.update(update, world.loop.now)

    def price(self, model: str, usd: Decimal) -> None:
        """What a model costs gets known, rightly or not: `spendplane reprice`."""
        self._price(model, usd)
        self.world.people.reprice()

    def _price(self, model: str, usd: Decimal) -> None:
        if usd != MYSTERIES[model]:
            self.mispriced.add(model)
        self.world.prices.usd[model] = usd
        self.world.on_priced(model, usd)

    def _archive(self, name: str, lost: list[dict[str, Any]]) -> None:
        """`spendplane recover replay`: the bus delivers once more what it has kept, and what never came."""
        world = self.world
        kept = [*world.archive[-30:], *((record, USAGE_RECORDED, "com.example.app") for record in lost)]
        for record in lost:
            world.on_accepted(record)
        for detail, kind, source in kept:
            records = len(detail.get("records", (detail,)))
            self.replays[name] = self.replays.get(name, 0) + records
            self.done["records_from_the_archive"] += records
            world.carry(detail, kind, source, {"replay-name": name})
