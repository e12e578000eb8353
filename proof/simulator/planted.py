"""Known bugs, put into the real parts one at a time: a simulator that does not find them proves nothing.

Each is one that a system like this has had, or a line of this one that somebody might lose.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from proof.simulator.planted_mending import MENDING
from proof.simulator.planting import over
from proof.simulator.run import Plant
from proof.simulator.services import SimQueue
from proof.simulator.world import World
from spendplane.adapters.dynamodb.items import counter_update
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.application.ports import Announcement, StoredRow
from spendplane.contract.envelope import Message
from spendplane.domain.alerts import Alert
from spendplane.domain.ledger import Transaction

# --- the books


def _unconditional_put(ledger: DynamoLedger, transaction: Transaction) -> Sequence[StoredRow]:
    """Without `attribute_not_exists`: a repetition counts again."""
    table = ledger.table

    class Loose:
        name = table.name

        def transact(self, items: list[dict[str, Any]]) -> None:
            for item in items:
                item.get("Put", {}).pop("ConditionExpression", None)
            table.transact(items)

    return DynamoLedger(Loose()).commit(transaction)  # type: ignore[arg-type]


def _claim_then_increment(ledger: DynamoLedger, transaction: Transaction) -> Sequence[StoredRow]:
    """Rows and counters in two calls: the common pattern."""
    stored = ledger.commit(replace(transaction, increments=()))
    if not stored:
        for increment in transaction.increments:
            ledger.table.transact([{"Update": counter_update(ledger.table.name, increment, None)}])
    return stored


def _swallowed(ledger: DynamoLedger, transaction: Transaction) -> Sequence[StoredRow]:
    """A refused write is taken for a success."""
    try:
        return ledger.commit(transaction)
    except Exception:  # noqa: BLE001  # that is the bug
        return []


# --- alerts


def _published_before_marked(world: World) -> None:
    """An alert is only kept in memory, and goes to the bus at once: a lost publication is lost for good."""

    def add_alert(outbox: Any, alert: Alert, announcement: Announcement, due_at: datetime) -> bool:
        added: bool = outbox.add_alert(alert, announcement, due_at)
        if added:
            outbox.done(announcement.id)  # the sweep will not look at it again
        return added

    over("outbox", add_alert=add_alert, due=lambda _outbox, _now: iter(()))(world)


def _judged_by_edge(world: World) -> None:
    """Only what was newly booked is judged: a crash between booking and judging is never made up for."""

    def plant(name: str, use_case: Any) -> Any:
        if name != "meter":
            return use_case
        booker = use_case.booker

        def book(rows: Any) -> Any:
            booked = booker(rows)
            new = {ref for row in booked.rows for ref in row.refs}
            booked.refs = {ref: None for ref in booked.refs if ref in new}
            return booked

        return replace(use_case, booker=book)

    world.functions.wrap = plant


def _claim_without_lease(world: World) -> None:
    """Two runs of notify tell people at the same time."""
    over("outbox", claim=lambda outbox, name, _now, until: outbox.claim(name, until, until))(world)


# --- the kill switch


def _undo_after_action(world: World) -> None:
    """The target is turned down, and only then its undo is stored."""

    def put_grip(switches: Any, grip: Any, audit: Any = None) -> Any:
        if grip.phase.value == "engaging" and not grip.version:
            return replace(grip, version=0)
        return switches.put_grip(grip, audit)

    over("switches", put_grip=put_grip)(world)


def _lost_update(world: World) -> None:
    """Undos are written over whatever version there is."""

    def put_grip(switches: Any, grip: Any, audit: Any = None) -> Any:
        known = switches.grips([grip.target.key]).get(grip.target.key)
        return switches.put_grip(replace(grip, version=known.version if known else 0), audit)

    over("switches", put_grip=put_grip, lease=_lease_for_all)(world)


def _lease_for_all(switches: Any, ref: Any, level: Any, _now: datetime, until: datetime) -> Any:
    return switches.lease(ref, level, until, until)


def _every_environment(world: World) -> None:
    """The list of environments that may be touched has production in it."""
    functions = world.functions
    functions.protection = replace(
        functions.protection, environments=functions.protection.environments | {"production"}
    )


def _no_rounds(world: World) -> None:
    """The kill switch acts on events only: what the bus loses is never done."""
    over("switches", waiting=lambda _switches, _now: iter(()))(world)


def _forgotten_switch(world: World) -> None:
    """A look's end takes the switch off the list, whatever is still to do."""
    over("switches", save=lambda switches, switch, _due, audit, news: switches.save(switch, None, audit, news))(world)


def _acknowledged_too_early(world: World) -> None:
    """The queue's message is deleted before it is dealt with."""

    class Hasty(SimQueue):
        def receive(self, most: int) -> list[Message]:
            messages = SimQueue.receive(self, most)
            for message in messages:
                self.waiting.pop(message.id, None)
            return messages

    old = world.queue
    world.queue = Hasty(old.loop, old.chaos, old.rng, wake=old.wake)


BUGS: dict[str, Plant] = {
    "a row is put without its condition": over("ledger", commit=_unconditional_put),
    "rows and counters in two writes": over("ledger", commit=_claim_then_increment),
    "a refused write is taken for a success": over("ledger", commit=_swallowed),
    "a message is deleted before it is dealt with": _acknowledged_too_early,
    "an alert is marked as told before it is published": _published_before_marked,
    "only new records are judged": _judged_by_edge,
    "two runs of notify hold one announcement": _claim_without_lease,
    "the undo is stored after the action": _undo_after_action,
    "an undo is written over a newer one": _lost_update,
    "production is on the list": _every_environment,
    "the kill switch makes no rounds": _no_rounds,
    "a switch is taken off the list too early": _forgotten_switch,
    **MENDING,
}
