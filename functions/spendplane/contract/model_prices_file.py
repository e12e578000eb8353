"""`model_prices.json`: list prices that the library lacks, and what a service tier multiplies; each with its source."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spendplane.contract import json_file
from spendplane.contract.instance_prices_file import Source
from spendplane.contract.prices_file import FactorEntry, PriceEntry
from spendplane.domain.usage import UsageEvent


class ModelPricesFile(BaseModel):
    """The whole file. `source` of a line begins with the name of one of `sources`; the rest says where in it.

    A price without a Region is the provider's one list price; on Bedrock, that of the three big US Regions. The names
    are whole: `*` stands for nothing here, but in the factors, which hold for families.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)

    version: Literal[1]
    about: str
    sources: dict[str, Source]
    factors: list[FactorEntry] = Field(default_factory=list)
    prices: list[PriceEntry]

    @model_validator(mode="after")
    def _each_once_with_its_source(self) -> "ModelPricesFile":
        seen = set()
        for line in (*self.factors, *self.prices):
            if line.source.split(":")[0] not in self.sources:
                raise ValueError(f"{line.provider} {line.model}: its source {line.source!r} is not among the sources")
        for price in self.prices:
            key = (price.provider, price.model, price.region, price.service_tier, price.from_)
            if key in seen:
                raise ValueError(f"{price.provider} {price.model} {price.region or ''}: has two prices")
            seen.add(key)
        return self

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str | None], list[PriceEntry]]:
        found: dict[tuple[str, str, str | None], list[PriceEntry]] = {}
        for price in self.prices:
            found.setdefault((price.provider, price.model, price.region), []).append(price)
        return found

    def entry(self, event: UsageEvent, names: tuple[str, ...], region: str | None, tier: str) -> PriceEntry | None:
        """The price of the first of these names that has one on the day of the call, in exactly this Region and tier.
        Of prices that changed, the youngest that had begun.
        """
        for name in names:
            listed = self._by_name.get((event.provider, name, region), ())
            if held := [line for line in listed if line.tells(tier) and line.on_day_of(event)]:
                return max(held, key=lambda line: (line.from_ is not None, line.from_))
        return None

    def dated(self, source: str) -> str:
        """A line's source with the day that its figures are of: the version of the price."""
        name, _, where = source.partition(":")
        return f"{name} {self.sources[name].date or 'undated'}" + (f":{where}" if where else "")

    def factor(self, event: UsageEvent, name: str) -> FactorEntry | None:
        """What this service tier multiplies for a model of this name; the first that fits."""
        return next(
            (line for line in self.factors if line.service_tier == event.service_tier and line.fits(event, name)), None
        )


def load(path: Path) -> ModelPricesFile:
    """The checked file. Raises FileError, which says what is wrong and where."""
    return json_file.load(path, ModelPricesFile)
