"""`spendplane prices`: what a call costs, where the figure comes from, and AWS's own prices of instances."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import calculated, price_checking, refreshing, reported
from cli.context import session
from cli.options import EPILOG, JsonOption, PricesOption
from cli.records import STDIN, Found, read

app = typer.Typer(help="Prices, as the meter applies them.", no_args_is_help=True)

_BUCKETS = "Tokens, in disjoint buckets, and images"
_PAYLOAD = "A provider's own words"
Tokens = Annotated[int | None, typer.Option(min=0, metavar="TOKENS", rich_help_panel=_BUCKETS)]
Output = Annotated[int | None, typer.Option("--output", min=0, metavar="TOKENS", rich_help_panel=_BUCKETS)]
Reasoning = Annotated[
    int | None, typer.Option(min=0, metavar="TOKENS", help="A part of --output.", rich_help_panel=_BUCKETS)
]
Calls = Annotated[
    Path | None, typer.Argument(metavar="FILE", help="Calls as JSON Lines, a JSON array or one object; - for stdin.")
]
Images = Annotated[int | None, typer.Option(min=0, metavar="COUNT", rich_help_panel=_BUCKETS)]
Size = Annotated[str | None, typer.Option(metavar="SIZE", help="Such as 1024x1024.", rich_help_panel=_BUCKETS)]
Quality = Annotated[str | None, typer.Option(metavar="NAME", help="Such as premium.", rich_help_panel=_BUCKETS)]
Api = Annotated[str | None, typer.Option(metavar="NAME", help="Such as bedrock.converse.", rich_help_panel=_PAYLOAD)]
Payload = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="An answer, its usage, or its stream's events; - for stdin.", rich_help_panel=_PAYLOAD
    ),
]
Provider = Annotated[str | None, typer.Option(metavar="NAME", help="Such as aws.bedrock, openai, anthropic.")]
Model = Annotated[str | None, typer.Option(metavar="ID", help="Model id, or the ARN of an inference profile.")]
Time = Annotated[str | None, typer.Option(metavar="TIME", help="When, with offset. (Default: now.)")]
Region = Annotated[str | None, typer.Option(metavar="REGION", help="Where it was called.")]
Tier = Annotated[str | None, typer.Option(metavar="TIER", help="Such as batch. (Default: standard.)")]
Project = Annotated[str | None, typer.Option(metavar="ID", help="For contract prices of one project.")]
Cost = Annotated[str | None, typer.Option(metavar="USD", help="What the producer says it costs.")]

app.command("refresh", epilog=EPILOG)(refreshing.refresh)
app.command("check", epilog=EPILOG)(price_checking.check)


@app.command("calc", epilog=EPILOG)
def calc(
    context: typer.Context,
    file: Calls = None,
    provider: Provider = None,
    model: Model = None,
    api: Api = None,
    payload: Payload = None,
    input_uncached: Tokens = None,
    cache_read: Tokens = None,
    cache_write_5m: Tokens = None,
    cache_write_1h: Tokens = None,
    output_tokens: Output = None,
    reasoning: Reasoning = None,
    images: Images = None,
    image_size: Size = None,
    image_quality: Quality = None,
    time: Time = None,
    region: Region = None,
    service_tier: Tier = None,
    project: Project = None,
    cost_usd: Cost = None,
    prices: PricesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Calculate what calls cost: one by options, a provider's payload, or many as JSON Lines.

    A line is an object: {provider, model, usage: {input_uncached, cache_read, cache_write_5m, cache_write_1h, output,
    reasoning, images, …}, time, region, service_tier, project_id, cost_usd}; the buckets may also stand beside the
    model. Or {api, raw} in place of usage, `raw` being what the provider answered. A bad line is told with its number
    and the others go on; the command then ends with 3. `usd` is null where no price is known.
    """
    used = {"input_uncached": input_uncached, "cache_read": cache_read, "cache_write_5m": cache_write_5m,
            "cache_write_1h": cache_write_1h, "output": output_tokens, "reasoning": reasoning, "images": images,
            "image_size": image_size, "image_quality": image_quality}  # fmt: skip
    said = {"provider": provider, "model": model, "time": time, "region": region, "service_tier": service_tier,
            "project_id": project, "cost_usd": cost_usd, **used}  # fmt: skip
    given = {name: value for name, value in said.items() if value is not None}
    calls = _of_payload(api, payload, given) if api or payload else _calls(file, given)
    if file and (api or payload):
        raise typer.BadParameter("give a --payload or a FILE of calls, not both")
    run = session(context)
    by_options = bool(given) and api is None
    calculated.answer(calls, run.prices(prices), run.now(), as_json=as_json, by_options=by_options)


def _of_payload(api: str | None, payload: Path | None, given: dict[str, Any]) -> list[Found]:
    from spendplane.domain.payloads import APIS

    if api not in APIS:
        wrong = "--payload needs its --api" if api is None else f"unknown API {api!r}"
        raise typer.BadParameter(f"{wrong}; known: {', '.join(sorted(APIS))}")
    if payload is None:
        raise typer.BadParameter("--api needs its --payload FILE (- for stdin)")
    return [Found(1, {**given, "api": api, "raw": reported.payload(payload)})]


def _calls(file: Path | None, given: dict[str, Any]) -> list[Found]:
    if given and file:
        raise typer.BadParameter("give a call by options or a FILE, not both")
    if given:
        return [Found(1, given)]
    if file is None and sys.stdin.isatty():
        raise typer.BadParameter(
            "give --provider, --model and tokens, --api and --payload, or a FILE with JSON Lines (- for stdin)"
        )
    return read(file or STDIN)
