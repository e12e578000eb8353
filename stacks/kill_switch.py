"""What budgets.yaml says of the kill switch, as far as the deployment fixes it."""

from dataclasses import dataclass


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
