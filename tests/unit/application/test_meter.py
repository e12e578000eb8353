"""What the meter does with batches: figures, partial failures, rounds of contradictions."""

from collections.abc import Sequence

from spendplane.adapters.memory import MemoryQuarantine
from spendplane.application.metering.intake import MAX_ROUNDS
from spendplane.application.metering.meter import MAX_ANNOUNCED_MODELS
from spendplane.application.ports import QuarantineEntry, UnstorableError
from tests.support.builders import budget, message, raw, record
from tests.support.places import MemoryPlace
from tests.support.world import World, world_with

ALL = budget("all", 10)


def test_an_empty_batch_is_nothing() -> None:
    assert set(World().deliver().figures().values()) == {0}


def test_what_is_too_large_for_the_quarantine_fails_alone() -> None:
    """Its message ends in the dead-letter queue; the others are kept."""

    class Small(MemoryQuarantine):
        def put(self, entries: Sequence[QuarantineEntry]) -> None:
            if any(len(entry.body) > 1000 for entry in entries):
                raise UnstorableError("too large")
            super().put(entries)

    world = world_with(ALL, place=MemoryPlace(quarantine=Small()))
    bad = [raw("x" * size) for size in (10, 2000, 20, 30)]
    report = world.deliver(*bad, message(record(cost_usd="1")))
    assert report.failed == {bad[1].id}
    assert (report.counted, report.quarantined, report.not_kept) == (1, 3, 1)
    assert len(list(world.place.connect().quarantine.entries(["2026-11-22"]))) == 3


def test_of_contradicting_records_in_one_batch_the_one_that_counted_is_a_duplicate() -> None:
    world = world_with(ALL)
    world.deliver(message(record("a", cost_usd="1")))
    report = world.deliver(message(record("a", cost_usd="2")), message(record("a", cost_usd="1")))
    assert (report.counted, report.duplicates, report.quarantined, report.failed) == (0, 1, 1, set())


def test_a_contradiction_is_not_hidden_by_what_another_adapter_saw_of_the_same_call() -> None:
    """Found by the simulator: the twin came first, was no contradiction, and the other went with it as a duplicate."""
    world, request = world_with(ALL), {"provider_request_id": "req-1"}
    world.deliver(message(record("a", cost_usd="1", **request)))
    twin, other = record("twin", cost_usd="1", **request), record("a", cost_usd="2", **request)
    report = world.deliver(message(twin), message(other))
    assert (report.counted, report.duplicates, report.quarantined, report.failed) == (0, 1, 1, set())
    (kept,) = world.place.connect().quarantine.entries(["2026-11-22"])
    assert '"cost_usd":"2"' in kept.body


def test_a_flood_of_contradictions_costs_a_bounded_number_of_transactions() -> None:
    world = world_with(ALL)
    report = world.deliver(*(message(record("a", cost_usd=str(number))) for number in range(200)))
    assert (report.counted, report.quarantined) == (1, 199)
    assert MAX_ROUNDS == 3


def test_one_bad_message_twice_in_a_batch_is_one_entry() -> None:
    world = world_with(ALL)
    report = world.deliver(raw("{"), raw("{"))
    assert report.quarantined == 2
    assert len(list(world.place.connect().quarantine.entries(["2026-11-22"]))) == 1
    assert sum(item.detail_type == "Usage Quarantined" for item in world.bus.published) == 1


def test_a_flood_of_unknown_models_is_kept_and_announced_in_part() -> None:
    world = world_with(ALL)
    report = world.deliver(*(message(record(f"e{n}", model=f"acme-{n}")) for n in range(50)))
    assert (report.counted, report.unpriced) == (50, 50)
    assert len(world.announced()) == MAX_ANNOUNCED_MODELS


def test_a_warm_meter_announces_a_model_once_without_asking_again() -> None:
    world = world_with(ALL)
    meter = world.process().meter()
    for number in range(3):
        meter([message(record(f"e{number}", model="acme"))], world.now)
    assert sum(item.detail_type == "Usage Unpriced" for item in world.bus.published) == 1


def test_the_figures_are_the_metrics() -> None:
    assert set(World().deliver().figures()) == {
        "RecordsReceived",
        "RecordsCounted",
        "DuplicatesDropped",
        "RecordsQuarantined",
        "RecordsUnpriced",
        "AlertsFired",
        "RecordsFailed",
    }
