"""What budgets.yaml says of the kill switch, as far as the deployment fixes it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Idle:
    """When what nobody calls is taken to zero; `mode` is observe or enforce."""

    after_hours: int
    notice_hours: int
    grace_hours: int
    mode: str

    @property
    def variable(self) -> str:
        """For the enforce function's environment."""
        return f"{self.mode},{self.after_hours},{self.notice_hours},{self.grace_hours}"


@dataclass(frozen=True)
class KillSwitch:
    """`environments` are the only values of the tag `environment` that may be turned down; `protected` never may be."""

    environments: tuple[str, ...]
    protected: tuple[str, ...]
    max_targets: int
    """Targets that one switch may hold by itself; more are left to a person."""
    max_attempts: int
    """Vain attempts on one target before a person is called."""
    max_drift_percent: int
    """Where the last reconciliation found the ledger further above the bill, hard limits only alert."""
    idle: Idle | None = None
    """None: nothing is turned down because nobody calls it."""

    @property
    def variables(self) -> dict[str, str]:
        """For the enforce function's environment."""
        return {
            "THROTTLEABLE_ENVIRONMENTS": ",".join(self.environments),
            "MAX_TARGETS": str(self.max_targets),
            "MAX_ATTEMPTS": str(self.max_attempts),
            "MAX_DRIFT_PERCENT": str(self.max_drift_percent),
            **({"IDLE": self.idle.variable} if self.idle else {}),
        }
