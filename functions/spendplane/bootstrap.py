"""Settings → adapters → use case. Nothing else chooses an adapter.

Each function is a process of its own that needs a part of this only, so imports stand where they are used: a cold start
loads what its function runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from spendplane.adapters.dynamodb.client import Table
from spendplane.application.ports import Bus, Definitions, Ledger, Outbox, PriceBook, Quarantine
from spendplane.application.retry import Retry

if TYPE_CHECKING:
    from spendplane.adapters.instance_prices import InstancePriceList
    from spendplane.adapters.log_deliveries import Objects
    from spendplane.application.archive import MeterQueue
    from spendplane.application.define_budgets import DefineBudgets
    from spendplane.application.drifts import Drifts
    from spendplane.application.enforce import Enforce
    from spendplane.application.fleet import Fleet
    from spendplane.application.hours import CountHours
    from spendplane.application.idle_looking import Activities
    from spendplane.application.idle_report import IdleAudit
    from spendplane.application.idle_telling import TellIdle
    from spendplane.application.invocation_logging import InvocationLogging
    from spendplane.application.invocations import PublishInvocations
    from spendplane.application.judge import Judge
    from spendplane.application.meter import Meter
    from spendplane.application.monthly_costs import MonthlyCosts
    from spendplane.application.notify import Notify
    from spendplane.application.orders import Orders
    from spendplane.application.sweep import Sweep
    from spendplane.application.switches import Switches
    from spendplane.application.tag_audit import TaggedAccount
    from spendplane.application.throttling import Run
    from spendplane.contract.budgets_file import BudgetsFile
    from spendplane.domain.idle_policy import IdlePolicy
    from spendplane.domain.rating import RateCard
    from spendplane.domain.targets import Protection
    from spendplane.domain.usage import UsageEvent

# A call that hangs must not eat the function's time; a retry by botocore repeats the same idempotency token.
# Parameters are built here, never taken from users, so botocore need not check them again.
CLIENT_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,
    user_agent="spendplane",  # a fixed one: botocore else composes it anew for each call
)

AT_ONCE = 8
"""Targets that one switch works on at the same time: most control planes take about ten calls a second."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What the use cases run on."""

    ledger: Ledger
    definitions: Definitions
    outbox: Outbox
    quarantine: Quarantine
    bus: Bus
    prices: PriceBook
    retry: Retry = Retry()


def aws_ports(table_name: str, bus_name: str, prices_path: Path | None = None) -> Ports:
    """The ports over AWS, by the environment's credentials and endpoints."""
    from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
    from spendplane.adapters.dynamodb.ledger import DynamoLedger
    from spendplane.adapters.dynamodb.outbox import DynamoOutbox
    from spendplane.adapters.dynamodb.quarantine import DynamoQuarantine
    from spendplane.adapters.eventbridge import EventBridgeBus

    table = dynamo_table(table_name)
    return Ports(
        ledger=DynamoLedger(table),
        definitions=DynamoDefinitions(table),
        outbox=DynamoOutbox(table),
        quarantine=DynamoQuarantine(table),
        bus=EventBridgeBus(client("events"), bus_name),
        prices=price_book(prices_path),
    )


def dynamo_table(name: str) -> Table:
    """The one table."""
    return Table(client("dynamodb"), name)


def price_book(path: Path | None) -> PriceBook:
    """`prices.yaml` (where given) over the library. Raises FileError for a file that cannot be used."""
    from spendplane.adapters.bedrock import InferenceProfiles
    from spendplane.adapters.prices import LayeredPriceBook
    from spendplane.contract import prices_file

    overrides = prices_file.load(path) if path else prices_file.PricesFile(version=1)
    refreshed = path.with_name("instance_prices.json") if path else None
    profiles = InferenceProfiles(lambda region: client("bedrock", region))
    return LayeredPriceBook(overrides, profiles, lambda event: _hours_card(event, refreshed))


def _hours_card(event: "UsageEvent", refreshed: Path | None) -> "RateCard | None":
    from spendplane.adapters.instance_prices import hours_card
    from spendplane.contract.yaml_file import FileError
    from spendplane.domain.rating import UnpricedError

    try:
        return hours_card(event, _instance_prices(refreshed))
    except FileError as error:  # a mistake in that file must not stop what has nothing to do with it
        raise UnpricedError(str(error)) from error


@cache
def _instance_prices(refreshed: Path | None) -> "InstancePriceList":
    """Read when the first hours without a price come."""
    from spendplane.adapters.instance_prices import instance_prices

    return instance_prices(refreshed)


