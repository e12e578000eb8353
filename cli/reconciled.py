"""A reconciliation for people and for scripts."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cli import output
from cli.output import count, safe
from spendplane.domain.money import format_usd

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from spendplane.domain.bill_rows import Report, Row

Effects = Sequence[tuple[str, str]]


def off(report: "Report", tolerance: Decimal) -> list["Row"]:
    """The rows that differ and should not."""
    return [row for row in report.rows if row.compared and row.beyond(tolerance)]


def to_object(report: "Report", tolerance: Decimal, effects: Effects | None) -> dict[str, Any]:
    """Everything, exactly."""
    ledger, bill = report.totals
    return {
        "month": report.month,
        "complete_through": report.through.isoformat(),
        "tolerance_percent": tolerance,
        "totals": {
            "ledger_usd": ledger,
            "bill_usd": bill,
            "drift_usd": ledger - bill,
            "percent": _percent(ledger, bill),
        },
        "rows": [_row(row, tolerance) for row in report.rows],
        "beyond_tolerance": len(off(report, tolerance)),
        "other_services_usd": report.other_services_usd,
        "credits_taxes_and_fees_usd": report.not_usage_usd,
        "billed_by_others_usd": dict(sorted(report.elsewhere_usd.items())),
        "stored": effects is not None,
        "alerts_only": [{"budget_id": budget, "reason": reason} for budget, reason in effects or ()],
    }


def _row(row: "Row", tolerance: Decimal) -> dict[str, Any]:
    return {
        "day": row.day.isoformat(),
        "provider": row.provider,
        "model": row.name,
        "ledger_models": sorted(row.models),
        "bill_name": row.bill_name or None,
        "usage_types": sorted(row.usage_types),
        "ledger_usd": row.ledger_usd,
        "bill_usd": row.bill_usd,
        "drift_usd": row.drift_usd,
        "percent": _rounded(row.percent),
        "records": row.records,
        "unpriced": row.unpriced,
        "reason": row.why.name.lower(),
        "explanation": row.why.value,
        "compared": row.compared,
        "beyond_tolerance": row.compared and row.beyond(tolerance),
    }


def lines(report: "Report", tolerance: Decimal, *, every: bool, effects: Effects | None) -> Iterator["RenderableType"]:
    """The rows that want attention (or all), then the sums, then what follows."""
    found = off(report, tolerance)
    wanted = list(report.rows) if every else found
    if wanted:
        yield _table(wanted)
        yield ""
        yield from (f"{why.name.lower():10} {why.value}" for why in sorted({row.why for row in wanted}, key=str))
        yield ""
    yield _sums(report)
    yield from _beside(report)
    said = f"{count(len(found), 'row')} of {len(report.rows):,} beyond" if found else "Nothing is beyond"
    yield f"{said} the tolerance of {tolerance.normalize():f} % of the bill, or a cent."
    if effects is not None:
        yield ""
        yield from _effects(effects)


def _sums(report: "Report") -> str:
    ledger, bill = report.totals
    percent = _percent(ledger, bill)
    drift = _signed(ledger - bill)
    share = "" if percent is None else f" ({percent:+.2f} %)"
    period = f"{report.month} through {report.through:%m-%d}"
    return f"{period}: ledger {format_usd(ledger)}, bill {format_usd(bill)}, drift {drift}{share}."


def _beside(report: "Report") -> Iterator[str]:
    late = [row for row in report.rows if not row.compared]
    if late:
        sums = (sum((getattr(row, side) for row in late), Decimal(0)) for side in ("ledger_usd", "bill_usd"))
        of_ledger, of_bill = map(format_usd, sums)
        yield f"Not compared, as one side is not complete: ledger {of_ledger}, bill {of_bill}."
    for provider, usd in sorted(report.elsewhere_usd.items()):
        yield f"Billed by others: {safe(provider)}, {format_usd(usd)} in the ledger."
    rest, apart = format_usd(report.other_services_usd), _signed(report.not_usage_usd)
    yield f"The bill has {rest} of other services, and {apart} of credits, taxes, fees and refunds."


def _effects(effects: Effects) -> Iterator[str]:
    yield "Stored: the kill switch goes by it from its next look on (within five minutes)."
    if not effects:
        yield "No budget is in doubt: hard limits act."
    for budget, reason in effects:
        yield f"  {budget}: hard limit only alerts: {reason}"
    if effects:
        yield "What is down already stays down until it is released: spendplane release BUDGET"


def _table(rows: Sequence["Row"]) -> "Table":
    figures = ("Ledger", "Bill", "Drift", "%")
    made = output.table("Day", "Model", *figures, "Reason", right=figures, fold=("Model",))
    for row in rows:
        percent = "" if row.percent is None else f"{row.percent:+,.1f}"
        amounts = (format_usd(row.ledger_usd), format_usd(row.bill_usd), _signed(row.drift_usd))
        made.add_row(f"{row.day:%m-%d}", safe(f"{row.provider} {row.name}"), *amounts, percent, row.why.name.lower())
    return made


def _signed(usd: Decimal) -> str:
    return ("+" if usd > 0 else "-" if usd < 0 else "") + format_usd(abs(usd))


def _percent(ledger: Decimal, bill: Decimal) -> Decimal | None:
    return _rounded((ledger - bill) * 100 / bill) if bill else None


def _rounded(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else percent.quantize(Decimal("0.01"))
