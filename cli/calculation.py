"""What a call would cost: from what a person or a line says of it, to dollars and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cli import reported

if TYPE_CHECKING:
    from spendplane.application.ports import PriceBook
    from spendplane.domain.payloads import Reported
    from spendplane.domain.rating import Line
    from spendplane.domain.usage import UsageEvent

USED = (
    *("input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "output"),
    *("reasoning", "input_audio", "input_image", "output_audio", "output_image"),
    *("images", "image_size", "image_quality"),
)
"""What a call may have used: the fields of the contract's `usage`."""
_FIELDS = ("provider", "model", "region", "service_tier", "project_id", "cost_usd", "cache_hit", "outcome")
# What the contract asks of every record, and no price depends on.
_PLACEHOLDERS = {"id": "-", "project_id": "-", "user_id": "-", "environment": "test"}


class CalculationError(ValueError):
    """A call that cannot be understood; the text says why."""


@dataclass(frozen=True, slots=True)
class Calculation:
    """Dollars (None: unpriced), where they come from, and the buckets they are made of."""

    event: "UsageEvent"
    usd: Decimal | None
    price: str
    lines: tuple["Line", ...]
    reported: "Reported | None" = None
    """What the provider's payload said, where the call came as one."""
    others: tuple["Calculation", ...] = ()
    """Other models' work inside the same answer, each at its own price."""


def calculate(given: Any, book: "PriceBook", now: datetime) -> Calculation:  # whatever JSON holds
    """The price at the call's own time, `now` where it says none. Raises CalculationError."""
    try:
        if isinstance(given, Mapping) and given.get("api") is not None:
            return _of_payload(given, book, now)
        return _priced(_event(given, now), book)
    except RecursionError:
        raise CalculationError("nested too deeply") from None


def _of_payload(given: Mapping[str, Any], book: "PriceBook", now: datetime) -> Calculation:
    try:
        found = reported.read(given)
        call = reported.as_call(given, found)
    except reported.UnreadableError as error:
        raise CalculationError(str(error)) from None
    others = tuple(
        _priced(_event({**call, "model": other.model, "usage": other.usage}, now), book) for other in found.others
    )
    return replace(_priced(_event(call, now), book), reported=found, others=others)


def _priced(event: "UsageEvent", book: "PriceBook") -> Calculation:
    from spendplane.application.metering.pricing import try_price
    from spendplane.domain.rating import lines

    usd, price = try_price(event, book)
    from_book = usd is not None and event.cost_usd is None and not event.cache_hit and event.outcome != "blocked"
    return Calculation(event, usd, price, lines(event.usage, book.card(event)) if from_book else ())


def _event(given: Any, now: datetime) -> "UsageEvent":  # whatever JSON holds
    from pydantic import ValidationError

    from spendplane.contract.envelope import describe
    from spendplane.contract.text import nfc
    from spendplane.contract.usage_event import UsageRecord, to_domain

    if not isinstance(given, Mapping):
        raise CalculationError("not a JSON object")
    given = nfc(dict(given))
    fields = {name: given[name] for name in _FIELDS if given.get(name) is not None}
    time = _time(given.get("time"), now)
    try:
        record = UsageRecord.model_validate(
            {**_PLACEHOLDERS, **fields, "time": time.isoformat(), "usage": _usage(given)}
        )
    except ValidationError as error:
        raise CalculationError(describe(error)) from None
    return to_domain(record, time)


def _usage(given: Mapping[str, Any]) -> dict[str, Any]:
    """The buckets of `usage`, or those that stand beside the model's name."""
    nested = given.get("usage")
    if nested is not None and not isinstance(nested, Mapping):
        raise CalculationError("usage: not an object of buckets and token counts")
    beside = {name: given[name] for name in USED if given.get(name) is not None}
    for name in nested or {}:
        if name not in USED:
            raise CalculationError(f"usage: unknown bucket {name!r}; {_hint(name)}")
        if name in beside:
            raise CalculationError(f"{name} stands both in `usage` and beside it; remove one")
    if nested is None and not beside and not any(given.get(name) for name in ("cost_usd", "cache_hit", "outcome")):
        raise CalculationError(f"no tokens: give `usage` or one of {', '.join(USED)}; or `api` and `raw`")
    return {**beside, **{name: tokens for name, tokens in (nested or {}).items() if tokens is not None}}


def _hint(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, USED, n=1)
    return f"did you mean `{close[0]}`?" if close else f"known: {', '.join(USED)}"


def _time(text: Any, now: datetime) -> datetime:  # whatever JSON holds
    if text is None:
        return now
    try:
        time = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise CalculationError(f"time: not a date and time in ISO 8601: {text!r}") from None
    if time.tzinfo is None:
        raise CalculationError(f"time: without an offset: {text!r} (write …Z or …+02:00)")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise CalculationError(f"time: outside the calendar: {text!r}") from None