def meter(ports: Ports) -> "Meter":
    """Usage messages → ledger, counters, alerts."""
    from spendplane.application.booking import Booker
    from spendplane.application.contributors import Contributors
    from spendplane.application.meter import Meter

    booker = Booker(ports.ledger, Contributors(ports.ledger), ports.retry)
    return Meter(booker, judge(ports), ports.definitions, ports.prices, ports.quarantine, ports.outbox, ports.bus)


def meter_queue(table_name: str, bus_name: str, prices_path: Path | None) -> "MeterQueue":
    """The usage queue's batches → the meter, with a tally of what comes from a replay."""
    from spendplane.adapters.dynamodb.replays import DynamoReplays
    from spendplane.application.archive import MeterQueue

    ports = aws_ports(table_name, bus_name, prices_path)
    return MeterQueue(meter(ports), DynamoReplays(dynamo_table(table_name)), ports.retry)


def judge(ports: Ports) -> "Judge":
    """Counters → alerts."""
    from spendplane.application.judge import Judge

    return Judge(ports.ledger, ports.definitions, ports.outbox, ports.bus)


def sweep(table_name: str, bus_name: str) -> "Sweep":
    """What a crash or a redeployment left open."""
    from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
    from spendplane.adapters.dynamodb.ledger import DynamoLedger
    from spendplane.adapters.dynamodb.outbox import DynamoOutbox
    from spendplane.adapters.eventbridge import EventBridgeBus
    from spendplane.application.judge import Judge
    from spendplane.application.sweep import Sweep

    table = dynamo_table(table_name)
    ledger, definitions, outbox = DynamoLedger(table), DynamoDefinitions(table), DynamoOutbox(table)
    bus = EventBridgeBus(client("events"), bus_name)
    return Sweep(ledger, definitions, outbox, bus, Judge(ledger, definitions, outbox, bus))


def notify(table_name: str, on_call_arn: str, alerts_arn: str, runbook: str) -> "Notify":
    """Announcements → people."""
    from spendplane.adapters.dynamodb.outbox import DynamoOutbox
    from spendplane.adapters.sns import SnsTopic
    from spendplane.application.notify import Notify

    sns = client("sns")
    return Notify(
        DynamoOutbox(dynamo_table(table_name)),
        on_call=SnsTopic(sns, "on-call", on_call_arn),
        budget_alerts=SnsTopic(sns, "budget-alerts", alerts_arn),
        runbook=runbook,
    )


def orders(table_name: str, bus_name: str, protection: "Protection", idle: "IdlePolicy | None" = None) -> "Orders":
    """Crossed budgets, the minute's round and people's words → the kill switch, over the account's own resources."""
    from concurrent.futures import ThreadPoolExecutor

    from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
    from spendplane.adapters.dynamodb.drifts import DynamoDrifts
    from spendplane.adapters.dynamodb.ledger import DynamoLedger
    from spendplane.adapters.dynamodb.outbox import DynamoOutbox
    from spendplane.adapters.dynamodb.switches import DynamoSwitches
    from spendplane.adapters.eventbridge import EventBridgeBus
    from spendplane.adapters.fleet.finder import AwsFleet
    from spendplane.application.orders import Orders

    table = dynamo_table(table_name)
    hands = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hands")
    return Orders(
        enforce(
            DynamoLedger(table),
            DynamoDefinitions(table),
            DynamoSwitches(table),
            AwsFleet(control_plane),
            DynamoOutbox(table),
            EventBridgeBus(client("events"), bus_name),
            protection,
            DynamoDrifts(table),
            hands.map,
            idle,
        )
    )


def enforce(
    ledger: Ledger,
    definitions: Definitions,
    switches: "Switches",
    fleet: "Fleet",
    outbox: Outbox,
    bus: Bus,
    protection: "Protection",
    drifts: "Drifts",
    run: "Run" = map,
    idle: "IdlePolicy | None" = None,
    activities: "Activities | None" = None,
) -> "Enforce":
    """The kill switch over these ports. `idle` None: nothing is taken down because nobody calls it."""
    from spendplane.adapters.sagemaker_activity import SageMakerActivities
    from spendplane.application.enforce import Enforce
    from spendplane.application.idle_looking import IdleLookout
    from spendplane.application.looking import Lookout
    from spendplane.application.reaping import Reap
    from spendplane.application.settle import Settle
    from spendplane.application.throttling import Throttle
    from spendplane.application.words import Words

    idlers = IdleLookout(idle, activities or SageMakerActivities(control_plane, run), fleet, switches, protection)
    lookout = Lookout(ledger, definitions, switches, fleet, protection, drifts, idlers)
    throttle = Throttle(fleet, switches, protection.max_attempts, run)
    settle = Settle(lookout, throttle, switches, outbox, bus)
    words = Words(definitions, switches, idlers)
    return Enforce(settle, lookout, switches, definitions, Reap(idlers, settle, switches), words)


