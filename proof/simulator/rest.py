"""What must hold when faults have stopped and everything had its time: nothing open, lost, doubled or held."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from proof.simulator.guard import concerns
from proof.simulator.plan import MYSTERIES
from proof.simulator.reckoning import NOTHING, code, over
from spendplane.adapters.dynamodb.quarantine import from_item
from spendplane.adapters.dynamodb.switch_items import grip_from_item, switch_from_item
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.contract.switch_events import ENGAGED, REFUSED, RELEASED
from spendplane.domain.budgets import Budget
from spendplane.domain.counters import Counter, CounterRef
from spendplane.domain.limits import Spend
from spendplane.domain.periods import Period, window_of
from spendplane.domain.switches import GripPhase, Level, Phase, Switch, want
from spendplane.domain.targets import EXEMPT_TAG


@dataclass(frozen=True, slots=True)
class Rest:
    """Looks at a run that has come to rest."""

    run: Any

    def broken(self) -> Iterator[str]:
        """What does not hold."""
        yield from self._events()
        yield from self._alerts()
        yield from self._people()
        yield from self._switches()
        yield from self.targets()
        yield from self._mended()

    def _items(self, prefix: str) -> list[Any]:
        return list(self.run.world.table.beginning(prefix))

    def _events(self) -> Iterator[str]:
        """I6, and the other half of I2."""
        queue, rows = self.run.world.queue, self.run.books.rows
        if queue.waiting or queue.dead:
            yield f"I6: {len(queue.waiting)} messages still wait, {len(queue.dead)} are dead"
        entries = [entry for entry in map(from_item, self._items("Q#")) if entry.state == "QUARANTINED"]
        kept = [json.loads(entry.body) for entry in entries]
        kept_as = {(item["id"], _cost(item.get("cost_usd"))) for item in kept}
        for dedup, records in self.run.books.accepted.items():
            row = json.loads(rows[dedup]["event"]["S"]) if dedup in rows else None
            for record, _ in records:
                same = (record["id"], _cost(record.get("cost_usd")))
                counted = row is not None and (row["id"] != same[0] or _cost(row.get("cost_usd")) == same[1])
                if not counted and same not in kept_as:
                    yield f"I6: {record['id']} ({dedup}) is in neither ledger nor quarantine"
        yield from (f"I2: {dedup} was never sent" for dedup in rows.keys() - self.run.books.accepted.keys())

    def _alerts(self) -> Iterator[str]:
        """The other half of I3: whatever is due was raised."""
        books, now = self.run.books, self.run.world.loop.now
        for (budget_id, period, key), sums in books.sums.items():
            budget = books.definitions.get(budget_id)
            if budget is None or period != code(budget.period.value, now):
                continue
            for percent in budget.thresholds:
                if over(sums, budget, percent) and f"{percent}.{budget.revision}" not in books.fired.get(
                    (budget_id, period, key), ()
                ):
                    yield f"I3: {budget_id}/{key} in {period} is at {sums}, and {percent} % was never raised"

    def _people(self) -> Iterator[str]:
        """Each announcement reached everybody whom it concerns; twice only where something went wrong in telling it."""
        guard = self.run.guard
        for item in self._items("A#"):
            name, detail = item["id"]["S"], json.loads(item["detail"]["S"])
            if item["state"]["S"] != "NOTIFIED":
                yield f"I3: people were not told of {name}: it is {item['state']['S']}"
                continue
            topics = ["budget-alerts"] + ["on-call"] * _wakes(item["detail_type"]["S"], detail)
            for topic in topics:
                times = guard.told[topic, name]
                if not 1 <= times <= 1 + guard.excuses[name]:
                    yield f"I3: {topic} was told {times} times of {name}"

    def _switches(self) -> Iterator[str]:
        """Nothing is half-way; what is held is down and is known."""
        grips = {grip.target.key: grip for grip in map(grip_from_item, self._items("T#"))}
        most = self.run.world.functions.protection.max_attempts
        for switch in map(switch_from_item, self._items("K#")):
            if switch.phase in {Phase.DUE, Phase.RELEASING}:
                yield f"I4: {switch.id} is still {switch.phase}"
            for key in switch.held:
                grip = grips.get(key)
                given_up = grip is not None and grip.attempts >= most
                if grip is None or (grip.phase is not GripPhase.THROTTLED and not given_up):
                    yield f"I4: {switch.id} holds {key}, whose undo is {grip and grip.phase}"

    def _mended(self) -> Iterator[str]:
        """Nothing costs by a wrong price, no running second is missing, and replays were told whole."""
        world, rows = self.run.world, self.run.books.rows
        for dedup, row in rows.items() if world.operators.mispriced else ():
            event = json.loads(row["event"]["S"])
            if "usd" in row and "cost_usd" not in event and Decimal(row["usd"]["N"]) != MYSTERIES.get(event["model"]):
                yield f"I2: {dedup} still costs {row['usd']['N']}"
        for name, records in world.operators.replays.items():
            tally = world.table.items.get((f"R#{name}", "R"), {})
            told = sum(int(tally[part]["N"]) for part in ("counted", "repeats", "refused") if part in tally)
            if told < records:
                yield f"I6: {records} records were replayed as {name}, and {told} told"
        if rounds := world.table.items.get(("H", "-")):
            yield from world.instances.uncounted(datetime.fromisoformat(rounds["begun_at"]["S"]))

    def targets(self) -> Iterator[str]:
        """I4 and I5: what should be down is, and all else is as its owner left it."""
        account, fleet_down = self.run.world.account, self._wanted()
        given_up = self._given_up()
        keys = {target.key: target for target in account.resources.values()}
        keys |= {grip.target.key: grip.target for grip in map(grip_from_item, self._items("T#"))}
        for key, target in keys.items():
            state, owned = account.states.get(key), account.owned.get(key, {"allowed": 1})
            down = state is None if target.kind == "vanishing" else state is not None and not any(state.values())
            if key in given_up:
                continue
            if key in fleet_down and not down:
                yield f"I4: {target.label} should be down, and is {state}"
            if (
                key not in fleet_down
                and (state or {"allowed": 1}) != owned
                and (key not in self.run.guard.raced or down)
            ):
                yield f"I5: {target.label} is {state}, its owner left it {owned}"

    def _given_up(self) -> set[str]:
        """Turned on by others too often: left to a person, who was told."""
        most = self.run.world.functions.protection.max_attempts
        grips = map(grip_from_item, self._items("T#"))
        return {g.target.key for g in grips if g.live and g.attempts >= most and g.phase is not GripPhase.RESTORING}

    def _wanted(self) -> set[str]:
        """By the definitions, the sums of the rows and people's words; no event is looked at."""
        world, books, now = self.run.world, self.run.books, self.run.world.loop.now
        found: set[str] = set()
        for budget in books.definitions.values():
            if budget.mode != "enforce":
                continue
            for key in self._keys(budget):
                if self._is_on(budget, key, now):
                    found |= {
                        target.key + (f"#{key}" if budget.per else "")
                        for target in world.account.resources.values()
                        if _selected(budget, target) and _may(target, world.account.permitted, now)
                    }
        return found

    def _keys(self, budget: Budget) -> set[str | None]:
        """Of whom there are records, or a switch: a person may turn it on for somebody who spent nothing."""
        if budget.per is None:
            return {None}
        known = {ref[2] for ref in self.run.books.sums if ref[0] == budget.id}
        return known | {switch_from_item(item).ref.key for item in self._items(f"K#{budget.id}")}

    def _is_on(self, budget: Budget, key: str | None, now: datetime) -> bool:
        ref = CounterRef(budget.id, window_of(Period(budget.period), now).code, key)
        sums = self.run.books.sums.get((ref.budget_id, ref.code, key), NOTHING)
        item = self.run.world.table.partitions.get(f"K#{budget.id}", {}).get(f"throttle#{ref.code}#{key or '-'}")
        switch = switch_from_item(item) if item else Switch(ref, Level.THROTTLE)
        return want(budget, Counter(ref, Spend(sums[0], sums[1], sums[2])), switch, now).on


def _selected(budget: Budget, target: Any) -> bool:
    """As `concerns`, before a role is narrowed to one person's session."""
    if budget.per:
        return target.kind == "bedrock-role" and concerns(_whole(budget), target)
    return concerns(budget, target)


def _whole(budget: Budget) -> Budget:
    return Budget(budget.id, match=budget.match)


def _may(target: Any, permitted: frozenset[str], now: datetime) -> bool:
    exempt = target.tags.get(EXEMPT_TAG)
    return (
        target.tags.get("environment") in permitted and bool(target.tags.get("project")) and exempt != f"{now:%Y-%m-%d}"
    )


def _wakes(kind: str, detail: dict[str, Any]) -> bool:
    if kind in {ENGAGED, REFUSED, RELEASED}:
        return True
    return (
        kind == THRESHOLD_CROSSED
        and not detail["late"]
        and (detail["severity"] == "hard" or detail["on_hard_limit"] == "throttle")
    )


def _cost(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
