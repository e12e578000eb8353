"""Decide, then act: what a plan says for which fleet."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.domain.budgets import Budget
from spendplane.domain.plans import Bounds, Plan, Verdict, decide
from spendplane.domain.targets import EXEMPT_TAG, Protection, Target
from tests.support.builders import NOW, budget, counter
from tests.support.fleets import ALLOWED, HOSTILE, ROLE, staging, target

PROTECTION = Protection(frozenset(ALLOWED))
BUDGET = staging()


def plan(*targets: Target, of: Budget = BUDGET, key: str | None = None, now: datetime = NOW, **bounds: Any) -> Plan:
    return decide(of, counter(of, 12, key=key), targets, now, Bounds(PROTECTION, **bounds))


def names(targets: Any) -> list[str]:
    return [item.name for item in targets]


def fleet(number: int) -> list[Target]:
    return [target(f"w-{index:03}") for index in range(number)]


def test_a_plan_names_what_goes_down_and_what_does_not_and_why() -> None:
    made = plan(target("b"), target("a"), target("odd", environment="stаging"), target("bare", environment=...))
    assert (made.verdict, made.reason) == (Verdict.THROTTLE, "")
    assert names(made.targets) == names(made.wanted) == ["a", "b"]
    assert [(item.target.name, item.reason[:27]) for item in made.refused] == [
        ("bare", "it has no tag `environment`"), ("odd", "its environment 'st\\u0430gi"),
    ]  # fmt: skip


def test_what_was_found_twice_is_there_once_with_the_later_tags() -> None:
    before, now = target("a", team="old"), target("a", team="new")
    assert plan(before, now, before, now).targets == (now,)
    retagged = plan(target("a"), target("a", environment="prod"))
    assert retagged.wanted == ()
    assert names(item.target for item in retagged.refused) == ["a"]


@given(st.permutations(range(8)))
def test_equal_input_gives_equal_plans(order: list[int]) -> None:
    found = [*fleet(5), target("r", ROLE), target("x", "api-stage"), target("odd", environment="qa")]
    made = plan(*(found[index] for index in order))
    assert made == plan(*found)
    assert [item.kind for item in made.targets] == ["api-stage", "bedrock-role", *["lambda-function"] * 5]


@pytest.mark.parametrize(
    ("number", "verdict", "wanted"), [(19, Verdict.THROTTLE, 19), (20, Verdict.THROTTLE, 20), (21, Verdict.REFUSE, 0)]
)
def test_the_cap(number: int, verdict: Verdict, wanted: int) -> None:
    made = plan(*fleet(number), target("live", environment="prod"))
    assert (made.verdict, len(made.targets), len(made.wanted)) == (verdict, number, wanted)
    assert (made.reason == "") is (verdict is Verdict.THROTTLE)
    if verdict is Verdict.REFUSE:
        assert made.reason == "21 targets are more than the 20 that may be throttled at once"


def test_protected_ones_do_not_count_for_the_cap() -> None:
    live = [target(f"l-{number}", environment="qa") for number in range(30)]
    assert plan(*fleet(20), *live).verdict is Verdict.THROTTLE


def test_doubtful_figures_turn_nothing_down_and_give_nothing_back() -> None:
    found = fleet(3)
    made = plan(*found, doubt="its figures are in doubt")
    assert (made.verdict, made.reason, made.wanted) == (Verdict.REFUSE, "its figures are in doubt", ())
    held = plan(*found, doubt="its figures are in doubt", held={found[0].key})
    assert (held.verdict, list(held.wanted)) == (Verdict.THROTTLE, found[:1])
    assert [item.reason for item in held.refused] == ["its figures are in doubt"] * 2


def test_a_budget_that_observes_says_what_it_would_do_whatever_the_bill_says() -> None:
    observed = plan(*fleet(2), of=staging(mode="observe"), doubt="its figures are in doubt")
    assert (observed.verdict, len(observed.targets)) == (Verdict.OBSERVE, 2)


def test_over_the_cap_what_is_down_stays_down_and_the_rest_is_left() -> None:
    found = fleet(21)
    held = {item.key for item in found[:20]}
    made = plan(*found, held=held)
    assert made.verdict is Verdict.THROTTLE
    assert list(made.wanted) == found[:20]
    assert [(item.target, item.reason) for item in made.refused] == [(found[20], made.reason)]
    assert made.reason == "21 targets are more than the 20 that may be throttled at once"
    assert plan(*found[:20], held=held).reason == ""
    elsewhere = plan(*found, held={"arn:somebody:else"})
    assert (elsewhere.verdict, elsewhere.wanted) == (Verdict.REFUSE, ())


@pytest.mark.parametrize(("approved", "number", "wanted"), [(30, 30, 30), (30, 31, 0), (5, 5, 5), (5, 6, 0), (1, 1, 1)])
def test_a_person_may_allow_another_number(approved: int, number: int, wanted: int) -> None:
    assert len(plan(*fleet(number), approved=approved).wanted) == wanted


def test_observing_names_everything_and_wants_nothing() -> None:
    of = replace(BUDGET, mode="observe")
    made = plan(*fleet(25), of=of)
    assert (made.verdict, len(made.targets), made.wanted) == (Verdict.OBSERVE, 25, ())
    assert made.reason == "the budget's mode is observe: nothing is touched"
    assert plan(*fleet(2), of=replace(BUDGET, mode="something else")).verdict is Verdict.OBSERVE


def test_nothing_to_throttle_is_for_a_person() -> None:
    assert (plan().verdict, plan().reason) == (Verdict.REFUSE, "no resource carries its tags")
    elsewhere = plan(target("x", project="another"), target("y", environment="test"))
    assert (elsewhere.verdict, elsewhere.refused) == (Verdict.REFUSE, ())
    protected = plan(target("x", environment="production"), of=budget("all", mode="enforce"))
    assert (protected.verdict, protected.wanted) == (Verdict.REFUSE, ())
    assert protected.reason == "every resource with its tags is protected, exempt or wrongly tagged"


def test_what_tags_cannot_say_is_for_a_person() -> None:
    made = plan(*fleet(3), of=budget("b", mode="enforce", match={"provider": "openai"}))
    assert (made.verdict, made.wanted) == (Verdict.REFUSE, ())
    assert made.reason == "it selects by `provider`, which no resource tag says"


def test_a_wrong_exemption_is_noted_and_a_right_one_refuses() -> None:
    made = plan(target("a", exempt="2026-11-21"), target("b", exempt="2026-11-22"))
    assert names(made.wanted) == ["a"]
    assert made.notes == ("lambda-function a: `spendplane:exempt` ended on 2026-11-21",)
    assert [item.reason for item in made.refused] == ["exempt until 2026-11-22 by its tag `spendplane:exempt`"]
    next_day = plan(target("b", exempt="2026-11-22"), now=datetime(2026, 11, 23, tzinfo=UTC))
    assert names(next_day.wanted) == ["b"]


environments = st.sampled_from([*ALLOWED, "production", *HOSTILE, None]) | st.text(max_size=12)
resources = st.builds(
    lambda number, environment, project, kind, more: Target(
        kind,
        f"arn:aws:x:us-east-1:1:{kind}/{number}",
        f"n{number}",
        {
            **more,
            **({} if environment is None else {"environment": environment}),
            **({} if project is None else {"project": project}),
        },
    ),
    st.integers(0, 40),
    environments,
    st.sampled_from(["marketing-gen-v1", "", " ", "another", None]),
    st.sampled_from(["lambda-function", ROLE, "vanishing"]),
    st.dictionaries(st.sampled_from(["team", EXEMPT_TAG, "application"]), st.sampled_from(["a", "2026-12-01"])),
)
budgets = st.sampled_from(
    [
        BUDGET,
        budget("all", mode="enforce"),
        budget("live", mode="enforce", match={"environment": "production"}),
        budget("two", mode="enforce", match={"environment": ("production", "staging")}),
        budget("user", mode="enforce", per="user_id"),
        budget("env", mode="enforce", per="environment"),
    ]
)


@given(st.lists(resources, max_size=40), budgets, st.integers(1, 50), st.randoms(use_true_random=False))
def test_nothing_protected_is_ever_in_a_plan(found: list[Target], of: Budget, cap: int, chance: random.Random) -> None:
    held = {item.key for item in found if chance.random() < 0.3}
    key = {"user_id": "ann", "environment": "production"}.get(of.per or "")
    protection = replace(PROTECTION, max_targets=cap)
    made = decide(of, counter(of, 12, key=key), found, NOW, Bounds(protection, held))
    for item in made.targets:
        assert item.tags["environment"] in ALLOWED
        assert item.tags["project"].strip()
        assert item.tags.get(EXEMPT_TAG) != "2026-12-01"
    assert len(made.wanted) <= max(cap, len(held))
    assert len({item.key for item in made.targets}) == len(made.targets)
    assert not {item.key for item in made.wanted} & {item.target.key for item in made.refused}
    assert made == decide(of, counter(of, 12, key=key), list(found), NOW, Bounds(protection, held))
