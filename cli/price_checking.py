"""`spendplane prices check`: the price book against a second source, and against what providers offer now."""

from pathlib import Path
from typing import Annotated

import typer

from cli import output
from cli.context import session
from cli.errors import Exit
from cli.options import JsonOption, PricesOption

DATA = Path(__file__).parents[1] / "bench" / "data"

Second = Annotated[
    Path | None,
    typer.Option("--second-source", metavar="FILE", help="litellm's price list. (Default: the copy in bench/data.)"),
]
ReasonsFile = Annotated[
    Path | None,
    typer.Option("--reasons", metavar="FILE", help="Why they differ. (Default: bench/data/price_reasons.yaml.)"),
]
Models = Annotated[
    Path | None,
    typer.Option("--models", metavar="FILE", help="Current ids. (Default: bench/data/current_models.json.)"),
]
Page = Annotated[Path | None, typer.Option("--report", metavar="FILE", help="Write it as a Markdown page, too.")]


def check(
    context: typer.Context,
    second_source: Second = None,
    reasons: ReasonsFile = None,
    models: Models = None,
    report: Page = None,
    prices: PricesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the price book with a second source, bucket by bucket, tier by tier.

    Ends with 3 when there is a difference that nobody has explained, or an explanation that explains nothing any more.
    """
    from cli import price_check, price_coverage, price_report
    from cli import second_source as second

    run = session(context)
    book, now = run.prices(prices), run.now()
    version, listed = second.read(second_source or DATA / "litellm_prices.json")
    known = price_check.load_reasons(reasons or DATA / "price_reasons.yaml")
    compared = price_check.compare(listed, book, known, now)
    used = {reason.key + reason.tier + reason.bucket for _, reason in compared.explained}
    idle = [reason for reason in known if reason.key + reason.tier + reason.bucket not in used]
    current = price_coverage.coverage(price_coverage.load(models or DATA / "current_models.json"), book, now)
    found = price_report.Report(version, compared, idle, current)
    if report:
        report.write_text(price_report.to_page(found), encoding="utf-8")
    if as_json:
        output.print_json(price_report.to_object(found))
    else:
        output.out(*price_report.to_lines(found))
    if found.wants_attention:
        raise typer.Exit(Exit.FOUND)
