"""`spendplane rebuild`: counters recomputed from the ledger."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import output
from cli.context import session
from cli.errors import Exit
from cli.options import JsonOption

if TYPE_CHECKING:
    from spendplane.application.books.rebuild import Difference, MendReport, RebuildReport
    from spendplane.domain.counters import CounterRef


def rebuild(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Compare only (the default); ends with 3 on differences.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Add to each counter what it lacks.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Recompute every counter from the ledger, and compare. Reads the whole table.

    A counter that grows while the rows are read is read anew, three times in all: what is on its way is no difference.
    Counters that began before the oldest row that is kept (45 days) cannot be verified.
    """
    from spendplane.application.books.rebuild import Mend, Rebuild
    from spendplane.bootstrap import judge

    if check and fix:
        raise typer.BadParameter("--check only compares, --fix also writes: choose one")
    run = session(context)
    ports = run.ports()
    with output.counting("reading the ledger") as progress:
        report = Rebuild(ports.ledger)(run.now(), progress)
    mended = Mend(ports.ledger, judge(ports), ports.retry)(report, run.now()) if fix else None
    if as_json:
        output.print_json(_object(report, mended))
    else:
        _tell(report, mended)
    if report.differences and not fix:
        raise typer.Exit(Exit.FOUND)


def _object(report: "RebuildReport", mended: "MendReport | None") -> dict[str, Any]:
    return {
        "rows": report.rows,
        "counters": report.counters,
        "ledger_usd": report.ledger_usd,
        "differences": [_difference(item) for item in report.differences],
        "unverifiable": [_ref(ref) for ref in report.unverifiable],
        "moving": [_ref(ref) for ref in report.moving],
        "fixed": mended.fixed if mended else 0,
        "outrun": mended.outrun if mended else 0,
        "alerts": mended.alerts if mended else 0,
    }


def _ref(ref: "CounterRef") -> dict[str, Any]:
    window = ref.window
    return {"budget_id": ref.budget_id, "key": ref.key, "period": window.period.value, "period_start": window.start}


def _difference(item: "Difference") -> dict[str, Any]:
    live, missing = item.live, item.missing
    return {
        **_ref(item.ref),
        "counter": {
            "usd": live.spend.usd,
            "tokens": live.spend.tokens,
            "requests": live.spend.requests,
            "unpriced": live.unpriced,
        },
        "missing": {
            "usd": missing.usd,
            "tokens": missing.tokens,
            "requests": missing.requests,
            "unpriced": missing.unpriced,
        },
    }


def _tell(report: "RebuildReport", mended: "MendReport | None") -> None:
    rows, counters = output.count(report.rows, "row"), output.count(report.counters, "counter")
    read = f"{rows} (${output.plain(report.ledger_usd)}) and {counters} read"
    if report.unverifiable:
        read += f"; {output.count(len(report.unverifiable), 'counter')} not compared: older than the ledger"
    if report.moving:
        read += f"; {output.count(len(report.moving), 'counter')} not compared: they grew too fast, try again later"
    if not report.differences:
        output.out(f"The counters agree with the ledger to the last digit: {read}.")
        return
    names = ("$ missing", "Requests", "Tokens", "Unpriced")
    made = output.table("Counter", "Period", *names, right=names, fold=("Counter",))
    for item in report.differences:
        ref, missing = item.ref, item.missing
        name = ref.budget_id + ("" if ref.key is None else f" {output.safe(ref.key)}")
        usd = ("+" if missing.usd > 0 else "") + output.plain(missing.usd)
        counts = [f"{count:+,}" if count else "0" for count in (missing.requests, missing.tokens, missing.unpriced)]
        made.add_row(name, str(ref.window), usd, *counts)
    output.out(made, "")
    found = f"{output.count(len(report.differences), 'counter')} not as the ledger says; {read}."
    output.out(f"{found} {_mended(mended) if mended else 'Mend: spendplane rebuild --fix'}")


def _mended(mended: "MendReport") -> str:
    told = f"Fixed: {mended.fixed:,}."
    if mended.outrun:
        told += f" Mended by somebody else meanwhile: {mended.outrun:,}; look again: spendplane rebuild --check."
    return f"{told} {output.count(mended.alerts, 'alert')} raised." if mended.alerts else told
