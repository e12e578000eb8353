"""How budgets stand, as a table with bars."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from cli.output import minute, safe, table
from cli.standing_objects import rounded
from spendplane.domain.counters import CounterRef
from spendplane.domain.limits import State
from spendplane.domain.money import format_usd
from spendplane.domain.periods import Period, Window

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from spendplane.application.books.status import Standing

STYLES = {State.OK: "green", State.SOFT: "yellow", State.HARD: "bold red", State.TRACKED: "cyan"}
BAR_CELLS = 10
NARROW_BAR_CELLS = 6
FULL_WIDTH = 120
"""Columns from which on the table also shows alerts and pace, and longer bars."""
_NONE: Mapping[CounterRef, str] = {}


def to_table(
    standings: Iterable["Standing"], top: int, width: int, switches: Mapping[CounterRef, str] = _NONE
) -> "Table":
    """A line per counter; of each per-key budget the `top` largest (0: all), under a line that names it.

    `switches` says how the kill switches stand that are not off. Where there is none, no column is spent on them, and
    where there is little room, they take that of the bars.
    """
    full = width >= FULL_WIDTH
    bars = [BAR_CELLS] if full else [] if switches else [NARROW_BAR_CELLS]
    columns = ["Budget", "Period", "Spent", "Limit", "Used", *([""] if bars else []), "State"]
    columns += [*(["Switch"] if switches else []), *(["Alerts", "Pace"] if full else [])]
    made = table(*columns, right=("Spent", "Used"), fold=("Budget", "Switch", "Pace"))
    for budget, found in groupby(standings, key=lambda item: item.budget):
        group = list(found)
        if budget.per:
            made.add_row(f"{safe(budget.id)} per {budget.per}", _short(group[0].counter.ref.window), style="dim")
        shown = group[:top] if budget.per and top else group
        for standing in shown:
            switch = [safe(switches.get(standing.counter.ref, ""))] if switches else []
            made.add_row(*_cells(standing, bars), *switch, *(_outlook(standing) if full else []))
        if len(shown) < len(group):
            made.add_row(f"  … {len(group) - len(shown):,} more: --top 0", style="dim")
    return made


def _cells(standing: "Standing", bars: Sequence[int]) -> list["str | Text"]:
    from rich.text import Text

    ref, style = standing.counter.ref, STYLES[standing.state]
    keyed = ref.key is not None
    cells: list[str | Text] = [
        f"  {safe(ref.key)}" if keyed else safe(ref.budget_id),
        "" if keyed else _short(ref.window),
        format_usd(standing.counter.spend.usd) + ("+" if standing.counter.unpriced else ""),
        limit(standing),
        "" if standing.percent is None else f"{rounded(standing.percent, '0.1'):,f}%",
        *(Text(bar(standing.percent, cells), style=style) for cells in bars),
        Text(standing.state.value, style=style),
    ]
    return cells


def _outlook(standing: "Standing") -> list[str]:
    raised = " ".join(f"{percent}%" for percent in sorted({percent for percent, _ in standing.alerts}))
    return [raised, _pace(standing)]


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
