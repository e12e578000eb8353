"""What a command runs on: settings from the environment and the command line, and the ports they lead to."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cli.errors import Failure

if TYPE_CHECKING:
    from decimal import Decimal

    from spendplane.application.archive import Replays
    from spendplane.application.drifts import Drifts
    from spendplane.application.hours import HoursBook
    from spendplane.application.idle_report import IdleAudit
    from spendplane.application.monthly_costs import MonthlyCosts
    from spendplane.application.ports import PriceBook
    from spendplane.application.switches import Switches
    from spendplane.application.tag_audit import MonthlyCost, TaggedAccount
    from spendplane.bootstrap import Ports
    from spendplane.domain.tagging import Resource

PROJECT = Path(__file__).resolve().parents[1]
BUDGETS = "budgets.yaml"
PRICES = "prices.yaml"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where Spendplane is deployed. What is None is looked up by its usual name."""

    bus: str = "spendplane"
    table: str = "spendplane"
    queue_url: str | None = None
    oncall_topic_arn: str | None = None
    alerts_topic_arn: str | None = None
    enforce_function: str = "spendplane-enforce"


def _aws_tagged_account() -> "TaggedAccount":
    from spendplane.bootstrap import tagged_account

    return tagged_account()


def _aws_hours(settings: Settings) -> "HoursBook":
    from spendplane.adapters.dynamodb.hours import DynamoHoursBook
    from spendplane.bootstrap import dynamo_table

    return DynamoHoursBook(dynamo_table(settings.table))


def _aws_drifts(settings: Settings) -> "Drifts":
    from spendplane.adapters.dynamodb.drifts import DynamoDrifts
    from spendplane.bootstrap import dynamo_table

    return DynamoDrifts(dynamo_table(settings.table))


def _aws_idle_audit(prices: Path | None) -> "IdleAudit":
    from spendplane.bootstrap import idle_audit

    return idle_audit(_instance_prices(prices))


def _aws_monthly_cost(resource: "Resource") -> "Decimal | None":
    return _monthly_costs()(resource)


@cache
def _monthly_costs() -> "MonthlyCosts":
    from spendplane.bootstrap import monthly_costs

    return monthly_costs(_instance_prices(prices_path(None)))


def _instance_prices(prices: Path | None) -> Path | None:
    """What `spendplane prices refresh` writes beside it."""
    return prices.with_name("instance_prices.json") if prices else None


def _aws_replays(settings: Settings) -> "Replays":
    from spendplane.adapters.dynamodb.replays import DynamoReplays
    from spendplane.bootstrap import dynamo_table

    return DynamoReplays(dynamo_table(settings.table))


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the command. Tests hand in their own, with ports in memory and a clock that stands still.

    `clients` makes an AWS client by its service's name, for what no port covers: publishing with retries per entry,
    asking the kill switch, and the checks of `doctor`.
    """

    settings: Settings
    make_ports: Callable[[Settings], "Ports"]
    make_switches: Callable[[Settings], "Switches"]
    make_prices: Callable[[Path | None], "PriceBook"]
    clients: Callable[[str], Any]
    now: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep
    debug: bool = False
    make_tagged_account: Callable[[], "TaggedAccount"] = _aws_tagged_account
    make_idle_audit: Callable[[Path | None], "IdleAudit"] = _aws_idle_audit
    monthly_cost: "MonthlyCost | None" = None
    """What a resource costs in a month; None: no prices are known, and no command speaks of them."""
    make_hours: Callable[[Settings], "HoursBook"] = _aws_hours
    make_drifts: Callable[[Settings], "Drifts"] = _aws_drifts
    make_replays: Callable[[Settings], "Replays"] = _aws_replays

    def ports(self) -> "Ports":
        """The ports, with a price book that knows no `prices.yaml`: a file with a mistake must not stop `status`."""
        return self.make_ports(self.settings)

    def switches(self) -> "Switches":
        """What the kill switch keeps, for reading only: what is to change it is asked of its function."""
        return self.make_switches(self.settings)

    def hours(self) -> "HoursBook":
        """What is counted of the hours of instances, for reading only."""
        return self.make_hours(self.settings)

    def drifts(self) -> "Drifts":
        """The reconciliations with the bill that the kill switch goes by."""
        return self.make_drifts(self.settings)

    def replays(self) -> "Replays":
        """What became of replayed records, for reading only: the meter writes it."""
        return self.make_replays(self.settings)

    def ask(self, command: dict[str, Any]) -> dict[str, Any]:
        """Has the kill switch's function carry out a command of `contract.commands`. Raises Failure and ClientError."""
        from cli.asking import invoke

        return invoke(self.clients("lambda"), self.settings.enforce_function, command)

    def prices(self, path: Path | None) -> "PriceBook":
        """The price book of this file, else of `prices.yaml` where it is; no AWS is needed. Raises FileError."""
        return self.make_prices(prices_path(path))

    def priced_ports(self, prices: Path | None) -> "Ports":
        """The ports with the price book of this file. Raises FileError."""
        return replace(self.ports(), prices=self.prices(prices))


def live_session(settings: Settings, *, debug: bool = False) -> Session:
    """Over AWS, by the environment's credentials and endpoints."""
    return Session(
        settings,
        _aws_ports,
        _aws_switches,
        _aws_prices,
        _aws_client,
        lambda: datetime.now(UTC),
        debug=debug,
        monthly_cost=_aws_monthly_cost,
    )


def session(context: typer.Context) -> Session:
    """The session that the root command prepared."""
    found: Session = context.ensure_object(Session)
    return found


def budgets_path(given: Path | None) -> Path:
    """`--file`, else `budgets.yaml` here, else beside the project's `app.py`. Raises Failure when there is none."""
    found = given or _beside(BUDGETS)
    if found is None:
        raise Failure(f"no {BUDGETS} in this directory", "name it: --file PATH")
    return found


def prices_path(given: Path | None) -> Path | None:
    """As `budgets_path`, for `prices.yaml`; None where there is none: list prices then stand alone."""
    return given or _beside(PRICES)


def _beside(name: str) -> Path | None:
    places = (Path(name), PROJECT / name)
    return next((path for path in places if path.is_file()), None)


@cache
def _aws_ports(settings: Settings) -> "Ports":
    from spendplane.bootstrap import aws_ports

    return aws_ports(settings.table, settings.bus)


def _aws_switches(settings: Settings) -> "Switches":
    from spendplane.adapters.dynamodb.switches import DynamoSwitches
    from spendplane.bootstrap import dynamo_table

    return DynamoSwitches(dynamo_table(settings.table))


def _aws_prices(path: Path | None) -> "PriceBook":
    from spendplane.bootstrap import price_book

    return price_book(path)


def _aws_client(service: str) -> Any:  # boto3 makes its clients at run time
    from spendplane.bootstrap import client

    if service == "lambda":
        from cli.asking import patient_client

        return patient_client()
    if service == "pricing":
        from spendplane.adapters.price_list_api import REGION

        return client(service, REGION)
    return client(service)
