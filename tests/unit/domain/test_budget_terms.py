"""What a new revision is due for: under it each threshold may alert again, and an alert sets the kill switch off."""

from typing import Any

import pytest

from spendplane.domain.periods import Period
from tests.support.builders import budget

NOTIFIES = {"on_hard_limit": "notify", "on_soft_limit": "notify"}
TERMS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    # before, after, the same
    ({}, {}, True),
    ({}, {"owner": "me", "mode": "enforce", "shards": 4}, True),
    ({}, {"period": Period.DAILY}, False),
    ({}, {"thresholds": (50, 100)}, False),
    ({}, {"tokens": 5}, False),
    (NOTIFIES, {**NOTIFIES, "on_hard_limit": "throttle"}, False),
    (NOTIFIES, {**NOTIFIES, "on_soft_limit": "degrade"}, False),
    ({"on_hard_limit": "throttle", "on_soft_limit": "degrade"}, NOTIFIES, True),
    ({"on_soft_limit": "degrade"}, {"on_soft_limit": "degrade"}, True),
]


@pytest.mark.parametrize(("before", "after", "same"), TERMS)
def test_a_budget_that_begins_to_act_is_a_new_one(before: dict[str, Any], after: dict[str, Any], same: bool) -> None:
    assert budget("b", 10, **after).same_terms(budget("b", 10, **before)) is same
