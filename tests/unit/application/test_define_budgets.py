"""What a deployment changes, decided before anything is written."""

from dataclasses import replace

import pytest

from spendplane.application.define_budgets import plan
from spendplane.domain.budgets import Budget
from spendplane.domain.limits import Limits
from spendplane.domain.periods import Period
from tests.support.builders import budget

OLD = budget("a", 10, revision=3, shards=4)


@pytest.mark.parametrize(
    ("changes", "revision"),
    [
        ({"limits": Limits(tokens=5)}, 4),
        ({"limits": Limits()}, 4),
        ({"thresholds": (50, 100)}, 4),
        ({"period": Period.DAILY}, 4),
        ({"owner": "somebody"}, 3),
        ({"mode": "enforce"}, 3),
        ({"on_hard_limit": "notify"}, 3),
        ({"shards": 8}, 3),
        ({}, 3),
    ],
)
def test_a_revision_grows_when_the_terms_change(changes: dict[str, object], revision: int) -> None:
    wanted = replace(budget("a", 10), **changes)  # type: ignore[arg-type]
    todo = plan([wanted], {"a": OLD})
    found = [new for _, new in todo.changed] or list(todo.unchanged)
    assert [item.revision for item in found] == [revision]
    assert bool(todo.unchanged) is (changes == {})
    assert todo.empty is (changes == {})


def test_shards_never_shrink_also_over_an_absence() -> None:
    (_, new), *_ = plan([replace(OLD, shards=1, owner="x")], {"a": OLD}).changed
    assert new.shards == 4
    (back,) = plan([budget("a", 10)], {}, {"a": OLD}).created
    assert (back.shards, back.revision) == (4, 4)
    (back,) = plan([budget("a", 10, shards=9)], {}, {"a": OLD}).created
    assert back.shards == 9


def test_created_and_removed() -> None:
    other: Budget = budget("b", 5)
    todo = plan([other], {"a": OLD})
    assert (todo.created, todo.removed, todo.changed) == ((other,), (OLD,), ())
    assert plan([], {}).empty
