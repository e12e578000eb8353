"""Known bugs of what mends: replays, corrections, hours. See `planted`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from cli.republishing import republished
from proof.simulator.operators import Desk
from proof.simulator.planting import over
from proof.simulator.run import Plant
from proof.simulator.world import World
from spendplane.adapters.dynamodb.items import counter_update
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.application.ports import QuarantineEntry
from spendplane.domain.counters import Increment
from spendplane.domain.ledger import RETENTION
from spendplane.domain.producers import Producers


class _MarksFirst(Desk):
    """A crash, and nobody publishes what says that it was."""

    def replay(
        self, entry: QuarantineEntry, changes: dict[str, str], producers: Producers, now: datetime
    ) -> dict[str, Any]:
        rehearsed = republished(entry, changes, self.ports, producers, now, dry_run=True)
        if not rehearsed["problem"]:
            self.ports.quarantine.replayed(entry)
        return Desk.replay(self, entry, changes, producers, now)


def _marked_before_published(world: World) -> None:
    world.functions.wrap = lambda name, port: _MarksFirst(port.ports) if name == "replay" else port


def _added_whatever_it_is(ledger: DynamoLedger, missing: Increment, mends: int) -> bool:  # noqa: ARG001
    """What was missing once is added, whatever the counter holds by now."""
    ledger.table.transact([{"Update": counter_update(ledger.table.name, missing, None)}])
    return True


def _unconditional(call: str) -> Callable[..., Any]:
    """The row's update without its condition: done twice, it is added twice."""

    def act(ledger: DynamoLedger, *given: Any) -> Any:
        return getattr(DynamoLedger(_Loose(ledger.table)), call)(*given)  # type: ignore[arg-type]

    return act


@dataclass(slots=True)
class _Loose:
    table: Any

    @property
    def name(self) -> str:
        return str(self.table.name)

    def transact(self, items: list[dict[str, Any]]) -> None:
        items[0]["Update"].pop("ConditionExpression")
        self.table.transact(items)


def _new_ids(world: World) -> None:
    """Each publication of an hour has an id of its own."""
    numbers = count()

    def publish(bus: Any, source: str, items: Any) -> None:
        bus.publish_records(source, [{**item, "id": f"{item['id'][:20]}-{next(numbers)}"} for item in items])

    over("bus", publish_records=publish)(world)


def _forgets_rows(world: World) -> None:
    """Rows, and with them what was counted already, are kept for ten days instead of 45."""
    table = world.table

    def commit(ledger: DynamoLedger, transaction: Any) -> Any:
        until = (world.loop.now + RETENTION - timedelta(days=10)).timestamp()
        for key in [
            key for key, item in table.items.items() if key[0][:2] == "E#" and int(item["expires_at"]["N"]) < until
        ]:
            del table.items[key]
        return ledger.commit(transaction)

    over("ledger", commit=commit)(world)


MENDING: dict[str, Plant] = {
    "a replay is marked before it is published": _marked_before_published,
    "a counter is fixed whatever it holds by now": over("ledger", correct=_added_whatever_it_is),
    "an unpriced row is rated without its condition": over("ledger", rerate=_unconditional("rerate")),
    "a price is corrected without its condition": over("ledger", amend=_unconditional("amend")),
    "an hour that is published again has a new id": _new_ids,
    "rows are forgotten before their events are": _forgets_rows,
}
