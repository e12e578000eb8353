"""What lacks tags, the dearest first; and setting only what is sure."""

from decimal import Decimal

from spendplane.adapters.memory.tagging import MemoryTaggedAccount
from spendplane.application.tag_audit import TagAudit, TagFix
from spendplane.domain.tagging import STACK_TAG, Resource, TagRules

FULL = {"project": "search", "environment": "staging", "cost_center": "CC-1", "workload_type": "inference"}
RULES = TagRules()


def resource(name: str, tags: dict[str, str], *, model: bool = False) -> Resource:
    return Resource("lambda-function", f"arn:aws:lambda:eu-west-1:1:function:{name}", name, tags, serves_model=model)


def account(*resources: Resource) -> MemoryTaggedAccount:
    made = MemoryTaggedAccount()
    made.add(*resources)
    return made


def test_what_lacks_a_tag_or_has_an_unknown_value_is_found() -> None:
    resources = resource("good", FULL), resource("bare", {}), resource("wrong", {**FULL, "environment": "prod"})
    report = TagAudit(account(*resources), RULES)()
    found = {item.resource.name: [problem.key for problem in item.problems] for item in report.findings}
    assert found == {"bare": list(FULL), "wrong": ["environment"]}
    assert (len(report.resources), report.priced) == (3, False)


def test_a_model_is_missed_where_one_is_served() -> None:
    report = TagAudit(account(resource("m", FULL, model=True)), RULES)()
    assert [problem.key for item in report.findings for problem in item.problems] == ["model"]


def test_spendplanes_own_are_left_out() -> None:
    own = resource("spendplane-meter", {}), resource("other", {"application": "spendplane"})
    assert TagAudit(account(*own), RULES)().resources == ()


def test_the_dearest_come_first_and_what_has_no_known_cost_last() -> None:
    costs = {"a": None, "b": Decimal(0), "c": Decimal("3.5"), "d": Decimal(700)}
    report = TagAudit(account(*(resource(name, {}) for name in costs)), RULES, lambda item: costs[item.name])()
    assert [item.resource.name for item in report.findings] == ["d", "c", "b", "a"]
    assert (report.findings[0].monthly_usd, report.priced) == (Decimal(700), True)


def test_only_what_is_sure_is_set_and_the_rest_stays() -> None:
    stacked = resource("f", {STACK_TAG: "shop", "project": "mine", "workload_type": "train"})
    found = account(stacked)
    found.stacks["shop"] = {"project": "search", "environment": "test", "cost_center": "CC-1"}
    fixing, report = TagFix(found, RULES), TagAudit(found, RULES)()
    proposals = fixing.propose(report)
    assert [(made.key, made.value, made.sure) for made in proposals] == [
        ("environment", "test", True),
        ("cost_center", "CC-1", True),
        ("workload_type", "training", False),
    ]
    assert fixing.apply(proposals) == {}
    now = found.resources[stacked.arn].tags
    assert now == {**stacked.tags, "environment": "test", "cost_center": "CC-1"}


def test_what_fails_is_told_and_does_not_hold_up_the_rest() -> None:
    names = "f", "g"
    found = account(*(resource(name, {**FULL, "environment": "Test"}) for name in names))
    first, second = found.resources
    found.failing[first] = "AccessDenied"
    fixing = TagFix(found, RULES)
    assert fixing.apply(fixing.propose(TagAudit(found, RULES)())) == {first: "AccessDenied"}
    assert [found.resources[arn].tags["environment"] for arn in (first, second)] == ["Test", "test"]


def test_nothing_is_set_where_nothing_is_sure() -> None:
    found = account(resource("f", {**FULL, "environment": "prod"}))
    fixing = TagFix(found, RULES)
    assert fixing.apply(fixing.propose(TagAudit(found, RULES)())) == {}
    assert TagAudit(found, RULES)().findings
