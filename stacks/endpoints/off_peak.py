"""The hours in which an endpoint may be up; outside them Application Auto Scaling holds it down."""

import re
from dataclasses import dataclass
from fractions import Fraction
from zoneinfo import available_timezones

from aws_cdk import aws_applicationautoscaling as scaling

DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
HOURS_OF_A_MONTH = Fraction(730)
"""As AWS's price pages count: 8,760 hours of a year over twelve months."""
_HOURS_OF_A_WEEK = 168
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


class SettingsError(ValueError):
    """Settings that AWS would refuse, or that would not do what they say; the text is made for people."""


@dataclass(frozen=True, kw_only=True)
class OffPeak:
    """Up at most from `start` to `end` on `days`, by the clock of `time_zone`, daylight saving included.

    `warm`: at `start` one is brought up without waiting for a call. Outside these hours not even a call wakes it.
    """

    time_zone: str
    days: tuple[str, ...] = DAYS[:5]
    start: str = "08:00"
    end: str = "20:00"
    warm: bool = False

    def __post_init__(self) -> None:
        if self.time_zone not in available_timezones():
            raise SettingsError(f"time_zone is {self.time_zone!r}; write a name such as Europe/Berlin or UTC")
        if not self.days or not set(self.days) <= set(DAYS) or len(set(self.days)) < len(self.days):
            raise SettingsError(f"days are {', '.join(self.days) or 'none'}; choose from {', '.join(DAYS)}, each once")
        for name, value in (("start", self.start), ("end", self.end)):
            if not _TIME.fullmatch(value):
                raise SettingsError(f"{name} is {value!r}; write hours and minutes, such as 08:00")
        if self.start >= self.end:
            raise SettingsError(f"end {self.end} is not after start {self.start}; both are of the same day")

    @property
    def open_hours_of_a_month(self) -> Fraction:
        """In which it may be up, of the 730 of a month. Exact."""
        minutes = _minutes(self.end) - _minutes(self.start)
        weekly = Fraction(minutes * len(self.days), 60)
        return weekly * HOURS_OF_A_MONTH / _HOURS_OF_A_WEEK

    def actions(self, *, highest: int, floor: int) -> list[scaling.CfnScalableTarget.ScheduledActionProperty]:
        """At `start` up to `highest` is allowed again; at `end` both bounds become `floor`, which scales in at once."""
        lowest = max(floor, 1) if self.warm else floor
        return [self._action("open", self.start, lowest, highest), self._action("close", self.end, floor, floor)]

    def _action(
        self, name: str, at: str, lowest: int, highest: int
    ) -> scaling.CfnScalableTarget.ScheduledActionProperty:
        hour, minute = at.split(":")
        days = ",".join(day for day in DAYS if day in self.days)
        return scaling.CfnScalableTarget.ScheduledActionProperty(
            scheduled_action_name=name,
            schedule=f"cron({int(minute)} {int(hour)} ? * {days} *)",
            timezone=self.time_zone,
            scalable_target_action=scaling.CfnScalableTarget.ScalableTargetActionProperty(
                min_capacity=lowest, max_capacity=highest
            ),
        )


def _minutes(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)
