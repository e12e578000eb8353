"""The command over ports in memory: `shell("status", "--json")`, and what came out."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.context import Session, Settings
from cli.main import app
from spendplane import bootstrap
from spendplane.adapters.memory import MemoryBus, MemoryQuarantine, MemoryStore
from spendplane.adapters.prices import LayeredPriceBook
from spendplane.application.retry import Retry
from spendplane.bootstrap import Ports
from spendplane.contract import prices_file
from spendplane.domain.budgets import Budget
from tests.support.builders import NOW, message


def _no_price_file(path: Path | None) -> LayeredPriceBook:
    return LayeredPriceBook(prices_file.load(path) if path else prices_file.PricesFile(version=1))


@dataclass
class Shell:
    """An account in memory, and a person at the command line. `clients` are AWS clients by service."""

    store: MemoryStore = field(default_factory=MemoryStore)
    quarantine: MemoryQuarantine = field(default_factory=MemoryQuarantine)
    bus: MemoryBus = field(default_factory=MemoryBus)
    clients: dict[str, Any] = field(default_factory=dict)
    make_ports: Callable[[Settings], Ports] | None = None
    sleep: Callable[[float], None] = lambda _: None
    debug: bool = False

    @property
    def ports(self) -> Ports:
        """The same account each time."""
        store = self.store
        retry = Retry(sleep=lambda _: None)
        return Ports(store, store, store, self.quarantine, self.bus, _no_price_file(None), retry)

    def deploy(self, *budgets: Budget) -> None:
        """As the custom resource does."""
        self.store.write(budgets, [], NOW)

    def meter(self, *records: object) -> None:
        """As the queue's event source does."""
        bootstrap.meter(self.ports)([message(item) for item in records], NOW)

    def __call__(self, *args: str, stdin: str | None = None) -> Result:
        """Runs the command at NOW."""
        made = self.make_ports or (lambda _: self.ports)
        session = Session(
            Settings(), made, _no_price_file, self.clients.__getitem__, lambda: NOW, self.sleep, self.debug
        )
        return CliRunner().invoke(app, list(args), input=stdin, obj=session)

    def json(self, *args: str, stdin: str | None = None, code: int = 0) -> Any:
        """What --json prints, every number exact."""
        result = self(*args, "--json", stdin=stdin)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout, parse_float=Decimal)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    """In an empty directory, wide, without colours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cli.context.PROJECT", tmp_path / "elsewhere")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return Shell()
