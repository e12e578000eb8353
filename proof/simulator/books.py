"""The invariants of the books, checked at every write against what the producers sent, not the product's word."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from proof.simulator.expressions import EXACT, Item
from proof.simulator.hours import Instances
from proof.simulator.plan import MYSTERIES
from proof.simulator.reckoning import (
    NOTHING,
    Ref,
    Sums,
    cost,
    counted,
    dedup_key,
    is_valid,
    most,
    numbers,
    over,
    plus,
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
WATCHED = frozenset({"E#", "C#", "A#", "B", "B#"})
"""Rows, counters, announcements, budgets and their version, by how their keys begin."""
OLDEST = timedelta(days=35)
Sent = tuple[dict[str, Any], bool]
"""A record, and whether it may be counted."""


@dataclass(slots=True)
class Books:
    """Listens to the table. `broken` says what did not hold."""

    now: Any
    accepted: dict[str, list[Sent]] = field(default_factory=dict)
    rows: dict[str, Item] = field(default_factory=dict)
    sums: dict[Ref, Sums] = field(default_factory=dict)
    live: dict[Ref, Sums] = field(default_factory=dict)
    fired: dict[Ref, set[str]] = field(default_factory=dict)
    versions: list[tuple[datetime, dict[str, Budget]]] = field(default_factory=list)
    replaced: list[datetime] = field(default_factory=list)
    """When readers were told that each version, but for the last ones, is over."""
    definitions: dict[str, Budget] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    wrong: dict[Ref, Sums] = field(default_factory=dict)
    """What somebody's hand put into counters, and nobody took out yet."""
    peaks: dict[Ref, Sums] = field(default_factory=dict)
    """The most that stood in counters which have become less since."""
    prices: dict[str, set[Decimal]] = field(default_factory=lambda: {name: {usd} for name, usd in MYSTERIES.items()})
    instances: Instances = field(default_factory=Instances)

    def accept(self, record: dict[str, Any]) -> None:
        """A producer's record that the bus took."""
        countable = is_valid(record) and self.now() - datetime.fromisoformat(record["time"]) <= OLDEST
        self.accepted.setdefault(dedup_key(record), []).append((record, countable))

    def learn(self, model: str, usd: Decimal) -> None:
        """A model has this price from now on."""
        self.prices[model].add(usd)

    def tamper(self, ref: Ref, damage: Sums) -> None:
        """Somebody is about to change a counter by hand."""
        self.wrong[ref] = plus(self.wrong.get(ref, NOTHING), damage)

    def standing(self, ref: Ref) -> Sums:
        """The most that a counter may have been judged by."""
        sums = self.sums.get(ref, NOTHING)
        if ref not in self.wrong and ref not in self.peaks:
            return sums
        return most(sums, self.live.get(ref, NOTHING), self.peaks.get(ref, NOTHING))

    def hear(self, changes: list[Change]) -> None:
        """One write: all of it happened at once."""
        by_kind: dict[str, list[Change]] = {}
        for change in changes:
            if (kind := change[0][0][:2]) in WATCHED:
                by_kind.setdefault(kind, []).append(change)
        if not by_kind:
            return
        touched: set[Ref] = set()
        for key, old, new in by_kind.get("E#", ()):
            touched |= self._row(key, old, new)
        touched |= {self._counter(*change) for change in by_kind.get("C#", ())}
        self._terms([*by_kind.get("B", ()), *by_kind.get("B#", ())])
        self._check_sums(touched)
        marked = {mark for key, old, new in by_kind.get("C#", ()) for mark in self._marks(ref_of_key(key), old, new)}
        announced = {name for _, old, new in by_kind.get("A#", ()) for name in self._announcement(old, new)}
        if marked != announced:
            self.broken.append(f"I3: marked {sorted(marked)}, announced {sorted(announced)}")

    def _check_sums(self, touched: set[Ref]) -> None:
        for ref in touched:
            if self.live.get(ref, NOTHING) == self.sums.get(ref, NOTHING):
                self.wrong.pop(ref, None)
            elif self.live.get(ref) != plus(self.sums.get(ref, NOTHING), self.wrong.get(ref, NOTHING)):
                wrong = f" (and {self.wrong[ref]} by hand)" if ref in self.wrong else ""
                self.broken.append(f"I1: {ref} holds {self.live.get(ref)}, its rows sum to {self.sums.get(ref)}{wrong}")

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
            if usd != before:
                self._check_price(dedup, event["model"], before, usd, new)
                self._book(refs, EXACT.subtract(usd or Decimal(0), before or Decimal(0)), 0, 0, -(before is None))
        self.rows[dedup] = new
        return set(refs)

    def _check_price(self, dedup: str, model: str, before: Decimal | None, usd: Decimal | None, new: Item) -> None:
        """One that it had is changed in the open only."""
        if usd not in self.prices.get(model, ()):
            self.broken.append(f"I2: {dedup} was rated {usd}")
        noted = new.get("amendments", {}).get("L", ())
        if before is not None and (not noted or Decimal(noted[-1]["M"]["usd"]["N"]) != before):
            self.broken.append(f"I2: {dedup} was {before} and is {usd}")

    def _book(self, refs: Iterable[Ref], usd: Decimal, tokens: int, requests: int, unpriced: int) -> None:
        for ref in refs:
            self.sums[ref] = plus(self.sums.get(ref, NOTHING), (usd, tokens, requests, unpriced))

    def _check_new_row(self, dedup: str, event: dict[str, Any], usd: Decimal | None, refs: list[Ref]) -> None:
        if dedup in self.rows:
            self.broken.append(f"I2: {dedup} was booked twice")
        if "resource_arn" in event:
            self.broken += self.instances.book(event)
        costs = {cost(item) for item, good in self.accepted.get(dedup, ()) if good and item["id"] == event["id"]}
        if usd not in costs and not (None in costs and usd in self.prices.get(event["model"], ())):
            self.broken.append(f"I2: {dedup} ({event['id']}) was booked at {usd}, sent at {costs}")
        if not any(counted(event, budgets.values()) == set(refs) for budgets in self.readable()):
            self.broken.append(f"I1: {dedup} was counted in {refs}: no budgets of the last {STALE} say so")

    def _counter(self, key: Key, old: Item | None, new: Item) -> Ref:
        ref = ref_of_key(key)
        whole = self.live.get(ref, NOTHING)
        before, after = numbers(old), numbers(new)
        usd = EXACT.add(whole[0], EXACT.subtract(after[0], before[0]))
        self.live[ref] = (usd, *(whole[n] + after[n] - before[n] for n in (1, 2, 3)))  # type: ignore[assignment]
        if after[0] < before[0] or after[2] < before[2]:
            self.peaks[ref] = most(whole, self.peaks.get(ref, NOTHING))
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
        if not any(over(self.standing(ref), budget, threshold) for budget in terms):
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
