"""Where Spendplane is deployed, by the root command's options and their environment variables."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """What is None is looked up by its usual name."""

    bus: str = "spendplane"
    table: str = "spendplane"
    queue_url: str | None = None
    oncall_topic_arn: str | None = None
    alerts_topic_arn: str | None = None
    enforce_function: str = "spendplane-enforce"
