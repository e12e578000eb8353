"""What the kill switch can turn down: resources of the account, known by their tags, and what protects them."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

KNOWN_ENVIRONMENTS = ("production", "staging", "development", "sandbox", "test")
"""What the event contract knows as well."""
PROJECT_TAG = "project"
ENVIRONMENT_TAG = "environment"
EXEMPT_TAG = "spendplane:exempt"
"""Its value is the last UTC day, such as `2026-12-01`, on which the kill switch leaves the resource alone."""
MAX_EXEMPTION = timedelta(days=90)
"""An exemption that lasts longer is no exception but a way around the budget: it does not count."""
APPLICATION_TAG = "application"
OWN_APPLICATION = "spendplane"

State = Mapping[str, Any]
"""What of a resource the switch would change, by part, as JSON values. A part is changed by one call."""


@dataclass(frozen=True, slots=True)
class Target:
    """One resource. `scope` narrows it to a part that one person uses: a session name on a shared IAM role."""

    kind: str
    arn: str
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    scope: str | None = None

    @property
    def key(self) -> str:
        """Names what is throttled, for locks and records."""
        return self.arn if self.scope is None else f"{self.arn}#{self.scope}"

    @property
    def label(self) -> str:
        """For people: `lambda-function summarise`, `bedrock-role shared (session employee-452)`."""
        return f"{self.kind} {self.name}" + (f" (session {self.scope})" if self.scope else "")

    @property
    def region(self) -> str:
        """Empty for global resources such as roles."""
        return self.arn.split(":")[3]


@dataclass(frozen=True, slots=True)
class Protection:
    """Whom the switch may touch at all. The same list stands in the enforce function's IAM policy.

    `environments` are the only values of the tag `environment` that may be throttled, compared exactly: what is
    missing, protected, misspelt or merely looks alike is refused.
    """

    environments: frozenset[str]
    max_targets: int = 20
    max_attempts: int = 3
    max_drift_percent: Decimal | None = None
    """Where the ledger is further above the bill, hard limits only alert. None: that is never looked at."""

    def refusal(self, target: Target, today: date) -> str | None:
        """Why this target may not be touched; None when it may."""
        if is_own(target):
            return "it is a part of Spendplane itself"
        if not target.tags.get(PROJECT_TAG, "").strip():
            return f"it has no tag `{PROJECT_TAG}`"
        if ENVIRONMENT_TAG not in target.tags:
            return f"it has no tag `{ENVIRONMENT_TAG}`"
        environment = target.tags[ENVIRONMENT_TAG]
        if environment not in self.environments:
            return self._environment_refusal(environment)
        if exempt(target, today):
            return f"exempt until {target.tags[EXEMPT_TAG].strip()} by its tag `{EXEMPT_TAG}`"
        return None

    def _environment_refusal(self, environment: str) -> str:
        known = ", ".join(sorted(self.environments))
        plain = folded(environment)
        if plain in self.environments:
            return f"its tag `{ENVIRONMENT_TAG}` is {environment!a}: write exactly {plain} to have it covered"
        return f"its environment {environment!a} is protected or unknown (may be throttled: {known})"


def folded(text: str) -> str:
    """Without differences of case, width and surrounding space (NFKC)."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def is_own(target: Target) -> bool:
    """Spendplane must not cut off its own hand."""
    if folded(target.tags.get(APPLICATION_TAG, "")) == OWN_APPLICATION:
        return True
    return ":role/spendplane/" in target.arn or f":function:{OWN_APPLICATION}-" in target.arn


def exempt(target: Target, today: date) -> bool:
    """True through the last moment (UTC) of the day that the tag names, if that day is at most 90 days ahead."""
    last = _day(target.tags.get(EXEMPT_TAG))
    return last is not None and today <= last <= today + MAX_EXEMPTION


def exemption_note(target: Target, today: date) -> str | None:
    """What is wrong with an exemption that does not count; None when there is none, or when it counts."""
    if EXEMPT_TAG not in target.tags or exempt(target, today):
        return None
    value = target.tags[EXEMPT_TAG]
    last = _day(value)
    if last is None:
        return f"`{EXEMPT_TAG}` {value!a} is no date such as 2026-12-01: ignored"
    if last < today:
        return f"`{EXEMPT_TAG}` ended on {last}"
    return f"`{EXEMPT_TAG}` {last} is more than {MAX_EXEMPTION.days} days ahead: ignored"


def utc_day(now: datetime) -> date:
    """The UTC day of an aware time."""
    return now.astimezone(UTC).date()


def _day(text: str | None) -> date | None:
    written = (text or "").strip()
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if day.isoformat() == written else None  # ISO 8601 knows other forms, which nobody expects here
