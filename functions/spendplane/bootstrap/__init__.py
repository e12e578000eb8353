"""Settings → adapters → use case. Nothing else chooses an adapter.

Each function is a process of its own that needs a part of this only, so imports stand where they are used: a cold start
loads what its function runs.
"""

from spendplane.bootstrap.clients import AT_ONCE, CLIENT_CONFIG, client, control_plane, dynamo_table
from spendplane.bootstrap.counting import define_budgets, deployed_file, judge, meter, meter_queue, notify, sweep
from spendplane.bootstrap.ports import Ports, aws_ports, price_book
from spendplane.bootstrap.switching import enforce, orders
from spendplane.bootstrap.watching import (
    hours,
    idle_audit,
    invocation_logging,
    log_objects,
    monthly_costs,
    publish_invocations,
    tagged_account,
    tell_idle,
)

__all__ = [
    "AT_ONCE",
    "CLIENT_CONFIG",
    "Ports",
    "aws_ports",
    "client",
    "control_plane",
    "define_budgets",
    "deployed_file",
    "dynamo_table",
    "enforce",
    "hours",
    "idle_audit",
    "invocation_logging",
    "judge",
    "log_objects",
    "meter",
    "meter_queue",
    "monthly_costs",
    "notify",
    "orders",
    "price_book",
    "publish_invocations",
    "sweep",
    "tagged_account",
    "tell_idle",
]
