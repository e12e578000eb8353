"""What the counting of hours is told by its environment."""

from dataclasses import dataclass

from spendplane.adapters.environment import required


@dataclass(frozen=True, slots=True)
class Settings:
    """Names of the table and the bus."""

    table_name: str
    bus_name: str

    @classmethod
    def load(cls) -> "Settings":
        """Raises SettingMissingError."""
        return cls(required("TABLE_NAME"), required("BUS_NAME"))
