"""The kill switch."""

from typing import TYPE_CHECKING

from spendplane.application.ports import Bus, Definitions, Ledger, Outbox
from spendplane.bootstrap.clients import AT_ONCE, client, control_plane, dynamo_table

if TYPE_CHECKING:
    from spendplane.application.ports.drifts import Drifts
    from spendplane.application.ports.fleet import Fleet
    from spendplane.application.ports.switches import Switches
    from spendplane.application.sources.hours import InstancePrices
    from spendplane.application.switching.enforce import Enforce
    from spendplane.application.switching.idle_looking import Activities
    from spendplane.application.switching.orders import Orders
    from spendplane.application.switching.throttling import Run
    from spendplane.domain.idle_policy import IdlePolicy
    from spendplane.domain.targets import Protection


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
    from spendplane.application.switching.orders import Orders

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
    prices: "InstancePrices | None" = None,
) -> "Enforce":
    """The kill switch over these ports. `idle` None: nothing is taken down because nobody calls it.

    `activities` and `prices` None: those of the account, and of the deployment.
    """
    from spendplane.adapters.instance_prices import DEPLOYED, instance_prices
    from spendplane.adapters.sagemaker_activity import SageMakerActivities
    from spendplane.application.switching.enforce import Enforce
    from spendplane.application.switching.idle_looking import IdleLookout
    from spendplane.application.switching.looking import Lookout
    from spendplane.application.switching.reaping import Reap
    from spendplane.application.switching.settle import Settle
    from spendplane.application.switching.throttling import Throttle
    from spendplane.application.switching.words import Words

    calls, usd = activities or SageMakerActivities(control_plane, run), prices or instance_prices(DEPLOYED)
    idlers = IdleLookout(idle, calls, fleet, switches, protection, usd)
    lookout = Lookout(ledger, definitions, switches, fleet, protection, drifts, idlers)
    throttle = Throttle(fleet, switches, protection.max_attempts, run)
    settle = Settle(lookout, throttle, switches, outbox, bus)
    words = Words(definitions, switches, idlers)
    return Enforce(settle, lookout, switches, definitions, Reap(idlers, settle, switches), words)
