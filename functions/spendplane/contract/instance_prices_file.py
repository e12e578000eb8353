"""`instance_prices.json`: what an instance costs an hour; each line with its source, the sources with their day."""

import re
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from spendplane.contract import json_file

_STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)
_DAY = re.compile(r"\d{4}(-\d{2}){0,2}")


class Use(StrEnum):
    """What the instance is for: AWS has a price for each."""

    HOSTING = "hosting"
    TRAINING = "training"
    NOTEBOOK = "notebook"


class Source(BaseModel):
    """Where figures come from. `date` is the day, month or year that they are of; None: the source names none."""

    model_config = _STRICT

    url: str = Field(min_length=1)
    date: str | None = Field(pattern=_DAY.pattern + "$")
    says: str = Field(min_length=1)


class InstancePrice(BaseModel):
    """One price: US dollars for one instance and one hour, on demand. A string, so that no digit is lost."""

    model_config = _STRICT

    region: str = Field(pattern=r"^[a-z0-9-]+$")
    use: Use
    instance_type: Annotated[str, StringConstraints(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9-]+$")]
    usd_per_hour: Annotated[Decimal, Field(gt=0, le=10_000, decimal_places=10, allow_inf_nan=False)]
    source: str

    @property
    def key(self) -> tuple[str, Use, str]:
        """What it is the price of."""
        return self.region, self.use, self.instance_type


class InstancePricesFile(BaseModel):
    """The whole file: no price twice, none without its source."""

    model_config = _STRICT

    version: Literal[1]
    about: str
    sources: dict[str, Source]
    prices: list[InstancePrice]

    @model_validator(mode="after")
    def _each_once_with_its_source(self) -> "InstancePricesFile":
        seen = set()
        for price in self.prices:
            named = f"{price.region} {price.use} {price.instance_type}"
            if price.source not in self.sources:
                raise ValueError(f"{named}: its source {price.source!r} is not among the sources")
            if price.key in seen:
                raise ValueError(f"{named}: has two prices")
            seen.add(price.key)
        return self


def load(path: Path) -> InstancePricesFile:
    """The checked file. Raises FileError, which says what is wrong and where."""
    return json_file.load(path, InstancePricesFile)


def dump(file: InstancePricesFile) -> str:
    """The file's text: a line for each price, so that a change reads well in a diff."""
    lines = [f"    {price.model_dump_json()}" for price in sorted(file.prices, key=lambda price: price.key)]
    sources = [f'    "{name}": {source.model_dump_json()}' for name, source in file.sources.items()]
    head = InstancePricesFile(version=1, about=file.about, sources={}, prices=[]).model_dump_json(
        include={"version", "about"}
    )
    body = ",\n".join
    return f'{{\n  {head[1:-1]},\n  "sources": {{\n{body(sources)}\n  }},\n  "prices": [\n{body(lines)}\n  ]\n}}\n'
