"""What the kill switch is told by its environment."""

from dataclasses import dataclass
from decimal import Decimal

from spendplane.adapters.environment import listed, required
from spendplane.domain.targets import Protection


@dataclass(frozen=True, slots=True)
class Settings:
    """The table, the bus, and whom the switch may touch: the same environments as in the function's IAM policy."""

    table_name: str
    bus_name: str
    protection: Protection

    @classmethod
    def load(cls) -> "Settings":
        """Raises SettingMissingError, and ValueError for a bound that is no number."""
        bounds = int(required("MAX_TARGETS")), int(required("MAX_ATTEMPTS")), Decimal(required("MAX_DRIFT_PERCENT"))
        protection = Protection(listed("THROTTLEABLE_ENVIRONMENTS"), *bounds)
        return cls(required("TABLE_NAME"), required("BUS_NAME"), protection)
