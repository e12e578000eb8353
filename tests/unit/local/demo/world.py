"""An account as the last chapter sees it, without an account: parts that are turned down and up, notices, commands."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from local.demo import agent
from local.demo.__main__ import BUDGETS
from local.demo.book import Book
from local.demo.fleet import Fleet
from local.demo.inbox import Inbox, Notice
from local.demo.parts import OK, Settings
from local.demo.screen import new_screen
from local.demo.shell import Run
from local.demo.stage import Stage, topics_of
from local.workdir import ROOT
from spendplane import bootstrap
from spendplane.contract import budgets_file, switch_events
from spendplane.domain.budgets import BudgetIndex
from spendplane.domain.counters import Counter, CounterRef

NOW = datetime.now(UTC)


@dataclass
class FakePart:
    """Serves, unless it is `down`."""

    name: str
    kind: str = "lambda-function"
    refusal: str = "TooManyRequestsException"
    down: bool = False
    limit: int = 5

    @property
    def arn(self) -> str:
        """Its name will do."""
        return f"arn:{self.kind}:{self.name}"

    def settings(self) -> Settings:
        """What is changed by turning it down, and what a person may change."""
        return {"down": self.down, "limit": self.limit}

    def use(self) -> str:
        """As its user."""
        return self.refusal if self.down else OK


def twins(name: str) -> tuple[FakePart, ...]:
    """One part of each of two kinds."""
    return FakePart(name), FakePart(name, "bedrock-role", "AccessDeniedException")


class FakeBooks:
    """Everything is counted at once."""

    def waiting(self) -> int:
        """Nothing ever is."""
        return 0

    def everything(self) -> Counter:
        """Nobody looks at the figure here."""
        return Counter(CounterRef("everything", "t"))


@dataclass
class World:
    """`on_crossing` and `on_release` are what the kill switch does; both may be replaced."""

    staging: tuple[FakePart, ...] = field(default_factory=lambda: twins("agent-staging"))
    production: tuple[FakePart, ...] = field(default_factory=lambda: twins("agent-production"))
    bystander: FakePart = field(default_factory=lambda: FakePart("marketing-staging"))
    inbox: Inbox = field(default_factory=Inbox)
    calls: int = 0
    commands: list[str] = field(default_factory=list)
    on_crossing: Callable[["World"], None] = lambda world: world.turn(down=True)
    on_release: Callable[["World"], None] = lambda world: world.turn(down=False)

    def __post_init__(self) -> None:
        self.stage = Stage(new_screen(quiet=True), FakeBooks(), book(), self.inbox, 0)  # type: ignore[arg-type]
        self.fleet = Fleet(self.staging, self.production, self.bystander)

    def turn(self, *, down: bool) -> None:
        """All of staging, and people are told."""
        for part in self.staging:
            part.down = down
        self.tell(switch_events.ENGAGED if down else switch_events.RELEASED, self.staging)

    def tell(self, detail_type: str, parts: Iterable[FakePart] = (), at: float = 0.0) -> Notice:
        """A notice on each topic that it belongs to."""
        notice = Notice("budget-alerts", at, "subject", switch_detail(detail_type, parts))
        for topic in topics_of(notice):
            self.inbox.receive(Notice(topic, at, notice.subject, notice.detail))
        return notice

    def put_events(self, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803  # boto3's name
        """As EventBridge; the kill switch acts upon the event that crosses."""
        if self.stage.crossing(agent.BUDGET) and not self.calls:
            self.calls = 1
            self.on_crossing(self)
        return {"Entries": [{} for _ in Entries]}

    def run(self, _account: object, words: list[str], _width: int) -> Run:
        """As the command line."""
        self.commands.append(" ".join(words))
        if words[0] == "release":
            self.on_release(self)
        return Run(" ".join(words), "done", 0)


def book() -> Book:
    """Over the demo's own budgets and prices."""
    budgets = budgets_file.load(BUDGETS).to_domain()
    return Book(BudgetIndex(budgets), bootstrap.price_book(ROOT / "prices.yaml"))


def switch_detail(detail_type: str, parts: Iterable[FakePart] = ()) -> dict[str, Any]:
    """What such a notice says of the agent's budget."""
    own: dict[str, dict[str, Any]] = {
        switch_events.REFUSED: {"verdict": "refuse"},
        switch_events.RELEASED: {"held": True, "held_until": None},
    }
    status = {switch_events.ENGAGED: "throttled", switch_events.RELEASED: "restored"}.get(detail_type, "planned")
    listed = [
        {
            "status": status,
            "kind": part.kind,
            "name": part.name,
            "arn": part.arn,
            "scope": None,
            "environment": "staging",
            "detail": "turned down",
        }
        for part in parts
    ]
    event = switch_events.MODELS[detail_type].model_validate(
        {
            "id": f"throttle/{agent.BUDGET}/{detail_type}",
            "time": NOW,
            "switch_id": f"throttle/{agent.BUDGET}/m{NOW:%Y-%m}-01",
            "generation": 1,
            "budget_id": agent.BUDGET,
            "key": None,
            "per": None,
            "period": "monthly",
            "period_start": NOW,
            "period_end": None,
            "reason": "over its limit",
            "by": "spendplane",
            "spent_usd": Decimal(5),
            "percent": Decimal(100),
            "mode": "enforce",
            "owner": None,
            "match": {},
            "targets": listed,
            "more_targets": 0,
            "notes": [],
            **own.get(detail_type, {}),
        }
    )
    return {**event.model_dump(mode="json"), "detail_type": detail_type, "text": "headline"}
