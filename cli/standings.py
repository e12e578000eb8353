"""How budgets stand, as JSON objects and as a table with bars."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from cli.output import minute, safe, table
from spendplane.domain.alerts import Pace, alert_id
from spendplane.domain.counters import MODEL_LABEL, USER_LABEL
from spendplane.domain.limits import State
from spendplane.domain.money import format_usd
from spendplane.domain.periods import Period, Window

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from spendplane.application.status import Standing

STYLES = {State.OK: "green", State.SOFT: "yellow", State.HARD: "bold red", State.TRACKED: "cyan"}
BAR_CELLS = 10
NARROW_BAR_CELLS = 6
FULL_WIDTH = 120
"""Columns from which on the table also shows alerts and pace, and longer bars."""
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
_KINDS = {USER_LABEL: "user", MODEL_LABEL: "model"}


def to_object(standing: "Standing") -> dict[str, Any]:
    """One counter against its budget. `percent` is of the tightest limit (`unit`), null where there is none."""
    budget, counter, window = standing.budget, standing.counter, standing.counter.ref.window
    closest = standing.closest
    return {
        "budget_id": budget.id,
        "key": counter.ref.key,
        "per": budget.per,
        "period": window.period.value,
        "period_start": window.start,
        "period_end": window.end,
        "limit_usd": budget.limits.usd,
        "limit_tokens": budget.limits.tokens,
        "limit_requests": budget.limits.requests,
        "spent_usd": counter.spend.usd,
        "tokens": counter.spend.tokens,
        "requests": counter.spend.requests,
        "percent": None if closest is None else rounded(closest.percent),
        "unit": closest.unit if closest else None,
        "state": standing.state.value,
        "alerts": alerts(standing),
        "unpriced_events": counter.unpriced,
        "revision": budget.revision,
        "mode": budget.mode,
        "on_hard_limit": budget.on_hard_limit,
        "owner": budget.owner,
        **_pace_object(standing.pace),
        "contributors": [{"kind": kind, "name": name, "usd": usd} for kind, name, usd in contributors(standing)],
    }


def _pace_object(pace: "Pace | None") -> dict[str, Any]:
    end = pace.period_end_percent if pace else None
    return {
        "per_hour": rounded(pace.per_hour, "0.000001") if pace else None,
        "limit_reached_at": pace.reached_at if pace else None,
        "period_end_percent": None if end is None else rounded(end),
    }


def alerts(standing: "Standing") -> list[dict[str, Any]]:
    """The alerts raised in this period, lowest threshold first."""
    ref = standing.counter.ref
    return [
        {"threshold_percent": percent, "revision": revision, "alert_id": alert_id(ref, percent, revision)}
        for percent, revision in standing.alerts
    ]


def contributors(standing: "Standing") -> list[tuple[str, str, Decimal]]:
    """(kind, name, dollars), the largest first."""
    shares = sorted(standing.counter.contributors.items(), key=lambda item: item[1], reverse=True)
    return [(_KINDS.get(label[:2], "other"), label[2:], usd) for label, usd in shares]


def rounded(value: Decimal, places: str = "0.01") -> Decimal:
    """For reading; half to even."""
    return value.quantize(Decimal(places), context=_WIDE)


def to_table(standings: Iterable["Standing"], top: int, width: int) -> "Table":
    """A line per counter; of each per-key budget the `top` largest (0: all), under a line that names it."""
    full = width >= FULL_WIDTH
    columns = ["Budget", "Period", "Spent", "Limit", "Used", "", "State", *(["Alerts", "Pace"] if full else [])]
    made = table(*columns, right=("Spent", "Used"), fold=("Budget", "Pace"))
    for budget, found in groupby(standings, key=lambda item: item.budget):
        group = list(found)
        if budget.per:
            made.add_row(f"{safe(budget.id)} per {budget.per}", _short(group[0].counter.ref.window), style="dim")
        shown = group[:top] if budget.per and top else group
        for standing in shown:
            made.add_row(*_cells(standing, full=full))
        if len(shown) < len(group):
            made.add_row(f"  … {len(group) - len(shown):,} more: --top 0", style="dim")
    return made


def _cells(standing: "Standing", *, full: bool) -> list["str | Text"]:
    from rich.text import Text

    ref, style = standing.counter.ref, STYLES[standing.state]
    keyed = ref.key is not None
    cells: list[str | Text] = [
        f"  {safe(ref.key)}" if keyed else safe(ref.budget_id),
        "" if keyed else _short(ref.window),
        format_usd(standing.counter.spend.usd) + ("+" if standing.counter.unpriced else ""),
        limit(standing),
        "" if standing.percent is None else f"{rounded(standing.percent, '0.1'):,f}%",
        Text(bar(standing.percent, BAR_CELLS if full else NARROW_BAR_CELLS), style=style),
        Text(standing.state.value, style=style),
    ]
    if full:
        raised = " ".join(f"{percent}%" for percent in sorted({percent for percent, _ in standing.alerts}))
        cells += [raised, _pace(standing)]
    return cells


def bar(percent: Decimal | None, cells: int) -> str:
    """Rounded down: only a limit that is reached fills the bar."""
    if percent is None:
        return ""
    full = min(cells, int(percent * cells / 100))
    return "█" * full + "░" * (cells - full)


def limit(standing: "Standing") -> str:
    """The tightest limit; where it is not in dollars, with what is used of it."""
    closest = standing.closest
    if closest is None:
        return "none"
    if closest.unit == "usd":
        whole = closest.limit == closest.limit.to_integral_value()
        return f"${closest.limit:,.0f}" if whole else format_usd(closest.limit)
    return f"{closest.used:,f} of {closest.limit:,f} {closest.unit}"


def _pace(standing: "Standing") -> str:
    pace = standing.pace
    if pace is None or standing.state is State.HARD:
        return ""
    if pace.reached_at:
        return f"limit at {minute(pace.reached_at)}"
    return "" if pace.period_end_percent is None else f"ends at {rounded(pace.period_end_percent, '1'):,f} %"


def _short(window: Window) -> str:
    if window.period is Period.TOTAL:
        return "all time"
    if window.period is Period.MONTHLY:
        return f"{window.start:%Y-%m}"
    return f"{'wk ' if window.period is Period.WEEKLY else ''}{window.start:%m-%d}"


def unpriced_note(standings: Sequence["Standing"]) -> str:
    """Why a figure with a plus is not all; empty where every price is known."""
    lacking = [item for item in standings if item.counter.unpriced]
    if not lacking:
        return ""
    most = max(item.counter.unpriced for item in lacking)
    return (
        f"+ up to {most:,} records without a known price are missing: add it to prices.yaml, then `spendplane reprice`"
    )
