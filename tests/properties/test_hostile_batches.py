"""Whatever comes in a batch, nothing raises, and every record stands in the ledger or in the quarantine."""

from hypothesis import given
from hypothesis import strategies as st

from spendplane.application.metering.intake import contradiction
from spendplane.contract.envelope import Message, Rejected, read
from spendplane.domain.periods import Period
from tests.support.builders import budget, raw
from tests.support.hostile import bodies
from tests.support.snapshot import check_books
from tests.support.world import World, world_with

batches = st.lists(bodies.map(raw), min_size=1, max_size=6)


def new_world() -> World:
    """With a budget that is soon spent, and a counter for each user."""
    return world_with(budget("all", 3), budget("user", 2, period=Period.DAILY, per="user_id", on_hard_limit="notify"))


def check_kept(world: World, messages: list[Message]) -> None:
    """Each record that was read out of these messages is where it belongs."""
    stores = world.place.connect()
    kept = {entry.id for entry in stores.quarantine.entries([f"{world.now:%Y-%m-%d}"])}
    rows = {item.row.event.dedup_key: item.row.event for item in stores.ledger.rows()}
    for item in (item for message in messages for item in read(message)):
        if isinstance(item, Rejected):
            assert item.id in kept, f"lost: {item}"
            continue
        stored = rows[item.dedup_key]
        if stored.contradicts(item.id, item.payload_hash):
            assert contradiction(item).id in kept, f"a contradiction was lost: {item}"


@given(batches)
def test_every_record_of_a_hostile_batch_is_accounted_for(messages: list[Message]) -> None:
    world = new_world()
    report = world.deliver(*messages)
    assert report.received == sum(len(list(read(message))) for message in messages)
    assert (report.failed, report.not_kept) == (set(), 0)
    check_kept(world, messages)
    check_books(world)
    counted = world.counters()
    again = world.deliver(*messages)
    assert (again.received, again.counted, again.failed) == (report.received, 0, set())
    assert {ref: item.spend for ref, item in world.counters().items()} == {
        ref: item.spend for ref, item in counted.items()
    }
