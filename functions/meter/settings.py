"""What the meter is told by its environment."""

from dataclasses import dataclass
from pathlib import Path

from spendplane.adapters.environment import required

PRICES = Path(__file__).parents[1] / "prices.yaml"
"""Deployed beside the handlers."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Names of the table and the bus."""

    table_name: str
    bus_name: str
    prices: Path | None

    @classmethod
    def load(cls) -> "Settings":
        """Raises SettingMissingError."""
        return cls(required("TABLE_NAME"), required("BUS_NAME"), PRICES if PRICES.exists() else None)
