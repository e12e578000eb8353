"""What the reading of invocation logs is told by its environment."""

from dataclasses import dataclass
from pathlib import Path

from spendplane.adapters.environment import required

IDENTITIES = Path(__file__).resolve().parent.parent / "identities.json"
"""The checked identities.yaml, deployed beside the handlers."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The bus."""

    bus_name: str

    @classmethod
    def load(cls) -> "Settings":
        """Raises SettingMissingError."""
        return cls(required("BUS_NAME"))
