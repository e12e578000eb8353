"""What an endpoint costs, said in one line that stands in the stack's outputs."""

from decimal import Decimal
from fractions import Fraction

from aws_cdk import CfnOutput
from constructs import Construct

from stacks.endpoints.off_peak import HOURS_OF_A_MONTH, OffPeak
from stacks.endpoints.settings import Settings

_CALLS = 1_000
_HUNDREDTH = Decimal("0.01")


def note(
    settings: Settings, *, unit: str, most: int, always: int = 0, idle: str | None = None, saved_units: int = 1
) -> str:
    """For people. `unit` is what is paid by the hour, `most` and `always` how many at most and at least.

    `idle` says what else is true of an hour without calls. The saving is that of the schedule alone, for
    `saved_units`, against the same ones being up in all 730 hours of a month: what idling saves inside the hours is
    not foreseeable, and not in it. Exact, then rounded to the cent or the hundredth of an hour.
    """
    price, parts = settings.price_per_hour, []
    parts.append(f"Up: {_rate(price, unit, most)} at most.")
    parts.append(idle or f"Idle: {_rate(price, unit, always)}.")
    if settings.call_seconds is not None and always == 0:
        hours = Fraction(settings.call_seconds) * _CALLS / 3600
        parts.append(f"{_calls(settings.call_seconds)}, one after the other: {_cost(hours, price, f'{unit} hours')}.")
    if settings.off_peak:
        parts.append(_saving(settings.off_peak, price, unit, saved_units))
    return " ".join(parts)


def billed_calls(settings: Settings, price_per_second: Decimal | None, unit: str) -> str:
    """Calls that are paid by their own duration, however many come at once. `unit` is what a second is one of."""
    said = "Calls are billed by their milliseconds."
    if settings.call_seconds is None:
        return said
    seconds = Fraction(settings.call_seconds) * _CALLS
    return f"{said} {_calls(settings.call_seconds)}: {_cost(seconds, price_per_second, unit)}."


def output(scope: Construct, text: str) -> None:
    """In the outputs of the stack, where whoever deploys reads it."""
    CfnOutput(scope, "CostNote", value=text, description="What it costs by the hour, idle, and what its hours save")


def saved_hours(off_peak: OffPeak, units: int) -> Fraction:
    """Of a month, that the schedule keeps so many down. Exact."""
    return (HOURS_OF_A_MONTH - off_peak.open_hours_of_a_month) * units


def _saving(off_peak: OffPeak, price: Decimal | None, unit: str, units: int) -> str:
    said = _cost(saved_hours(off_peak, units), price, f"{unit} hours")
    days = ",".join(off_peak.days)
    when = f"{days} {off_peak.start}-{off_peak.end} {off_peak.time_zone}"
    return f"Its hours ({when}) save {said} a month against always on."


def _calls(seconds: Decimal) -> str:
    return f"{_CALLS:,} calls of {seconds:f} s"


def _cost(amount: Fraction, price: Decimal | None, unit: str) -> str:
    """Dollars where there is a price, and in any case what is paid for."""
    said = f"{_rounded(amount)} {unit}"
    return said if price is None else f"{_rounded(amount * Fraction(price))} USD ({said})"


def _rate(price: Decimal | None, unit: str, units: int) -> str:
    plural = "" if units == 1 else "s"
    if price is None:
        return f"{units} {unit} hour{plural} an hour"
    return f"{price * units:f} USD an hour ({units} {unit}{plural})"


def _rounded(value: Fraction) -> str:
    """Half a cent goes to the even one."""
    return f"{Decimal(round(value * 100)) * _HUNDREDTH:f}"