def hours(table_name: str, bus_name: str, prices_path: Path) -> "CountHours":
    """Instances that run → usage records. `prices_path` may be missing: the shipped prices then stand alone."""
    from concurrent.futures import ThreadPoolExecutor

    from spendplane.adapters.dynamodb.hours import DynamoHoursBook
    from spendplane.adapters.eventbridge import EventBridgeBus
    from spendplane.adapters.instance_prices import instance_prices
    from spendplane.adapters.sagemaker_hours import SageMakerInstances
    from spendplane.application.hours import CountHours

    eyes = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="eyes")
    return CountHours(
        SageMakerInstances(control_plane, eyes.map),
        instance_prices(prices_path),
        DynamoHoursBook(dynamo_table(table_name)),
        EventBridgeBus(client("events"), bus_name),
    )


def log_objects() -> "Objects":
    """What Bedrock's logs leave in S3."""
    from spendplane.adapters.log_deliveries import Objects

    return Objects(client("s3"))


def publish_invocations(bus_name: str, identities: Path, objects: "Objects") -> "PublishInvocations":
    """Lines of Bedrock's invocation log → usage records. `identities` is the checked identities.yaml as JSON."""
    from spendplane.adapters.bedrock import ProfileTags
    from spendplane.adapters.eventbridge import EventBridgeBus
    from spendplane.application.invocations import PublishInvocations
    from spendplane.contract.identities_file import IdentitiesFile

    rules = IdentitiesFile.model_validate_json(identities.read_bytes()).to_domain()
    profiles = ProfileTags(lambda region: client("bedrock", region))
    return PublishInvocations(rules, profiles, objects, EventBridgeBus(client("events"), bus_name))


def invocation_logging() -> "InvocationLogging":
    """The switch of Bedrock's invocation logging in this account and Region."""
    from spendplane.adapters.bedrock_logging import BedrockLogging
    from spendplane.application.invocation_logging import InvocationLogging

    return InvocationLogging(BedrockLogging(client("bedrock")))


def idle_audit(prices_path: Path | None = None) -> "IdleAudit":
    """What instances idle, over the account and Region of the environment."""
    from concurrent.futures import ThreadPoolExecutor

    from spendplane.adapters.instance_prices import instance_prices
    from spendplane.adapters.sagemaker_idle import SageMakerIdle
    from spendplane.application.idle_report import IdleAudit

    eyes = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="eyes")
    return IdleAudit(SageMakerIdle(control_plane, eyes.map), instance_prices(prices_path))


def monthly_costs(prices_path: Path | None = None) -> "MonthlyCosts":
    """What resources cost in a month, over the account and Region of the environment."""
    from spendplane.application.monthly_costs import MonthlyCosts

    audit = idle_audit(prices_path)
    return MonthlyCosts(audit.account, audit.prices)


def tell_idle(table_name: str, bus_name: str, prices_path: Path) -> "TellIdle":
    """What idles → the daily notice."""
    from spendplane.adapters.dynamodb.outbox import DynamoOutbox
    from spendplane.adapters.eventbridge import EventBridgeBus
    from spendplane.application.idle_telling import TellIdle

    bus = EventBridgeBus(client("events"), bus_name)
    return TellIdle(idle_audit(prices_path), DynamoOutbox(dynamo_table(table_name)), bus)


def define_budgets(table_name: str) -> "DefineBudgets":
    """The file's budgets → the table."""
    from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
    from spendplane.application.define_budgets import DefineBudgets

    return DefineBudgets(DynamoDefinitions(dynamo_table(table_name)))


def deployed_file(properties: Mapping[str, str]) -> "BudgetsFile":
    """The checked budgets.yaml that a deployment put into S3 as JSON."""
    from spendplane.contract.budgets_file import BudgetsFile

    found = client("s3").get_object(Bucket=properties["DefinitionsBucket"], Key=properties["DefinitionsKey"])
    return BudgetsFile.model_validate_json(found["Body"].read())


def tagged_account() -> "TaggedAccount":
    """The account and Region of the environment, by its resources' tags."""
    from spendplane.adapters.tagging.account import AwsTaggedAccount

    return AwsTaggedAccount(control_plane)


def control_plane(service: str) -> Any:
    """A client for what the kill switch turns down: patient, and careful with its parameters."""
    from spendplane.adapters.fleet import CONTROL_PLANE_CONFIG

    return boto3.client(service, config=CONTROL_PLANE_CONFIG)  # type: ignore[call-overload]


@cache
def client(service: str, region: str | None = None) -> Any:
    """One client per service and Region: they are thread-safe and slow to make."""
    return boto3.client(service, region_name=region, config=CLIENT_CONFIG)  # type: ignore[call-overload]
