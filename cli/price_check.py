"""The price book against a second source, bucket by bucket, with the reason for each difference that is known."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cli.second_source import Listed
from spendplane.contract.yaml_file import explain
from spendplane.contract.yaml_file import load as load_yaml

if TYPE_CHECKING:
    from spendplane.application.ports import PriceBook
    from spendplane.domain.rating import RateCard
    from spendplane.domain.usage import UsageEvent

ROUNDING = Decimal("0.005")
"""Half a percent: one source gives more digits than the other."""


class Reason(BaseModel):
    """Why the two differ, found out by a person: for which models, what it is, and where that is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    tier: str = "*"
    bucket: str = "*"
    kind: str = Field(pattern="^(regional endpoint|region|tier|stale second source|second source|rounding|unit)$")
    why: str
    source: str
    ratio: Decimal | None = Field(default=None, description="Ours to theirs, where the reason gives one; within 1 %.")

    def fits(self, difference: "Difference") -> bool:
        """True when key, tier and bucket agree; `*` stands for anything."""
        return (
            fnmatchcase(difference.listed.key, self.key)
            and fnmatchcase(difference.listed.tier, self.tier)
            and fnmatchcase(difference.bucket, self.bucket)
            and self._has_ratio(difference)
        )

    def _has_ratio(self, difference: "Difference") -> bool:
        if self.ratio is None:
            return True
        ours = difference.ours
        return ours is not None and abs(ours / difference.theirs / self.ratio - 1) <= Decimal("0.01")


class Reasons(BaseModel):
    """The file of reasons."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reasons: list[Reason]


@dataclass(frozen=True, slots=True)
class Difference:
    """One bucket on which the two do not agree; `over` is the prompt that a long-context price begins above."""

    listed: Listed
    bucket: str
    over: int
    ours: Decimal | None
    theirs: Decimal
    price: str


@dataclass(slots=True)
class Comparison:
    """What came out. `unpriced` are those that only the second source prices, with our reason."""

    compared: int = 0
    models: set[tuple[str, str]] = field(default_factory=set)
    same_source: int = 0
    unpriced: list[tuple[Listed, str]] = field(default_factory=list)
    explained: list[tuple[Difference, Reason]] = field(default_factory=list)
    unexplained: list[Difference] = field(default_factory=list)


def load_reasons(path: Path) -> list[Reason]:
    """The reasons of a file. Raises FileError."""
    content, lines = load_yaml(path)
    try:
        return Reasons.model_validate(content).reasons
    except ValidationError as error:
        raise explain(path, lines, error, {}) from None


def compare(second: Iterable[Listed], book: "PriceBook", reasons: list[Reason], now: datetime) -> Comparison:
    """Every model that both know, at `now`."""
    from spendplane.domain.rating import UnpricedError

    found = Comparison()
    for listed in second:
        try:
            card = book.card(call_of(listed.provider, listed.model, listed.region, listed.tier, now))
        except UnpricedError as error:
            found.unpriced.append((listed, str(error)))
            continue
        found.compared += 1
        found.models.add((listed.provider, listed.model))
        found.same_source += "(litellm " in card.price
        for difference in _differences(listed, card):
            reason = next((reason for reason in reasons if reason.fits(difference)), None)
            if reason:
                found.explained.append((difference, reason))
            else:
                found.unexplained.append(difference)
    return found


def _differences(listed: Listed, card: "RateCard") -> Iterable[Difference]:
    for (bucket, over), theirs in listed.rates.items():
        rate = getattr(card, bucket)
        if rate is None and bucket == "reasoning":
            rate = card.output
        ours = None if rate is None else rate.at(over + 1 if over else 0)
        if ours is None or abs(ours - theirs) > theirs * ROUNDING:
            yield Difference(listed, bucket, over, ours, theirs, card.price)


def call_of(provider: str, model: str, region: str | None, tier: str, now: datetime) -> "UsageEvent":
    """A call of this model, such as the price book is asked about."""
    from spendplane.contract.usage_event import UsageRecord, to_domain

    said = {"provider": provider, "model": model, "region": region, "service_tier": tier}
    base = {"id": "-", "time": now.isoformat(), "project_id": "-", "user_id": "-", "environment": "test", "usage": {}}
    record = UsageRecord.model_validate(base | {name: value for name, value in said.items() if value is not None})
    return to_domain(record, now)
