"""What the notifier is told by its environment."""

from dataclasses import dataclass

from spendplane.adapters.environment import required


@dataclass(frozen=True, slots=True)
class Settings:
    """The table, the two topics, and where the runbook is."""

    table_name: str
    on_call_topic_arn: str
    alerts_topic_arn: str
    runbook: str

    @classmethod
    def load(cls) -> "Settings":
        """Raises SettingMissingError."""
        return cls(
            required("TABLE_NAME"), required("ONCALL_TOPIC_ARN"), required("ALERTS_TOPIC_ARN"), required("RUNBOOK_URL")
        )
