"""The command over ports in memory: `shell("status", "--json")`, and what came out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.context import Session
from cli.main import app
from cli.settings import Settings
from spendplane import bootstrap
from spendplane.adapters.memory import MemoryBus, MemoryQuarantine, MemoryStore
from spendplane.adapters.memory.fleet import MemoryFleet
from spendplane.adapters.memory.hours import MemoryHoursBook
from spendplane.adapters.memory.replays import MemoryReplays
from spendplane.adapters.memory.tagging import MemoryTaggedAccount
from spendplane.adapters.prices import LayeredPriceBook
from spendplane.application.idle.idle_report import IdleAudit
from spendplane.application.ports.retry import Retry
from spendplane.application.switching.orders import Orders
from spendplane.application.tag_audit import MonthlyCost
from spendplane.bootstrap import Ports
from spendplane.contract import prices_file
from spendplane.domain.budgets import Budget
from spendplane.domain.targets import Protection, Target
from tests.support.builders import NOW, budget, envelope, message, record
from tests.support.idle_accounts import audit_of
from tests.support.world import NOT_PRODUCTION
from tests.unit.cli.fakes import ANN, Client, EnforceFunction

TAGS = {"project": "marketing-gen-v1", "environment": "staging"}


def _no_price_file(path: Path | None) -> LayeredPriceBook:
    return LayeredPriceBook(prices_file.load(path) if path else prices_file.PricesFile(version=1))


@dataclass
class Shell:
    """An account in memory, and a person at the command line. `clients` are AWS clients by service."""

    store: MemoryStore = field(default_factory=MemoryStore)
    quarantine: MemoryQuarantine = field(default_factory=MemoryQuarantine)
    bus: MemoryBus = field(default_factory=MemoryBus)
    fleet: MemoryFleet = field(default_factory=MemoryFleet)
    protection: Protection = NOT_PRODUCTION
    clients: dict[str, Any] = field(default_factory=dict)
    make_ports: Callable[[Settings], Ports] | None = None
    sleep: Callable[[float], None] = lambda _: None
    debug: bool = False
    tagged: MemoryTaggedAccount = field(default_factory=MemoryTaggedAccount)
    monthly_cost: MonthlyCost | None = None
    hours: MemoryHoursBook = field(default_factory=MemoryHoursBook)
    idle_audit: IdleAudit = field(default_factory=audit_of)
    replays: MemoryReplays = field(default_factory=MemoryReplays)

    def __post_init__(self) -> None:
        self.function = EnforceFunction(self.orders)
        self.clients = {"lambda": self.function, "sts": Client({"get_caller_identity": {"Arn": ANN}}), **self.clients}

    @property
    def ports(self) -> Ports:
        """The same account each time."""
        store = self.store
        retry = Retry(sleep=lambda _: None)
        return Ports(store, store, store, self.quarantine, self.bus, _no_price_file(None), retry)

    def orders(self) -> Orders:
        """The deployed kill switch."""
        store = self.store
        enforce = bootstrap.enforce(store, store, store, self.fleet, store, self.bus, self.protection, store)
        return Orders(replace(enforce, retry=Retry(sleep=lambda _: None)))

    def resource(
        self, name: str, kind: str = "lambda-function", reserved: int | None = 10, tags: Mapping[str, str] = TAGS
    ) -> Target:
        """A resource of the account: of project marketing-gen-v1 in staging, where its tags say nothing else."""
        tags = {**TAGS, **tags}
        arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
        return self.fleet.add(Target(kind, arn, name, tags), reserved=reserved)

    def enforce(self) -> None:
        """The kill switch hears of every crossed budget, then has its minute."""
        for item in self.bus.published:
            if item.detail_type == "Budget Threshold Crossed":
                self.orders()(envelope(item.detail, item.detail_type, "spendplane"), NOW)
        self.orders()({"command": "reconcile"}, NOW)

    def deploy(self, *budgets: Budget) -> None:
        """As the custom resource does."""
        self.store.write(budgets, [], NOW)

    def meter(self, *records: object) -> None:
        """As the queue's event source does."""
        bootstrap.meter(self.ports)([message(item) for item in records], NOW)

    def __call__(self, *args: str, stdin: str | None = None) -> Result:
        """Runs the command at NOW."""
        session = Session(
            settings=Settings(),
            make_ports=self.make_ports or (lambda _: self.ports),
            make_switches=lambda _: self.store,
            make_prices=_no_price_file,
            make_tagged_account=lambda: self.tagged,
            make_idle_audit=lambda _: self.idle_audit,
            make_hours=lambda _: self.hours,
            make_drifts=lambda _: self.store,
            make_replays=lambda _: self.replays,
            monthly_cost=self.monthly_cost,
            clients=self.clients.__getitem__,
            now=lambda: NOW,
            sleep=self.sleep,
            debug=self.debug,
        )
        return CliRunner().invoke(app, list(args), input=stdin, obj=session)

    def lines(self, *args: str, stdin: str | None = None, code: int = 0) -> list[str]:
        """What a person reads."""
        result = self(*args, stdin=stdin)
        assert result.exit_code == code, result.output
        return [line.rstrip() for line in result.stdout.splitlines()]

    def json(self, *args: str, stdin: str | None = None, code: int = 0) -> Any:
        """What --json prints, every number exact."""
        result = self(*args, "--json", stdin=stdin)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout, parse_float=Decimal)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    """In an empty directory, wide, without colours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cli.files.PROJECT", tmp_path / "elsewhere")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return Shell()


@pytest.fixture
def sound(shell: Shell) -> Shell:
    """An account in which all is well."""
    from tests.unit.cli import healthy  # it needs the shell's class, which is made here

    return healthy.sound(shell)


@pytest.fixture
def over(shell: Shell) -> Shell:
    """`staging` is at $120 of $100, and its switch has not looked yet. Of four functions with its tags two may go."""
    shell.deploy(budget("staging", 100, match={"project_id": "marketing-gen-v1"}, mode="enforce"))
    shell.resource("agent")
    shell.resource("summaries", reserved=None)
    shell.resource("live", tags={"environment": "production"})
    shell.resource("demo", tags={"spendplane:exempt": "2026-11-30"})
    shell.meter(record("1", cost_usd="120"))
    return shell


@pytest.fixture
def engaged(over: Shell) -> Shell:
    """The same, and two functions are down."""
    over.enforce()
    return over
