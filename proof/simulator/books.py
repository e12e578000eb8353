"""The invariants of the books, checked at every write, against what producers sent and not against the product's word."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from proof.simulator.expressions import EXACT, Item
from proof.simulator.plan import MYSTERIES
from proof.simulator.table import Change, Key
from spendplane.adapters.dynamodb.definitions import budget_from_item
from spendplane.domain.budgets import Budget

Ref = tuple[str, str, str | None]
"""A budget, a period and a value of `per`."""
Sums = tuple[Decimal, int, int, int]
"""Dollars, tokens, requests, unpriced records."""
NOTHING: Sums = (Decimal(0), 0, 0, 0)
STALE = timedelta(seconds=50)
"""A meter may count by definitions that are 15 s old when its batch begins, which takes 30 s, and a call in flight 3."""
AUTHORITY = "Budget Threshold Crossed"


def code(period: str, time: datetime) -> str:
    """The period of a time, reckoned here on its own: `d`, `w` and `m` with the first day, `t` for all time."""
    first = {"d": time, "w": time - timedelta(days=time.weekday()), "m": time.replace(day=1)}.get(period[0])
    return "t" if first is None else f"{period[0]}{first:%Y-%m-%d}"


def over(sums: Sums, budget: Budget, percent: int) -> bool:
    """Whether one of the limits was reached to so many percent; nothing spent never is."""
    limits = (budget.limits.usd, budget.limits.tokens, budget.limits.requests)
    return any(limit is not None and used > 0 and used * 100 >= limit * percent for used, limit in zip(sums, limits, strict=False))


@dataclass(slots=True)
class Books:
    """Listens to the table. `broken` says what did not hold."""

    now: Any
    accepted: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rows: dict[str, Item] = field(default_factory=dict)
    sums: dict[Ref, Sums] = field(default_factory=dict)
    live: dict[Ref, Sums] = field(default_factory=dict)
    fired: dict[Ref, set[str]] = field(default_factory=dict)
    versions: list[tuple[datetime, dict[str, Budget]]] = field(default_factory=list)
    definitions: dict[str, Budget] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def accept(self, record: dict[str, Any]) -> None:
        """A producer's record that the bus took."""
        self.accepted.setdefault(dedup_key(record), []).append(record)

    def hear(self, changes: list[Change]) -> None:
        """One write: all of it happened at once."""
        touched: set[Ref] = set()
        marked: set[str] = set()
        announced: set[str] = set()
        for key, old, new in changes:
            match key[0][:2]:
                case "E#":
                    touched |= self._row(key, old, new)
                case "C#":
                    touched.add(self._counter(key, old, new))
                    marked |= self._marks(_ref(key), old, new)
                case "A#":
                    announced |= self._announcement(old, new)
                case "B":
                    self._definition(key, new)
        if any(key[0] == "B" for key, _, _ in changes):
            self.versions.append((self.now(), dict(self.definitions)))
        for ref in touched:
            if self.live.get(ref, NOTHING) != self.sums.get(ref, NOTHING):
                self.broken.append(f"I1: {ref} holds {self.live.get(ref)}, its rows sum to {self.sums.get(ref)}")
        if marked != announced:
            self.broken.append(f"I3: marked {sorted(marked)}, announced {sorted(announced)}")

    def in_force(self, since: datetime) -> Iterator[dict[str, Budget]]:
        """The definitions of this moment, and those that were replaced since."""
        until = None
        for begun, budgets in reversed(self.versions):
            if until is not None and until < since:
                return
            yield budgets
            until = begun

    def _row(self, key: Key, old: Item | None, new: Item) -> set[Ref]:
        dedup, event = key[0][2:], json.loads(new["event"]["S"])
        refs = list(_refs(new["counted"]["S"], event))
        usd = Decimal(new["usd"]["N"]) if "usd" in new else None
        if old is None:
            self._check_new_row(dedup, event, usd, refs)
            self._book(refs, usd or Decimal(0), _tokens(event), 1, int(usd is None))
        else:
            before = Decimal(old["usd"]["N"]) if "usd" in old else None
            if before is not None and usd != before:
                self.broken.append(f"I2: {dedup} was {before} and is {usd}")
            if before is None and usd is not None:
                if usd != MYSTERIES.get(event["model"]):
                    self.broken.append(f"I2: {dedup} was rated {usd}")
                self._book(refs, usd, 0, 0, -1)
        self.rows[dedup] = new
        return set(refs)

    def _book(self, refs: Iterable[Ref], usd: Decimal, tokens: int, requests: int, unpriced: int) -> None:
        for ref in refs:
            old = self.sums.get(ref, NOTHING)
            self.sums[ref] = (EXACT.add(old[0], usd), old[1] + tokens, old[2] + requests, old[3] + unpriced)

    def _check_new_row(self, dedup: str, event: dict[str, Any], usd: Decimal | None, refs: list[Ref]) -> None:
        if dedup in self.rows:
            self.broken.append(f"I2: {dedup} was booked twice")
        costs = {_cost(item) for item in self.accepted.get(dedup, ()) if item["id"] == event["id"] and is_valid(item)}
        if usd not in costs and not (None in costs and usd == MYSTERIES.get(event["model"])):
            self.broken.append(f"I2: {dedup} ({event['id']}) was booked at {usd}, sent at {costs}")
        since = self.now() - STALE
        if not any(_counted(event, budgets.values()) == set(refs) for budgets in self.in_force(since)):
            self.broken.append(f"I1: {dedup} was counted in {refs}: no budgets of the last {STALE} say so")

    def _counter(self, key: Key, old: Item | None, new: Item) -> Ref:
        ref = _ref(key)
        whole = self.live.get(ref, NOTHING)
        before, after = _numbers(old), _numbers(new)
        usd = EXACT.add(whole[0], EXACT.subtract(after[0], before[0]))
        self.live[ref] = (usd, *(whole[n] + after[n] - before[n] for n in (1, 2, 3)))  # type: ignore[assignment]
        return ref

    def _marks(self, ref: Ref, old: Item | None, new: Item) -> set[str]:
        known = set(old["fired"]["SS"]) if old and "fired" in old else set()
        found = set(new["fired"]["SS"]) if "fired" in new else set()
        if known - found:
            self.broken.append(f"I3: {ref} forgot {known - found}")
        if known != found:
            self.fired.setdefault(ref, set()).update(found)
            for marker in found - known:
                self._check_mark(ref, *map(int, marker.split(".")))
        return {f"{ref[0]}/{ref[2] or '*'}/{ref[1]}/{marker.replace('.', '/r')}" for marker in found - known}

    def _check_mark(self, ref: Ref, threshold: int, revision: int) -> None:
        """Deserved, and after every lower one of the same terms."""
        terms = [b for _, budgets in self.versions if (b := budgets.get(ref[0])) and b.revision == revision]
        if not any(over(self.sums.get(ref, NOTHING), budget, threshold) for budget in terms):
            self.broken.append(f"I3: {ref} at {self.sums.get(ref)} did not deserve {threshold} % (revision {revision})")
        for lower in {percent for budget in terms for percent in budget.thresholds if percent < threshold}:
            if f"{lower}.{revision}" not in self.fired[ref]:
                self.broken.append(f"I3: {ref} raised {threshold} % before {lower} %")

    def _announcement(self, old: Item | None, new: Item) -> set[str]:
        if old is None:
            return {new["id"]["S"]} if new["detail_type"]["S"] == AUTHORITY else set()
        states = (old["state"]["S"], new["state"]["S"])
        if states[0] == "NOTIFIED" != states[1] or (states[0] == "SENT" and states[1] == "PENDING"):
            self.broken.append(f"I3: {new['id']['S']} went from {states[0]} back to {states[1]}")
        return set()

    def _definition(self, key: Key, new: Item) -> None:
        if key[0] != "B":
            return
        if "retired" in new:
            self.definitions.pop(key[1], None)
        else:
            self.definitions[key[1]] = budget_from_item(new)


