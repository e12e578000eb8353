"""What happens in one run: usage, deployments, people and Auto Scaling, around the end of a period."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from proof.simulator.mending import mending
from spendplane.domain.budgets import Budget
from spendplane.domain.limits import Limits
from spendplane.domain.periods import Period
from tests.support.builders import budget, record

BOUNDARIES = tuple(
    datetime.fromisoformat(f"{day}T00:00:00+00:00")
    for day in (
        "2026-11-25", "2026-11-30", "2026-12-01", "2027-01-01", "2027-01-04", "2027-03-01", "2028-02-29",
        "2028-03-01", "2029-01-01", "2032-03-01",
    )
)  # fmt: skip
"""Ends of a day, an ISO week, a month, a year, of weeks that span years, around leap days; one is several at once."""
PROJECTS, USERS = ("marketing-gen-v1", "search"), ("ann", "ben", "cyd")
ENVIRONMENTS = ("staging", "staging", "staging", "development", "production")
AMOUNTS = ("0.01", "0.37", "1", "2.5", "2.5", "6", "13")
MYSTERIES = {"mystery-1": Decimal("2.75"), "mystery-2": Decimal("0.000000000000000001")}
Match = dict[str, str | tuple[str, ...]]
OWNERS_TAGS = ("staging", "development", "production", "Staging", "stаging", "prod")


@dataclass(frozen=True, slots=True)
class Action:
    """At so many seconds after the start. `what` names it for people and replays."""

    number: int
    at: float
    kind: str
    given: Any

    def __str__(self) -> str:
        return f"action {self.number}: {self.kind} {_briefly(self.given)}"


def _briefly(given: Any) -> str:
    """For a timeline."""
    if isinstance(given, list):
        return ", ".join(map(_briefly, given)) or "nothing"
    if isinstance(given, Budget):
        return f"{given.id} ({given.limits.usd} $, {given.period.value}, {given.mode})"
    if isinstance(given, dict) and "usage" in given:
        cost = f"{given['cost_usd']} $" if "cost_usd" in given else given["model"]
        return f"{given['id']} ({cost}, {given['user_id']}, {given['environment']}, {given['time'][:19]})"
    return str(given)


@dataclass(slots=True)
class Plan:
    """All of one run."""

    start: datetime
    budgets: list[Budget]
    actions: list[Action] = field(default_factory=list)
    segments: list[tuple[float, float]] = field(default_factory=list)
    """When functions are ticked, in seconds after the start."""


def plan(rng: random.Random, menders: random.Random) -> Plan:
    """Of a seed. `menders` is for what operators do, which is numbered after all the rest."""
    boundary = rng.choice(BOUNDARIES)
    before = rng.uniform(60, 600)
    first = rng.uniform(600, 1300)
    made = Plan(boundary - timedelta(seconds=before), _budgets(rng), segments=[(0.0, first)])
    if rng.random() < 0.4:
        gap = rng.choice((3_600, 14 * 3_600, 30 * 3_600, 7 * 86_400)) * rng.uniform(0.9, 1.1)
        made.segments.append((first + gap, first + gap + rng.uniform(200, 600)))
    drafts: list[tuple[float, str, Any]] = []
    for begin, end in made.segments:
        drafts += _usage(rng, begin, end, made.start)
        drafts += _people(rng, begin, end, made)
    drafts.sort(key=lambda item: item[0])
    drafts += mending(menders, made.segments, drafts)
    made.actions = [Action(number, *draft) for number, draft in enumerate(drafts)]
    return made


def _budgets(rng: random.Random) -> list[Budget]:
    """Two or three, of which at least one may throttle."""
    period, shards = _period(rng), rng.choice((1, 1, 3))
    staging: Match = {"project_id": PROJECTS[0], "environment": "staging"}
    wide: Match = {"project_id": PROJECTS[0], "environment": ("staging", "development")}
    choices = (
        budget("staging", _limit(rng), match=staging, period=period, mode="enforce", shards=shards),
        budget("wide", _limit(rng), match=wide, period=_period(rng), mode="enforce", thresholds=(50, 80, 100),
               on_soft_limit=rng.choice(("notify", "degrade"))),
        budget("person", rng.choice((3, 8)), match=wide, per="user_id", period=Period.DAILY,
               mode=rng.choice(("enforce", "observe")), on_hard_limit=rng.choice(("notify", "throttle"))),
        budget("all", rng.choice((None, 40, 15)), requests=rng.choice((None, 25)), period=_period(rng),
               thresholds=(10, 80, 100, 120)),
    )  # fmt: skip
    count = rng.choice((1, 2, 2, 3, 4))
    return [choices[place] for place in sorted(rng.sample(range(4), count))]


def _limit(rng: random.Random) -> int:
    return rng.choice((0, 5, 10, 10, 20, 60))


def _period(rng: random.Random) -> Period:
    return rng.choice((Period.DAILY, Period.DAILY, Period.WEEKLY, Period.MONTHLY, Period.TOTAL))


def _usage(rng: random.Random, begin: float, end: float, start: datetime) -> list[tuple[float, str, Any]]:
    drafts: list[tuple[float, str, Any]] = []
    known: list[dict[str, Any]] = []
    for number, at in enumerate(sorted(rng.uniform(begin, end) for _ in range(rng.randrange(4, 26)))):
        records = [
            _record(rng, f"{begin:.0f}-{number}-{place}", start + timedelta(seconds=at), known)
            for place in range(rng.choice((1, 1, 1, 2, 5)))
        ]
        drafts.append((at, "usage", records))
        if rng.random() < 0.1:
            drafts.append((at + rng.uniform(0, 120), "usage", records))
    return drafts


def _record(rng: random.Random, name: str, at: datetime, known: list[dict[str, Any]]) -> dict[str, Any]:
    draw = rng.random()
    if known and draw < 0.06:
        return rng.choice(known)
    if known and draw < 0.10:
        return {**rng.choice(known), "cost_usd": "0.77"}
    if known and draw < 0.13:
        return {**rng.choice(known), "id": name}  # another adapter saw the same call, where it has a request id
    late = rng.choice((0, 0, 0, 0, 700, 90_000, 40 * 86_400 if draw > 0.97 else 60, -200 if draw > 0.8 else 0))
    fields: dict[str, Any] = {
        "time": (at - timedelta(seconds=late)).astimezone(UTC).isoformat(),
        "project_id": rng.choice((*PROJECTS[:1] * 4, PROJECTS[1])),
        "user_id": rng.choice(USERS),
        "environment": rng.choice(ENVIRONMENTS),
    }
    if rng.random() < 0.2:
        fields["provider_request_id"] = f"req-{name}"
    if draw < 0.17:
        fields["environment"] = "prod"
    if draw > 0.90:
        fields["model"] = rng.choice(list(MYSTERIES))
    else:
        fields["cost_usd"] = rng.choice(AMOUNTS)
    made = record(f"n{name}", **fields)
    known.append(made)
    return made


def _people(rng: random.Random, begin: float, end: float, made: Plan) -> list[tuple[float, str, Any]]:
    drafts: list[tuple[float, str, Any]] = []
    budgets = list(made.budgets)
    for at in sorted(rng.uniform(begin, end) for _ in range(rng.choice((0, 0, 1, 1, 2)))):
        budgets = _changed(rng, budgets)
        drafts.append((at, "deploy", budgets))
    drafts += [
        (rng.uniform(begin, end), rng.choice(("release", "release", "engage")), _word(rng, made.budgets))
        for _ in range(rng.choice((0, 0, 1, 2)))
    ]
    for _ in range(rng.choice((0, 1, 1, 3))):
        name, part, value = rng.choice(("agent", "agent", "batch", "chat")), rng.choice("ab"), rng.randrange(1, 9)
        drafts.append((rng.uniform(begin, end), "turn on", (name, part, value)))
    for _ in range(rng.choice((0, 0, 0, 1))):
        tag = (rng.choice(("agent", "batch", "shared")), rng.choice(OWNERS_TAGS), rng.random() < 0.2)
        drafts.append((rng.uniform(begin, end), "tag", tag))
    if rng.random() < 0.2:
        drafts.append((rng.uniform(begin, end), "new target", rng.choice(OWNERS_TAGS)))
    if rng.random() < 0.4:
        drafts.append((rng.uniform(begin, end), "price", rng.choice(list(MYSTERIES))))
    return drafts


def _changed(rng: random.Random, budgets: list[Budget]) -> list[Budget]:
    """A deployment with other limits, or less, or another mode."""
    new = list(budgets)
    place = rng.randrange(len(new)) if new else 0
    draw = rng.random()
    if not new or draw < 0.15:
        return _budgets(rng)
    if draw < 0.3:
        del new[place]
    elif draw < 0.4:
        new[place] = replace(new[place], mode="observe" if new[place].mode == "enforce" else "enforce")
    elif draw < 0.5:
        new[place] = replace(new[place], period=_period(rng))
    else:
        new[place] = replace(new[place], limits=Limits(usd=Decimal(_limit(rng))))
    return new


def _word(rng: random.Random, budgets: list[Budget]) -> dict[str, Any]:
    of = rng.choice(budgets)
    return {
        "budget_id": of.id,
        "key": rng.choice(USERS) if of.per else None,
        "seconds": rng.choice((None, None, 600, 7_200)),
        "extend_usd": rng.choice((None, None, "5")),
    }
