"""One comparison that decides whether the demo succeeded."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Check:
    """Figures from independent places that must be equal. `problem` says in a sentence what it means when not."""

    claim: str
    figures: Mapping[str, Decimal | int]
    problem: str = ""

    @property
    def agrees(self) -> bool:
        """To the last digit."""
        return len(set(self.figures.values())) == 1
