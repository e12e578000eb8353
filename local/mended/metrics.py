"""Metrics are kept for 15 months, as CloudWatch keeps hourly values; MiniStack forgets them after two weeks.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html (Metrics retention)
"""

from datetime import timedelta
from typing import Any

KEPT = timedelta(days=455)


def install(cloudwatch: Any) -> None:  # MiniStack's module
    """Moves the time after which it forgets."""
    cloudwatch.TWO_WEEKS_SECONDS = KEPT.total_seconds()
