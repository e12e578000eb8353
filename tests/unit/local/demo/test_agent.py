"""The runaway agent spends past its own budget, and nobody else's."""

from datetime import UTC, datetime
from itertools import islice

from local.demo import agent
from tests.unit.local.demo.world import book

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_same_seed_gives_the_same_records() -> None:
    first, again, other = (list(islice(agent.turns(seed, START), 5)) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_its_budget_crosses_its_soft_threshold_in_a_turn_of_its_own_and_then_its_limit() -> None:
    for seed in range(1, 6):
        told = book()
        for turn, events in enumerate(islice(agent.turns(seed, START), 60)):
            told.add(events, at=float(turn))
            if len(told.crossings) >= 2:
                break

        crossings = sorted(told.crossings.values(), key=lambda crossing: crossing.at)
        assert [(crossing.ref.budget_id, crossing.percent) for crossing in crossings] == [
            (agent.BUDGET, 80),
            (agent.BUDGET, 100),
        ]
        assert crossings[0].at < crossings[1].at


def test_what_production_uses_meanwhile_is_not_in_the_budget() -> None:
    told = book()
    (events,) = islice(agent.turns(1, START), 1)
    told.add(events, at=0.0)

    requests = {ref.budget_id: spend.requests for ref, spend in told.spent.items()}
    assert requests["everything"] == agent.CALLS + 1
    assert requests[agent.BUDGET] == agent.CALLS
