"""What of a budget AWS Budgets can watch, and the words for what it cannot."""

import pytest

from spendplane.domain.bill import BillPart, Watch, remarks, watch
from spendplane.domain.budgets import ATTRIBUTES, Budget
from spendplane.domain.periods import Period
from tests.support.builders import budget

PROJECT: dict[str, str | tuple[str, ...]] = {"project_id": "marketing-gen-v1"}

CAN = {
    "one tag": (budget(match=PROJECT), BillPart((("project", ("marketing-gen-v1",)),))),
    "a day": (budget(match=PROJECT, period=Period.DAILY), BillPart((("project", ("marketing-gen-v1",)),))),
    "a cent": (budget(usd="0.01", match={"team": "a"}), BillPart((("team", ("a",)),))),
    "every tag, sorted by its name on resources": (
        budget(
            match={
                "cost_center": "cc-7",
                "department_id": "d",
                "environment": ("development", "staging"),
                "model": "m",
                "project_id": "p",
                "team": "Zoë + co",
                "workload_type": "training",
            }
        ),
        BillPart(
            (
                ("cost_center", ("cc-7",)),
                ("department", ("d",)),
                ("environment", ("development", "staging")),
                ("model", ("m",)),
                ("project", ("p",)),
                ("team", ("Zoë + co",)),
                ("workload_type", ("training",)),
            )
        ),
    ),
    "a region beside a tag": (
        budget(match={**PROJECT, "region": ("eu-central-1", "us-gov-west-1")}),
        BillPart((("project", ("marketing-gen-v1",)),), ("eu-central-1", "us-gov-west-1")),
    ),
}
CANNOT = {
    "no limit": (budget(usd=None, match=PROJECT), "it has no limit"),
    "tokens only": (budget(usd=None, tokens=5, match=PROJECT), "a bill knows neither tokens nor requests"),
    "requests only": (budget(usd=None, requests=5, match=PROJECT), "a bill knows neither tokens nor requests"),
    "a limit of zero": (budget(usd=0, match=PROJECT), "its limit is $0, and AWS Budgets notifies at percentages"),
    "weekly": (budget(match=PROJECT, period=Period.WEEKLY), "no period `weekly` (it has `daily` and `monthly`)"),
    "total": (budget(match=PROJECT, period=Period.TOTAL), "no period `total`"),
    "per user": (budget(match=PROJECT, per="user_id"), "it has a counter per `user_id`"),
    "per project": (budget(match={"team": "a"}, per="project_id"), "it has a counter per `project_id`"),
    "a user": (budget(match={**PROJECT, "user_id": "u"}), "it selects by `user_id`, which no tag"),
    "a session": (budget(match={**PROJECT, "session_id": "s"}), "it selects by `session_id`, which no tag"),
    "a provider": (budget(match={**PROJECT, "provider": "openai"}), "it selects by `provider`, which no tag"),
    "a tier": (budget(match={**PROJECT, "service_tier": "batch"}), "it selects by `service_tier`, which no tag"),
    "no tag value": (budget(match={"project_id": ("fine", "a!b")}), "`project_id: a!b` cannot be the value of a tag"),
    "a reserved value": (budget(match={"team": "AWS:x"}), "`team: AWS:x` cannot be the value of a tag"),
    "another cloud's region": (budget(match={**PROJECT, "region": "westeurope"}), "`region: westeurope` cannot be a"),
    "everything": (budget(), "the bill of the whole account would count"),
    "a whole region": (budget(match={"region": "eu-central-1"}), "the bill of the whole account would count"),
}


@pytest.mark.parametrize(("of", "expected"), CAN.values(), ids=CAN)
def test_what_a_bill_is_split_by_can_be_watched(of: Budget, expected: BillPart) -> None:
    assert watch(of) == Watch(expected)


@pytest.mark.parametrize(("of", "reason"), CANNOT.values(), ids=CANNOT)
def test_what_a_bill_cannot_tell_is_said(of: Budget, reason: str) -> None:
    found = watch(of)
    assert found.part is None
    (said,) = found.missing
    assert reason in said


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_attribute_is_decided(name: str) -> None:
    """A new one is either a tag or a region of the bill, or named as what the bill cannot tell."""
    found = watch(budget(match={name: "us-east-1"}), untagged=True)
    if found.part is None:
        assert name in found.missing[0]
    else:
        assert found.part.tags or found.part.regions
        assert not found.missing


def test_all_reasons_are_named_at_once() -> None:
    assert (
        len(watch(budget(usd=0, period=Period.TOTAL, per="user_id", match={"provider": "x", "team": "!"})).missing) == 5
    )


def test_the_whole_account_is_watched_when_that_is_asked_for() -> None:
    assert watch(budget(), untagged=True) == Watch(BillPart())
    assert watch(budget(match={"region": "eu-central-1"}), untagged=True).part == BillPart((), ("eu-central-1",))
    assert watch(budget(usd=0), untagged=True).part is None


def test_dollars_are_watched_where_other_limits_stand_beside_them() -> None:
    found = watch(budget(match=PROJECT, tokens=7, requests=3))
    assert found.part is not None
    assert found.missing == ("its limit in tokens and requests",)


def test_a_line_for_each_reason_names_its_budgets_and_what_holds() -> None:
    budgets = [
        budget("weekly-a", match={"team": "a"}, period=Period.WEEKLY),
        budget("fine", match={"team": "a"}),
        budget("tokens-too", match={"team": "a"}, tokens=1),
        budget("tokens-here", match={"team": "b"}, tokens=1),
        budget("weekly-b", match={"team": "b"}, period=Period.WEEKLY),
    ]
    weekly, tokens = remarks((of.id, watch(of)) for of in budgets)
    assert weekly == (
        "No AWS budget for `weekly-a`, `weekly-b`: AWS Budgets has no period `weekly` (it has `daily` and `monthly`)."
        " The live counter holds all the same, for what events report."
    )
    assert tokens == (
        "The AWS budget for `tokens-too`, `tokens-here` watches dollars only: its limit in tokens is held by the live"
        " counter."
    )
