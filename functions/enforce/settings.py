"""What the kill switch is told by its environment."""

import os
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from spendplane.adapters.environment import listed, required
from spendplane.domain.idle_policy import IdlePolicy
from spendplane.domain.targets import Protection


@dataclass(frozen=True, slots=True)
class Settings:
    """The table, the bus, and whom the switch may touch: the same environments as in the function's IAM policy."""

    table_name: str
    bus_name: str
    protection: Protection
    idle: IdlePolicy | None

    @classmethod
    def load(cls) -> "Settings":
        """Raises SettingMissingError, and ValueError for a bound that is no number."""
        bounds = int(required("MAX_TARGETS")), int(required("MAX_ATTEMPTS")), Decimal(required("MAX_DRIFT_PERCENT"))
        protection = Protection(listed("THROTTLEABLE_ENVIRONMENTS"), *bounds)
        return cls(required("TABLE_NAME"), required("BUS_NAME"), protection, _idle(os.environ.get("IDLE", "")))


def _idle(text: str) -> IdlePolicy | None:
    """`enforce,48,24,24`: the mode, and the hours of `after`, `notice` and `grace`. Empty: off."""
    if not text:
        return None
    mode, *hours = text.split(",")
    after, notice, grace = (timedelta(hours=int(each)) for each in hours)
    return IdlePolicy(after, notice, grace, mode)
