"""What an endpoint costs, said in one line that stands in the stack's outputs."""

from decimal import Decimal
from fractions import Fraction

from aws_cdk import CfnOutput
from constructs import Construct

from stacks.endpoints.off_peak import HOURS_OF_A_MONTH, OffPeak
from stacks.endpoints.settings import Settings

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
    if settings.off_peak:
        parts.append(_saving(settings.off_peak, price, unit, saved_units))
    return " ".join(parts)


def output(scope: Construct, text: str) -> None:
    """In the outputs of the stack, where whoever deploys reads it."""
    CfnOutput(scope, "CostNote", value=text, description="What it costs by the hour, idle, and what its hours save")


def saved_hours(off_peak: OffPeak, units: int) -> Fraction:
    """Of a month, that the schedule keeps so many down. Exact."""
    return (HOURS_OF_A_MONTH - off_peak.open_hours_of_a_month) * units


def _saving(off_peak: OffPeak, price: Decimal | None, unit: str, units: int) -> str:
    hours = saved_hours(off_peak, units)
    said = f"{_rounded(hours)} {unit} hours"
    if price is not None:
        said = f"{_rounded(hours * Fraction(price))} USD ({said})"
    days = ",".join(off_peak.days)
    when = f"{days} {off_peak.start}-{off_peak.end} {off_peak.time_zone}"
    return f"Its hours ({when}) save {said} a month against always on."


def _rate(price: Decimal | None, unit: str, units: int) -> str:
    plural = "" if units == 1 else "s"
    if price is None:
        return f"{units} {unit} hour{plural} an hour"
    return f"{price * units:f} USD an hour ({units} {unit}{plural})"


def _rounded(value: Fraction) -> str:
    """Half a cent goes to the even one."""
    return f"{Decimal(round(value * 100)) * _HUNDREDTH:f}"
