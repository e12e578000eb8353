"""What `status` reads: how the budgets stand, and their kill switches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cli import switches
from cli.standing_objects import to_object
from cli.standings import FULL_WIDTH

if TYPE_CHECKING:
    from spendplane.application.books.status import Standing
    from spendplane.domain.counters import CounterRef
    from spendplane.domain.switches import Switch


@dataclass(frozen=True, slots=True)
class Picture:
    """The counters, and by counter the switches that are not off."""

    standings: "Sequence[Standing]"
    switches: "dict[CounterRef, list[Switch]]"
    now: datetime

    def of(self, standing: "Standing") -> "list[Switch]":
        """Its switches that are not off."""
        return self.switches.get(standing.counter.ref, [])

    def words(self, width: int) -> "dict[CounterRef, str]":
        """How the switches stand, in so many columns of a terminal."""

        def said(switch: "Switch") -> str:
            return switches.words(switch, self.now) if width >= FULL_WIDTH else switches.short(switch)

        return {ref: "; ".join(dict.fromkeys(map(said, found))) for ref, found in self.switches.items()}

    def to_objects(self) -> list[dict[str, Any]]:
        """For scripts."""
        return [
            {**to_object(item), "switches": [switches.to_object(each, self.now) for each in self.of(item)]}
            for item in self.standings
        ]
