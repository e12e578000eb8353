"""`prices.yaml`: contracts, discounts, models that the library lacks, and service-tier factors; all dated."""

from datetime import UTC, date
from decimal import Decimal
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from spendplane.contract.yaml_file import FileError, explain
from spendplane.contract.yaml_file import load as load_yaml
from spendplane.domain.rating import Rate, RateCard
from spendplane.domain.usage import UsageEvent

_STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)
Money = Annotated[
    Decimal,
    BeforeValidator(lambda value: repr(value) if isinstance(value, float) else value),
    Field(ge=0, le=Decimal(10) ** 9, decimal_places=12, allow_inf_nan=False),
]


STANDARD_TIERS = frozenset({"standard", "default", "on_demand"})
"""What providers call the tier that nobody asked for."""


class Scope(BaseModel):
    """Which calls a line is for. `model` may hold `*`; what is left out fits everything. Dates are UTC days."""

    model_config = _STRICT

    provider: str
    model: str = "*"
    region: str | None = None
    service_tier: str | None = None
    project_id: str | None = None
    from_: date | None = Field(default=None, alias="from")
    until: date | None = Field(default=None, description="The first day on which the line no longer holds.")
    source: str = Field(min_length=1, description="Where the figure comes from: page and date, or contract.")

    def fits(self, event: UsageEvent, model: str | None = None) -> bool:
        """True when provider, model, region, project and day agree; the tier is the caller's matter. `model` is the
        model's name where the record holds another, such as a profile's ARN.
        """
        return (
            self.provider == event.provider
            and fnmatchcase(model or event.model, self.model)
            and self.region in (None, event.region)
            and self.project_id in (None, event.attributes.get("project_id"))
            and self.on_day_of(event)
        )

    def on_day_of(self, event: UsageEvent) -> bool:
        """True when the line holds on the call's day, in UTC."""
        day = event.time.astimezone(UTC).date()
        return (self.from_ is None or day >= self.from_) and (self.until is None or day < self.until)

    def tells(self, tier: str) -> bool:
        """True for a line of this service tier; one that names none is of the standard tier."""
        return self.service_tier == tier or (self.service_tier is None and tier in STANDARD_TIERS)


class Rates(BaseModel):
    """Dollars per million tokens. Buckets without a figure have no price: usage in them stays unpriced."""

    model_config = _STRICT

    input: Money | None = None
    cache_read: Money | None = None
    cache_write_5m: Money | None = None
    cache_write_1h: Money | None = None
    output: Money | None = None
    input_audio: Money | None = None
    input_image: Money | None = None
    output_audio: Money | None = None
    output_image: Money | None = None


class LongContext(Rates):
    """What the whole call costs once its prompt (uncached, read and written) has MORE than `over` tokens. Buckets
    without a figure cost what they cost below.
    """

    over: int = Field(gt=0)


class PriceEntry(Scope, Rates):
    """A rate card."""

    per_request: Money = Decimal(0)
    per_image: dict[str, Money] = Field(
        default_factory=dict, description="Dollars by SIZE/QUALITY, SIZE, */QUALITY or *, such as 1024x1024/premium."
    )
    long_context: LongContext | None = None

    @property
    def card(self) -> RateCard:
        """The line's dollars per million tokens as a rate card."""
        return RateCard(
            input_uncached=self._rate("input"),
            cache_read=self._rate("cache_read"),
            cache_write_5m=self._rate("cache_write_5m"),
            cache_write_1h=self._rate("cache_write_1h"),
            output=self._rate("output"),
            input_audio=self._rate("input_audio"),
            input_image=self._rate("input_image"),
            output_audio=self._rate("output_audio"),
            output_image=self._rate("output_image"),
            usd_per_request=self.per_request,
            usd_per_image=tuple(self.per_image.items()),
            price=f"prices.yaml: {self.source}",
        )

    def _rate(self, bucket: str) -> Rate | None:
        usd: Decimal | None = getattr(self, bucket)
        if usd is None:
            return None
        long: Decimal | None = getattr(self.long_context, bucket, None)
        return Rate(usd, ((self.long_context.over, long),) if self.long_context and long is not None else ())


class FactorEntry(Scope):
    """A multiplier: with `service_tier` for that tier, without one a discount or surcharge on every call."""

    factor: Money


class PricesFile(BaseModel):
    """The whole file. The first entry that fits wins; factors of a tier: the first; discounts: each one."""

    model_config = _STRICT

    version: Literal[1]
    bedrock_region: str | None = Field(
        default=None, description="The Region of Bedrock calls whose record names none; without it they name their own."
    )
    entries: list[PriceEntry] = Field(default_factory=list)
    factors: list[FactorEntry] = Field(default_factory=list)
    digest: str = Field(default="none", exclude=True)

    @model_validator(mode="after")
    def _dates(self) -> "PricesFile":
        for line in (*self.entries, *self.factors):
            if line.from_ and line.until and line.until <= line.from_:
                raise ValueError(
                    f"`until: {line.until}` is not after `from: {line.from_}` ({line.provider} {line.model})"
                )
        return self

    def entry(self, event: UsageEvent) -> PriceEntry | None:
        """The contract price of this call, of its own tier or of none."""
        return next((line for line in self.entries if line.tells(event.service_tier) and line.fits(event)), None)

    def tier_factor(self, event: UsageEvent) -> FactorEntry | None:
        """The factor of the call's service tier."""
        return next(
            (line for line in self.factors if line.service_tier == event.service_tier and line.fits(event)), None
        )

    def discounts(self, event: UsageEvent) -> list[FactorEntry]:
        """Every factor that holds whatever the tier is."""
        return [line for line in self.factors if line.service_tier is None and line.fits(event)]


def load(path: Path | str) -> PricesFile:
    """The checked file. Raises FileError, whose text names the line and the mend."""
    path = Path(path)
    content, lines = load_yaml(path)
    content = {"version": 1} if content is None else content
    if not isinstance(content, dict):
        raise FileError(f"{path}:1: not a prices file; begin it with `version: 1`")
    digest = sha256(path.read_bytes()).hexdigest()[:12]
    try:
        return PricesFile.model_validate({**content, "digest": digest})
    except ValidationError as error:
        raise explain(path, lines, error, _MENDS) from None


_MENDS = {
    "extra_forbidden": "remove it, or correct its spelling",
    "source:missing": "say where the figure comes from: page and date, or contract",
    "greater_than_equal": "prices and factors are 0 or more",
}
