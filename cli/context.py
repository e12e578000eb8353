"""What a command runs on: settings, and the ports that they lead to."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cli.files import prices_path
from cli.settings import Settings

if TYPE_CHECKING:
    from spendplane.application.books.archive import Replays
    from spendplane.application.idle.idle_report import IdleAudit
    from spendplane.application.ports import PriceBook
    from spendplane.application.ports.drifts import Drifts
    from spendplane.application.ports.switches import Switches
    from spendplane.application.sources.hours import HoursBook
    from spendplane.application.tag_audit import MonthlyCost, TaggedAccount
    from spendplane.bootstrap import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One run of the command. Tests hand in their own, with ports in memory and a clock that stands still.

    `clients` makes an AWS client by its service's name, for what no port covers: publishing with retries per entry,
    asking the kill switch, and the checks of `doctor`.
    """

    settings: Settings
    make_ports: Callable[[Settings], "Ports"]
    make_switches: Callable[[Settings], "Switches"]
    make_prices: Callable[[Path | None], "PriceBook"]
    make_tagged_account: Callable[[], "TaggedAccount"]
    make_idle_audit: Callable[[Path | None], "IdleAudit"]
    make_hours: Callable[[Settings], "HoursBook"]
    make_drifts: Callable[[Settings], "Drifts"]
    make_replays: Callable[[Settings], "Replays"]
    monthly_cost: "MonthlyCost | None"
    """What a resource costs in a month; None: no prices are known, and no command speaks of them."""
    clients: Callable[[str], Any]
    now: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep
    debug: bool = False

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

    def caller(self) -> str:
        """Who we are, as the audit keeps it. AWS asks for no permission."""
        return str(self.clients("sts").get_caller_identity()["Arn"])

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


def session(context: typer.Context) -> Session:
    """The session that the root command prepared."""
    found: Session = context.ensure_object(Session)
    return found
