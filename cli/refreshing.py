"""`spendplane prices refresh`: AWS's own prices of instances, into a file that goes before the shipped ones."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import output
from cli.context import Session, session
from cli.errors import Failure
from cli.files import prices_path
from cli.options import JsonOption

if TYPE_CHECKING:
    from spendplane.contract.instance_prices_file import InstancePricesFile

INSTANCE_PRICES = "instance_prices.json"

Regions = Annotated[
    list[str] | None,
    typer.Option("--region", metavar="REGION", help="May be given again. (Default: that of AWS_REGION.)"),
]
To = Annotated[
    Path | None,
    typer.Option("--to", metavar="FILE", help=f"Where to write it. (Default: {INSTANCE_PRICES} beside prices.yaml.)"),
]


def refresh(context: typer.Context, region: Regions = None, to: To = None, as_json: JsonOption = False) -> None:
    """Read what SageMaker instances cost an hour from AWS's Price List API.

    The file goes before the prices that ship with Spendplane, once it is deployed (`cdk deploy --all`). Needs the
    permission pricing:GetProducts. When the API cannot be reached, nothing is written and what held before holds on.
    """
    from spendplane.contract.instance_prices_file import dump

    run = session(context)
    wanted = region or [_own_region(run)]
    target = to or _default()
    found = _fetched(run, wanted)
    empty = [name for name in wanted if not any(price.region == name for price in found.prices)]
    if empty:
        raise Failure(f"AWS lists no prices of SageMaker instances for {', '.join(empty)}", "check the Region's name")
    target.write_text(dump(found), encoding="utf-8")
    if as_json:
        output.print_json_line({"file": str(target), "regions": wanted, "prices": len(found.prices)})
    else:
        output.out(
            f"{len(found.prices)} prices for {', '.join(wanted)} are in {target}. They hold from the next deployment."
        )


def _fetched(run: Session, regions: list[str]) -> "InstancePricesFile":
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as CannotConnect

    from spendplane.adapters.price_list_api import fetch

    try:
        return fetch(run.clients("pricing"), regions, run.now())
    except (CannotConnect, HTTPClientError) as error:
        raise Failure(
            f"AWS's Price List API cannot be reached, so the prices stay as they were: {error}",
            "try again from a network that reaches api.pricing.us-east-1.amazonaws.com",
        ) from error
    except ClientError as error:
        said = error.response["Error"]
        raise Failure(
            f"AWS's Price List API refuses, so the prices stay as they were: {said.get('Message') or said.get('Code')}",
            "give these credentials pricing:GetProducts, or use others (AWS_PROFILE)",
        ) from error


def _own_region(run: Session) -> str:
    client: Any = run.clients("events")
    return str(client.meta.region_name)


def _default() -> Path:
    """Beside the prices.yaml that is deployed: it goes with the code from there."""
    beside = prices_path(None)
    return beside.with_name(INSTANCE_PRICES) if beside else Path(INSTANCE_PRICES)
