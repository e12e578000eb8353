"""Prices of calls: the buckets and the price line by line, so that a bill can be checked by hand."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from cli import output, pricelines
from cli.calculation import Calculation, CalculationError, calculate
from cli.errors import Exit
from cli.records import Found

if TYPE_CHECKING:
    from rich.table import Table

    from spendplane.application.ports import PriceBook


def answer(calls: list[Found], book: "PriceBook", now: datetime, *, as_json: bool, by_options: bool) -> None:
    """Tells each call's price; a bad one is told too, and the command ends with 3 (or 2, if options gave it)."""
    failed = False
    for call in calls:
        result = _result(call, book, now)
        if isinstance(result, Calculation):
            _tell(result, call.line, as_json=as_json, many=len(calls) > 1)
        elif by_options:
            raise typer.BadParameter(result)
        else:
            failed = True
            _tell_bad(call.line, result, as_json=as_json, many=len(calls) > 1)
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


def _tell_bad(line: int, error: str, *, as_json: bool, many: bool) -> None:
    if as_json:
        output.print_json_line({"line": line, "usd": None, "error": error})
    output.err(f"line {line}: {output.safe(error)}" if many else output.safe(error), style="red")


def _tell(result: Calculation, line: int, *, as_json: bool, many: bool) -> None:
    if as_json:
        output.print_json_line(_object(result, line))
    elif many:
        for each in (result, *result.others):
            usd = "no price" if each.usd is None else f"${output.plain(each.usd)}"
            named = f"{each.event.provider} {each.event.model}"
            typer.echo(output.safe(f"{line:>5}  {usd:>16}  {named}  ({each.price})"))
    else:
        output.out(*_lines(result))


def _lines(result: Calculation) -> "list[str | Table]":
    told: list[str | Table] = []
    for each in (result, *result.others):
        told += ["", *_one(each)] if told else _one(each)
    return told


def _one(result: Calculation) -> "list[str | Table]":
    if result.lines:
        made: str | Table = pricelines.to_table(result.lines, result.usd)
    else:
        made = "No price is known." if result.usd is None else f"${output.plain(result.usd)}"
    return [made, "", output.facts([(name, output.safe(text)) for name, text in _facts(result)])]


def _facts(result: Calculation) -> list[tuple[str, str]]:
    """Where the price comes from; of a payload also what it said, and the buckets that no line of the price tells."""
    from spendplane.domain.rating import BUCKETS

    event, said = result.event, result.reported
    facts = [("price from", result.price)]
    if said is not None or result.usd is None:
        priced = {line.bucket for line in result.lines} | ({"images", *BUCKETS} if result.lines else set())
        used = {name: value for name, value in _used(result).items() if name not in priced}
        facts += [(name, f"{value:,}" if isinstance(value, int) else value) for name, value in used.items()]
        facts = [("call", f"{event.provider} {event.model}"), *facts]
    if said is not None:
        named = ("request_id", "service_tier", "region", "outcome")
        facts += [(name, value) for name in named if (value := getattr(said, name)) is not None]
        facts += [("note", note) for note in said.notes]
    return facts


def _used(result: Calculation) -> dict[str, Any]:
    return {name: value for name, value in asdict(result.event.usage).items() if value}


def _object(result: Calculation, line: int) -> dict[str, Any]:
    said = result.reported
    return {
        "line": line,
        **_priced(result),
        "request_id": said and said.request_id,
        "notes": said.notes if said else [],
        "others": [_priced(other) for other in result.others],
    }


def _priced(result: Calculation) -> dict[str, Any]:
    event = result.event
    return {
        "provider": event.provider,
        "model": event.model,
        "time": event.time,
        "service_tier": event.service_tier,
        "region": event.region,
        "usage": _used(result),
        "usd": result.usd,
        "price": result.price,
        "lines": pricelines.to_objects(result.lines),
    }
