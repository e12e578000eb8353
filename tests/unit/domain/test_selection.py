"""A budget's selector in the words of resource tags."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.domain.budgets import ATTRIBUTES, NO_VALUE, Budget
from spendplane.domain.selection import TAG_OF, UnselectableError, selection
from spendplane.domain.targets import Target
from tests.support.builders import budget
from tests.support.fleets import FUNCTION, HOSTILE, PROJECT, ROLE, target

ROLE_OF_ALL = target("shared", ROLE)
BY_TAG = {name: tag for name, tag in TAG_OF.items() if name not in {"project_id", "environment"}}


def taken(of: Budget, *targets: Target, key: str | None = None) -> list[str]:
    """The keys, without what is the same in all of them."""
    chosen = selection(of, key)
    return [part.key.rpartition("/")[2] for found in targets for part in chosen.narrowed(found)]


@pytest.mark.parametrize(("attribute", "tag"), BY_TAG.items())
def test_each_attribute_that_a_tag_says(attribute: str, tag: str) -> None:
    of = budget(match={attribute: ("a", "b")})
    found = [target(value, **{tag: value}) for value in ("a", "b", "c", "A")]
    assert taken(of, *found, target("without")) == ["a", "b"]
    assert selection(of, None).search == {"project": (), tag: ("a", "b")}


def test_projects_are_searched_for_and_environments_are_not() -> None:
    of = budget(match={"project_id": ("a", "b"), "environment": "staging"})
    assert selection(of, None).search == {"project": ("a", "b")}
    assert selection(budget(), None).search == {"project": ()}


def test_another_known_environment_is_not_meant_and_an_odd_one_is_for_the_decision() -> None:
    of = budget(match={"environment": ("staging", "test")})
    known = [target(name, environment=name) for name in ("staging", "test", "development", "production")]
    assert taken(of, *known) == ["staging", "test"]
    odd = [target(f"n{number}", environment=value) for number, value in enumerate(HOSTILE)]
    assert len(taken(of, *odd, target("none", environment=...))) == len(HOSTILE) + 1
    assert len(taken(budget(), *known, *odd)) == len(known) + len(HOSTILE), "no environment: any, for the decision"


def test_a_counter_per_attribute_is_about_its_value() -> None:
    first, second = target("first", team="growth"), target("second", team="search", environment="test")
    assert taken(budget(per="team"), first, second, key="search") == ["second"]
    assert taken(budget(per="environment"), first, second, key="staging") == ["first"]
    assert taken(budget(per="project_id"), first, second, key=PROJECT) == ["first", "second"]
    assert taken(budget(per="project_id"), first, second, key="another") == []
    several = budget(per="team", match={"team": ("growth", "search", "ads")})
    assert taken(several, first, second, key="growth") == ["first"], "the value, not the whole list"


def test_regions() -> None:
    of = budget(match={"region": ("eu-central-1", "us-east-1")})
    away = replace(target("away"), arn=target("away").arn.replace("us-east-1", "us-west-2"))
    assert taken(of, target("here"), away, ROLE_OF_ALL) == ["here"], "a role is in no region"
    assert taken(budget(per="region"), target("here"), away, key="us-west-2") == ["away"]


def test_users_are_sessions_on_shared_roles_and_nothing_else() -> None:
    agent = target("agent")
    per_user = budget(per="user_id")
    assert taken(per_user, agent, ROLE_OF_ALL, key="ann") == ["shared#ann"]
    assert taken(budget(match={"user_id": ("ann", "ben")}), agent, ROLE_OF_ALL) == ["shared#ann", "shared#ben"]
    ann, ben = replace(ROLE_OF_ALL, scope="ann"), replace(ROLE_OF_ALL, scope="ben")
    assert taken(per_user, ann, ben, key="ann") == ["shared#ann"], "what is held already is one session"
    assert taken(budget(), ann, ROLE_OF_ALL) == ["shared"], "a budget over all takes the role, not its sessions"
    in_staging = budget(per="user_id", match={"environment": "staging"})
    assert taken(in_staging, target("live", ROLE, environment="production"), key="ann") == []


@pytest.mark.parametrize("attribute", ["provider", "session_id", "service_tier"])
def test_what_no_tag_says_cannot_be_selected(attribute: str) -> None:
    for of, key in ((budget(match={attribute: "x"}), None), (budget(per=attribute), "x")):
        with pytest.raises(UnselectableError, match=f"it selects by `{attribute}`, which no resource tag says"):
            selection(of, key)


@pytest.mark.parametrize("attribute", ["user_id", "team", "environment", "project_id"])
def test_spend_without_the_attribute_belongs_to_nobody(attribute: str) -> None:
    for key in (NO_VALUE, None):
        with pytest.raises(UnselectableError, match=f"the spend of events without `{attribute}`: nobody's resources"):
            selection(budget(per=attribute), key)


def test_every_attribute_is_either_selectable_or_refused() -> None:
    def refused() -> Iterator[str]:
        for name in ATTRIBUTES:
            try:
                selection(budget(match={name: "x"}), None)
            except UnselectableError:
                yield name

    assert set(refused()) == set(ATTRIBUTES) - set(TAG_OF) - {"user_id", "region"}


values = st.sampled_from(["a", "b", "c"])
tags = st.dictionaries(st.sampled_from([*TAG_OF.values(), "other"]), values, max_size=4)
matches = st.dictionaries(st.sampled_from([*TAG_OF, "user_id", "region"]), st.lists(values, min_size=1, max_size=2))


@given(matches, st.lists(tags, max_size=5), st.sampled_from([FUNCTION, ROLE]))
def test_what_is_taken_was_searched_for(match: dict[str, Any], found: list[dict[str, str]], kind: str) -> None:
    """The search is wider than the selection, or as wide: nothing is taken that it leaves out."""
    chosen = selection(budget(match={name: tuple(items) for name, items in match.items()}), None)
    for tagged in found:
        resource = target("x", kind, **tagged)
        for part in chosen.narrowed(resource):
            assert all(
                tag in resource.tags and (not wanted or resource.tags[tag] in wanted)
                for tag, wanted in chosen.search.items()
            )
            assert (part.arn, part.tags) == (resource.arn, resource.tags)
            assert (part.scope is not None) == ("user_id" in match)
