"""A session over AWS. Everything is imported where it is used first: most commands need little of it."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.context import Session
from cli.files import prices_path
from cli.settings import Settings

if TYPE_CHECKING:
    from spendplane.application.books.archive import Replays
    from spendplane.application.idle.idle_report import IdleAudit
    from spendplane.application.idle.monthly_costs import MonthlyCosts
    from spendplane.application.ports import PriceBook
    from spendplane.application.ports.drifts import Drifts
    from spendplane.application.ports.switches import Switches
    from spendplane.application.sources.hours import HoursBook
    from spendplane.application.tag_audit import TaggedAccount
    from spendplane.bootstrap import Ports
    from spendplane.domain.tagging import Resource


def live_session(settings: Settings, *, debug: bool = False) -> Session:
    """Over AWS, by the environment's credentials and endpoints."""
    return Session(
        settings=settings,
        make_ports=_ports,
        make_switches=_switches,
        make_prices=_prices,
        clients=_client,
        now=lambda: datetime.now(UTC),
        debug=debug,
        make_tagged_account=_tagged_account,
        make_idle_audit=_idle_audit,
        monthly_cost=_monthly_cost,
        make_hours=_hours,
        make_drifts=_drifts,
        make_replays=_replays,
    )


@cache
def _ports(settings: Settings) -> "Ports":
    from spendplane.bootstrap import aws_ports

    return aws_ports(settings.table, settings.bus)


def _switches(settings: Settings) -> "Switches":
    from spendplane.adapters.dynamodb.switches import DynamoSwitches
    from spendplane.bootstrap import dynamo_table

    return DynamoSwitches(dynamo_table(settings.table))


def _prices(path: Path | None) -> "PriceBook":
    from spendplane.bootstrap import price_book

    return price_book(path)


def _client(service: str) -> Any:  # boto3 makes its clients at run time
    from spendplane.bootstrap import client

    if service == "lambda":
        from cli.asking import patient_client

        return patient_client()
    if service == "pricing":
        from spendplane.adapters.price_list_api import REGION

        return client(service, REGION)
    return client(service)


def _tagged_account() -> "TaggedAccount":
    from spendplane.bootstrap import tagged_account

    return tagged_account()


def _idle_audit(prices: Path | None) -> "IdleAudit":
    from spendplane.bootstrap import idle_audit

    return idle_audit(_instance_prices(prices))


def _monthly_cost(resource: "Resource") -> Decimal | None:
    return _monthly_costs()(resource)


@cache
def _monthly_costs() -> "MonthlyCosts":
    from spendplane.bootstrap import monthly_costs

    return monthly_costs(_instance_prices(prices_path(None)))


def _instance_prices(prices: Path | None) -> Path | None:
    """What `spendplane prices refresh` writes beside it."""
    return prices.with_name("instance_prices.json") if prices else None


def _hours(settings: Settings) -> "HoursBook":
    from spendplane.adapters.dynamodb.hours import DynamoHoursBook
    from spendplane.bootstrap import dynamo_table

    return DynamoHoursBook(dynamo_table(settings.table))


def _drifts(settings: Settings) -> "Drifts":
    from spendplane.adapters.dynamodb.drifts import DynamoDrifts
    from spendplane.bootstrap import dynamo_table

    return DynamoDrifts(dynamo_table(settings.table))


def _replays(settings: Settings) -> "Replays":
    from spendplane.adapters.dynamodb.replays import DynamoReplays
    from spendplane.bootstrap import dynamo_table

    return DynamoReplays(dynamo_table(settings.table))