def dedup_key(record: dict[str, Any]) -> str:
    """The identity of a call, as the contract says it."""
    request = record.get("provider_request_id")
    return f"r#{record['provider']}#{request}" if request else f"i#{record['id']}"


def is_valid(record: dict[str, Any]) -> bool:
    """What the plan makes invalid: an environment that there is not. (Too old is judged when it has arrived.)"""
    return bool(record["environment"] != "prod")


def _cost(record: dict[str, Any]) -> Decimal | None:
    return Decimal(record["cost_usd"]) if "cost_usd" in record else None


def _tokens(event: dict[str, Any]) -> int:
    return sum(count for name, count in event["usage"].items() if name != "reasoning")


def _ref(key: Key) -> Ref:
    _, budget_id, period, slot = key[0].split("#")
    return budget_id, period, None if slot[0] == "s" else key[1]


def _refs(counted: str, event: dict[str, Any]) -> Iterator[Ref]:
    for part in counted.split(",") if counted else ():
        budget_id, _, terms = part.partition("=")
        letter, _, per = terms.partition(":")
        yield budget_id, code(letter, datetime.fromisoformat(event["time"])), event[per] if per else None


def _counted(event: dict[str, Any], budgets: Iterable[Budget]) -> set[Ref]:
    """Each budget looked at, one by one."""
    time = datetime.fromisoformat(event["time"])
    return {
        (item.id, code(item.period.value, time), event[item.per] if item.per else None)
        for item in budgets
        if all(event.get(name) in values for name, values in item.match)
    }


def _numbers(item: Item | None) -> Sums:
    if item is None or "requests" not in item:
        return NOTHING
    unpriced = int(item["unpriced"]["N"]) if "unpriced" in item else 0
    return Decimal(item["usd"]["N"]), int(item["tokens"]["N"]), int(item["requests"]["N"]), unpriced
