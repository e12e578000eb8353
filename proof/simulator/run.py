"""One seed from its plan to its end, under watch."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from proof.simulator.actor import Actor
from proof.simulator.books import Books
from proof.simulator.guard import Guard
from proof.simulator.loop import BrokenError
from proof.simulator.rest import Rest
from proof.simulator.world import World
from spendplane.application.books.rebuild import RebuildReport

AFTERWARDS = timedelta(minutes=5)
"""Without a budget: so long everything may take to be given back."""
Plant = Callable[[World], None]


@dataclass(slots=True)
class Run:
    """A world with those who watch it. `plant` may put a bug into it."""

    seed: int
    chosen: Collection[int] | None = None
    faults: Collection[int] | None = None
    plant: Plant | None = None
    traced: bool = False
    world: World = field(init=False)
    books: Books = field(init=False)
    guard: Guard = field(init=False)
    broken: str | None = None

    def __post_init__(self) -> None:
        self.world = world = World(self.seed, self.chosen, self.faults, self.traced)
        self.books = Books(lambda: world.loop.now)
        self.guard = Guard(self.books, world.account, world.table, lambda: world.loop.now)
        world.table.listeners.append(self.books.hear)
        world.account.heard = self.guard.hear
        world.on_accepted, world.on_told, world.on_notified = self.books.accept, self.guard.take, self._notified
        world.on_turned, world.on_tampered, world.on_priced = self._turned, self.books.tamper, self.books.learn
        self.books.instances = world.instances
        world.loop.broken = self.books.broken
        if self.plant:
            self.plant(world)

    @property
    def start(self) -> datetime:
        """When it began."""
        return self.world.plan.start

    def __call__(self) -> "Run":
        """Runs it to its end, or to the first thing that does not hold."""
        try:
            self.world.run()
            self._at_rest()
            self._give_back()
        except BrokenError as error:
            self.broken = str(error)
            self.world.loop.say("proof", f"DOES NOT HOLD: {error}")
        return self

    @property
    def figures(self) -> Counter[str]:
        """What came to pass in it."""
        world, books = self.world, self.books
        return Counter(
            steps=world.loop.events,
            records=sum(map(len, books.accepted.values())),
            rows=len(books.rows),
            alerts=sum(map(len, books.fired.values())),
            notices=self.guard.told.total(),
            deployments=len(books.replaced),
            changes_of_targets=self.guard.changes,
            **world.operators.done,
            hours_counted=sum(map(len, world.instances.counted.values())),
            functions_crashed=sum(world.chaos.happened[kind] for kind in ("crash_before", "crash_after", "stall")),
        )

    @property
    def actions(self) -> Counter[str]:
        """What was done from outside, by kind."""
        actions = self.world.plan.actions
        return Counter(action.kind for action in actions if self.chosen is None or action.number in self.chosen)

    def _check(self) -> None:
        if self.books.broken:
            raise BrokenError("; ".join(self.books.broken))

    def _at_rest(self) -> None:
        if self.world.loop.now.hour == 0 and self.world.loop.now.minute < 4:  # a period has just ended
            self.world.tick_for(AFTERWARDS)
        self.books.broken += Rest(self).broken()
        self.world.functions.invoke("rebuild", lambda rebuild, now: rebuild(now), self._rebuilt)
        self.world.loop.run_until(self.world.loop.now + timedelta(seconds=10))
        self._check()

    def _rebuilt(self, report: Any, _: Actor) -> None:
        if not isinstance(report, RebuildReport) or report.differences:
            self.books.broken.append(f"I7: rebuilt from the ledger: {report}")

    def _give_back(self) -> None:
        """No budget, nothing to hold."""
        self.world.people.deploy([])
        self.world.tick_for(AFTERWARDS)
        self.books.broken += Rest(self).targets()
        self._check()

    def _notified(self, announcement_id: str, actor: Actor) -> None:
        self.guard.excuses[announcement_id] += actor.faults

    def _turned(self, key: str) -> None:
        self.guard.turned[key] = self.world.loop.now
