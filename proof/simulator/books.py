"""The invariants of the books, checked at every write against what the producers sent, not the product's word."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from proof.simulator.expressions import EXACT, Item
from proof.simulator.plan import MYSTERIES
from proof.simulator.reckoning import (
    NOTHING,
    Ref,
    Sums,
    cost,
    counted,
    dedup_key,
    is_valid,
    numbers,
    over,
    ref_of_key,
    refs_of,
    tokens,
)
from proof.simulator.table import Change, Key
from spendplane.adapters.dynamodb.definitions import budget_from_item
from spendplane.contract.outgoing import THRESHOLD_CROSSED
from spendplane.domain.budgets import Budget

STALE = timedelta(seconds=50)
"""A meter may count by definitions that are 15 s old as its batch begins; that takes 30 s, a call in flight 3."""


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
    replaced: list[datetime] = field(default_factory=list)
    """When readers were told that each version, but for the last ones, is over."""
    definitions: dict[str, Budget] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def accept(self, record: dict[str, Any]) -> None:
        """A producer's record that the bus took."""
        self.accepted.setdefault(dedup_key(record), []).append(record)

    def hear(self, changes: list[Change]) -> None:
        """One write: all of it happened at once."""
        by_kind: dict[str, list[Change]] = {}
        for change in changes:
            by_kind.setdefault(change[0][0][:2], []).append(change)
        touched: set[Ref] = set()
        for key, old, new in by_kind.get("E#", ()):
            touched |= self._row(key, old, new)
        touched |= {self._counter(*change) for change in by_kind.get("C#", ())}
        self._terms([*by_kind.get("B", ()), *by_kind.get("B#", ())])
        for ref in touched:
            if self.live.get(ref, NOTHING) != self.sums.get(ref, NOTHING):
                self.broken.append(f"I1: {ref} holds {self.live.get(ref)}, its rows sum to {self.sums.get(ref)}")
        marked = {mark for key, old, new in by_kind.get("C#", ()) for mark in self._marks(ref_of_key(key), old, new)}
        announced = {name for _, old, new in by_kind.get("A#", ()) for name in self._announcement(old, new)}
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

    def readable(self) -> Iterator[dict[str, Budget]]:
        """What a meter may count by: the definitions that it was not told long enough ago are over."""
        for number, (_, budgets) in enumerate(self.versions):
            if number >= len(self.replaced) or self.replaced[number] >= self.now() - STALE:
                yield budgets

    def _row(self, key: Key, old: Item | None, new: Item) -> set[Ref]:
        dedup, event = key[0][2:], json.loads(new["event"]["S"])
        refs = list(refs_of(new["counted"]["S"], event))
        usd = Decimal(new["usd"]["N"]) if "usd" in new else None
        if old is None:
            self._check_new_row(dedup, event, usd, refs)
            self._book(refs, usd or Decimal(0), tokens(event), 1, int(usd is None))
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
        costs = {cost(item) for item in self.accepted.get(dedup, ()) if item["id"] == event["id"] and is_valid(item)}
        if usd not in costs and not (None in costs and usd == MYSTERIES.get(event["model"])):
            self.broken.append(f"I2: {dedup} ({event['id']}) was booked at {usd}, sent at {costs}")
        if not any(counted(event, budgets.values()) == set(refs) for budgets in self.readable()):
            self.broken.append(f"I1: {dedup} was counted in {refs}: no budgets of the last {STALE} say so")

    def _counter(self, key: Key, old: Item | None, new: Item) -> Ref:
        ref = ref_of_key(key)
        whole = self.live.get(ref, NOTHING)
        before, after = numbers(old), numbers(new)
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
            return {new["id"]["S"]} if new["detail_type"]["S"] == THRESHOLD_CROSSED else set()
        states = (old["state"]["S"], new["state"]["S"])
        if states[0] == "NOTIFIED" != states[1] or (states[0] == "SENT" and states[1] == "PENDING"):
            self.broken.append(f"I3: {new['id']['S']} went from {states[0]} back to {states[1]}")
        return set()

    def _terms(self, changes: list[Change]) -> None:
        """Definitions, and the word to the readers that there are new ones."""
        for (pk, sk), _, new in changes:
            if pk == "B#version":
                self.replaced += [self.now()] * (len(self.versions) - 1 - len(self.replaced))
            elif "retired" in new:
                self.definitions.pop(sk, None)
            else:
                self.definitions[sk] = budget_from_item(new)
        if any(key[0] == "B" for key, _, _ in changes):
            self.versions.append((self.now(), dict(self.definitions)))
