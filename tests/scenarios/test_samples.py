"""Every sample event becomes what `events/manifest.json` says, alone and among good ones."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spendplane.adapters.prices import LayeredPriceBook
from spendplane.contract import prices_file
from spendplane.contract.envelope import Message
from spendplane.contract.outgoing import USAGE_QUARANTINED, USAGE_UNPRICED
from spendplane.domain.periods import Period
from tests.support.builders import budget, message, record, ref
from tests.support.make_samples import samples
from tests.support.world import World, world_with

ROOT = Path(__file__).parents[2]
MANIFEST = json.loads((ROOT / "events/manifest.json").read_text(encoding="utf-8"))
RECEIVED_AT = datetime.fromisoformat(MANIFEST["received_at"])
EVERYTHING = budget("everything", None, period=Period.TOTAL)
BOOK = LayeredPriceBook(prices_file.load(ROOT / "prices.yaml"))


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    messages: list[Message]
    expected: dict[str, Any]


def _cases() -> list[Case]:
    found = []
    for case in MANIFEST["cases"]:
        texts = [(ROOT / "events" / path).read_text(encoding="utf-8") for path in case["files"]]
        messages = [Message(path, text, RECEIVED_AT) for path, text in zip(case["files"], texts, strict=True)]
        found.append(Case(case["case"], messages, case))
    return found


CASES = _cases()
each = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def _world() -> World:
    world = world_with(EVERYTHING, now=RECEIVED_AT, prices=BOOK)
    world.bus.published.clear()
    return world


def _check(world: World, case: Case, more: int = 0) -> None:
    """Ledger, counter, quarantine and announcements, with `more` good records of $1 beside them."""
    expected = case.expected
    rows = list(world.place.connect().ledger.rows())
    assert len(rows) == expected["counted"] + more
    assert sum(item.row.usd is None for item in rows) == expected["unpriced"]
    counter = world.counters().get(ref(EVERYTHING))
    usd = counter.spend.usd if counter else Decimal(0)
    assert usd == Decimal(expected["usd"] or 0) + more
    entries = list(world.place.connect().quarantine.entries(["2026-11-22"]))
    assert len(entries) == expected["quarantined"]
    for entry in entries:
        assert expected["reason"] in entry.reason
        assert "Traceback" not in entry.reason
    quarantined = [item for item in world.bus.published if item.detail_type == USAGE_QUARANTINED]
    assert {item.id for item in quarantined} == {entry.id for entry in entries}
    assert all(expected["reason"] in item.detail["reason"] for item in quarantined)
    unpriced = [item for item in world.bus.published if item.detail_type == USAGE_UNPRICED]
    assert len(unpriced) == expected["unpriced"]
    assert world.rebuild().differences == ()


@each
def test_a_sample_becomes_what_the_manifest_says(case: Case) -> None:
    world = _world()
    report = world.deliver(*case.messages)
    expected = case.expected
    assert report.figures() == {
        "RecordsReceived": expected["received"],
        "RecordsCounted": expected["counted"],
        "DuplicatesDropped": expected["duplicates"],
        "RecordsQuarantined": expected["quarantined"],
        "RecordsUnpriced": expected["unpriced"],
        "AlertsFired": 0,
        "RecordsFailed": 0,
    }
    _check(world, case)


@each
def test_one_file_after_the_other_is_the_same(case: Case) -> None:
    world = _world()
    for item in case.messages:
        assert world.deliver(item).failed == set()
    _check(world, case)


@each
def test_a_sample_among_good_records_harms_none_of_them(case: Case) -> None:
    world = _world()
    good = [
        message(record(f"good-{n}", time=MANIFEST["received_at"], cost_usd="1"), received_at=RECEIVED_AT)
        for n in range(4)
    ]
    assert world.deliver(*good[:2], *case.messages, *good[2:]).failed == set()
    _check(world, case, more=4)


@each
def test_a_redelivered_sample_changes_nothing(case: Case) -> None:
    world = _world()
    for _ in range(2):
        assert world.deliver(*case.messages).failed == set()
    rows = len(list(world.place.connect().ledger.rows()))
    assert rows == case.expected["counted"]
    assert len(list(world.place.connect().quarantine.entries(["2026-11-22"]))) == case.expected["quarantined"]


def test_all_samples_in_one_batch() -> None:
    """The worst batch there is: nothing is raised, nothing is sent back."""
    world = _world()
    report = world.deliver(*(item for case in CASES for item in case.messages))
    assert report.failed == set()
    assert report.counted == sum(case.expected["counted"] for case in CASES)
    assert world.rebuild().differences == ()


def test_the_samples_are_up_to_date() -> None:
    files, manifest = samples()
    assert MANIFEST["cases"] == json.loads(json.dumps(manifest)), "run `python -m tests.support.make_samples events`"
    on_disk = {
        str(path.relative_to(ROOT / "events")): path.read_text(encoding="utf-8")
        for folder in ("valid", "twins", "invalid")
        for path in (ROOT / "events" / folder).iterdir()
    }
    assert on_disk == files, "run `python -m tests.support.make_samples events`"
