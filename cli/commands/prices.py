"""`spendplane prices`: what a call costs, where the figure comes from, and AWS's own prices of instances."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import output, pricelines, refreshing
from cli.calculation import BUCKETS, Calculation, CalculationError, calculate
from cli.context import session
from cli.errors import Exit
from cli.options import EPILOG, JsonOption, PricesOption
from cli.records import STDIN, Found, read

if TYPE_CHECKING:
    from rich.table import Table

    from spendplane.application.ports import PriceBook

app = typer.Typer(help="Prices, as the meter applies them.", no_args_is_help=True)

_BUCKETS = "Tokens, in disjoint buckets"
Tokens = Annotated[int | None, typer.Option(min=0, metavar="TOKENS", rich_help_panel=_BUCKETS)]
Output = Annotated[int | None, typer.Option("--output", min=0, metavar="TOKENS", rich_help_panel=_BUCKETS)]
Reasoning = Annotated[
    int | None, typer.Option(min=0, metavar="TOKENS", help="A part of --output.", rich_help_panel=_BUCKETS)
]
Calls = Annotated[
    Path | None, typer.Argument(metavar="FILE", help="Calls as JSON Lines, a JSON array or one object; - for stdin.")
]
Provider = Annotated[str | None, typer.Option(metavar="NAME", help="Such as aws.bedrock, openai, anthropic.")]
Model = Annotated[str | None, typer.Option(metavar="ID", help="Model id, or the ARN of an inference profile.")]
Time = Annotated[str | None, typer.Option(metavar="TIME", help="When, with offset. (Default: now.)")]
Region = Annotated[str | None, typer.Option(metavar="REGION", help="Where it was called.")]
Tier = Annotated[str | None, typer.Option(metavar="TIER", help="Such as batch. (Default: standard.)")]
Project = Annotated[str | None, typer.Option(metavar="ID", help="For contract prices of one project.")]
Cost = Annotated[str | None, typer.Option(metavar="USD", help="What the producer says it costs.")]

app.command("refresh", epilog=EPILOG)(refreshing.refresh)


@app.command("calc", epilog=EPILOG)
def calc(
    context: typer.Context,
    file: Calls = None,
    provider: Provider = None,
    model: Model = None,
    input_uncached: Tokens = None,
    cache_read: Tokens = None,
    cache_write_5m: Tokens = None,
    cache_write_1h: Tokens = None,
    output_tokens: Output = None,
    reasoning: Reasoning = None,
    time: Time = None,
    region: Region = None,
    service_tier: Tier = None,
    project: Project = None,
    cost_usd: Cost = None,
    prices: PricesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Calculate what calls cost: one by options, or many as JSON Lines.

    A line is an object: {provider, model, usage: {input_uncached, cache_read, cache_write_5m, cache_write_1h, output,
    reasoning}, time, region, service_tier, project_id, cost_usd}; the buckets may also stand beside the model. A bad
    line is told with its number and the others go on; the command then ends with 3. `usd` is null where no price is
    known.
    """
    tokens = (input_uncached, cache_read, cache_write_5m, cache_write_1h, output_tokens, reasoning)
    buckets = {name: count for name, count in zip(BUCKETS, tokens, strict=True) if count is not None}
    said = {"provider": provider, "model": model, "time": time, "region": region, "service_tier": service_tier,
            "project_id": project, "cost_usd": cost_usd, **buckets}  # fmt: skip
    given = {name: value for name, value in said.items() if value is not None}
    run = session(context)
    _answer(_calls(file, given), run.prices(prices), run.now(), as_json=as_json, by_options=bool(given))


def _answer(calls: list[Found], book: "PriceBook", now: datetime, *, as_json: bool, by_options: bool) -> None:
    failed = False
    for call in calls:
        result = _result(call, book, now)
        if isinstance(result, Calculation):
            _tell(result, call.line, as_json=as_json, many=len(calls) > 1)
        elif by_options:
            raise typer.BadParameter(result)
        else:
            failed = True
            _tell_bad(call.line, result, as_json=as_json)
    if failed:
        raise typer.Exit(Exit.FOUND)


def _result(call: Found, book: "PriceBook", now: datetime) -> Calculation | str:
    """The calculation, or why there is none."""
    if call.error:
        return call.error
    try:
        return calculate(call.value, book, now)
    except CalculationError as error:
        return str(error)


def _calls(file: Path | None, given: dict[str, Any]) -> list[Found]:
    if given and file:
        raise typer.BadParameter("give a call by options or a FILE, not both")
    if given:
        return [Found(1, given)]
    if file is None and sys.stdin.isatty():
        raise typer.BadParameter("give --provider, --model and tokens, or a FILE with JSON Lines (- for stdin)")
    return read(file or STDIN)


def _tell_bad(line: int, error: str, *, as_json: bool) -> None:
    if as_json:
        output.print_json_line({"line": line, "usd": None, "error": error})
    output.err(f"line {line}: {output.safe(error)}", style="red")


def _tell(result: Calculation, line: int, *, as_json: bool, many: bool) -> None:
    if as_json:
        output.print_json_line(_object(result, line))
    elif many:
        event = result.event
        usd = "no price" if result.usd is None else f"${output.plain(result.usd)}"
        typer.echo(output.safe(f"{line:>5}  {usd:>16}  {event.provider} {event.model}  ({result.price})"))
    else:
        output.out(*_lines(result))


def _lines(result: Calculation) -> "list[str | Table]":
    source: list[str | Table] = ["", output.facts([("price from", output.safe(result.price))])]
    if result.lines:
        return [pricelines.to_table(result.lines, result.usd), *source]
    return ["No price is known." if result.usd is None else f"${output.plain(result.usd)}", *source]


def _object(result: Calculation, line: int) -> dict[str, Any]:
    event = result.event
    return {
        "line": line,
        "provider": event.provider,
        "model": event.model,
        "time": event.time,
        "usd": result.usd,
        "price": result.price,
        "lines": pricelines.to_objects(result.lines),
    }
