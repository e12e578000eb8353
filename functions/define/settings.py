"""What the custom resource is told by its environment."""

from dataclasses import dataclass

from spendplane.adapters.environment import required


@dataclass(frozen=True, slots=True)
class Settings:
    """The table."""

    table_name: str

    @classmethod
    def load(cls) -> "Settings":
        """Raises SettingMissingError."""
        return cls(required("TABLE_NAME"))
