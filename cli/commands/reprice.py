"""`spendplane reprice`: unpriced rows get their price, once each."""

from typing import TYPE_CHECKING

import typer

from cli import output
from cli.context import session
from cli.options import JsonOption, PricesOption

if TYPE_CHECKING:
    from spendplane.application.books.reprice import RepriceReport


def reprice(context: typer.Context, prices: PricesOption = None, as_json: JsonOption = False) -> None:
    """Give unpriced rows the price that is known by now, add it to their counters, and judge these.

    Each row is rated once, at its own time; running it twice, or at two places, changes nothing more. Rows that have a
    price keep it.
    """
    from spendplane.application.books.reprice import Reprice
    from spendplane.bootstrap import judge

    run = session(context)
    ports = run.priced_ports(prices)
    use_case = Reprice(ports.ledger, ports.prices, judge(ports), ports.retry)
    with output.counting("reading unpriced rows") as progress:
        report = use_case(run.now(), progress)
    if as_json:
        output.print_json(_object(report))
    else:
        _tell(report)


def _object(report: "RepriceReport") -> dict[str, object]:
    waiting = report.still_unpriced or {}
    return {
        "rated": report.rated,
        "usd": report.usd,
        "alerts": report.alerts,
        "still_unpriced": [{"model": name, "rows": rows} for name, rows in sorted(waiting.items())],
    }


def _tell(report: "RepriceReport") -> None:
    waiting = report.still_unpriced or {}
    if not report.rated and not waiting:
        output.out("Nothing to do: every row has a price.")
        return
    raised = output.count(report.alerts, "alert")
    output.out(f"Rated {output.count(report.rated, 'row')}: ${output.plain(report.usd)} in all; {raised} raised.")
    if waiting:
        output.out("", "Still without a price (add them to prices.yaml):")
        made = output.table("Provider and model", "Rows", right=("Rows",), fold=("Provider and model",))
        for name, rows in sorted(waiting.items()):
            made.add_row(output.safe(name), f"{rows:,}")
        output.out(made)
