"""The AWS Budgets that stand behind the live counters: every value as AWS wants it.

Rules of the AWS Budgets API reference (service model of 2016-10-20) unless a test names another source.
"""

import json
import re

import pytest

from tests.stacks.assembly import BUDGETS, Assembly, Json, synthesise

FILE = """\
version: 1
defaults: {owner: owner@example.com}
budgets:
  - {id: one-tag, match: {project_id: chat}, limit_usd: "123456789012.123456"}
  - {id: two-tags, match: {project_id: chat, environment: [staging, test]}, limit_usd: 1e3, owner: The Chat Team}
  - {id: two.tags, match: {team: growth, environment: production}, limit_usd: 0.5, limit_tokens: 5}
  - {id: a-day, match: {project_id: chat}, limit_usd: 5.50, period: daily}
  - {id: in-a-region, match: {project_id: chat, region: eu-central-1}, limit_usd: 5}
  - {id: whole-account, limit_usd: 5, aws_budget: true}
  - {id: switched-off, match: {project_id: quiet}, limit_usd: 5, aws_budget: false}
  - {id: a-week, match: {project_id: chat}, limit_usd: 5, period: weekly}
  - {id: a-user, match: {project_id: chat}, per: user_id, limit_usd: 5}
"""
NAME = re.compile(r"(?![^:\\]*/action/|(?i:.*<script>.*</script>.*))[^:\\]+")
"""`BudgetName`: pattern of the API."""
AMOUNT = re.compile(r"([0-9]*\.)?[0-9]+")
"""`NumericValue`: no exponent."""
GROSS = {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Refund"]}}}


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory, empty_layers: None) -> Assembly:  # noqa: ARG001
    folder = tmp_path_factory.mktemp("budgets")
    (folder / "budgets.yaml").write_text(FILE)
    return synthesise(folder / "out", budgets=str(folder / "budgets.yaml"))


@pytest.fixture(scope="module")
def found(assembly: Assembly) -> dict[str, Json]:
    """The properties of each AWS budget by the id of ours, its name without what changes from one to the next."""
    budgets = assembly.resources("AWS::Budgets::Budget").values()
    return {re.sub(r"^spendplane-|-[a-p]{8}$", "", item["Budget"]["BudgetName"]): item for item in budgets}


def test_there_is_one_for_each_budget_that_aws_can_express(found: dict[str, Json]) -> None:
    assert set(found) == {"one-tag", "two-tags", "two.tags", "a-day", "in-a-region", "whole-account"}


def test_each_is_a_cost_budget_in_dollars_of_the_period(found: dict[str, Json]) -> None:
    units = {id_: item["Budget"]["TimeUnit"] for id_, item in found.items()}
    assert units == {**dict.fromkeys(found, "MONTHLY"), "a-day": "DAILY"}
    assert {item["Budget"]["BudgetType"] for item in found.values()} == {"COST"}
    assert {item["Budget"]["BudgetLimit"]["Unit"] for item in found.values()} == {"USD"}


def test_amounts_are_the_files_to_the_last_digit(found: dict[str, Json]) -> None:
    """A number in a template is a binary one somewhere on its way; text is not."""
    amounts = {id_: item["Budget"]["BudgetLimit"]["Amount"] for id_, item in found.items()}
    assert amounts["one-tag"] == "123456789012.123456"
    assert (amounts["two-tags"], amounts["two.tags"], amounts["a-day"]) == ("1000", "0.5", "5.5")
    assert all(AMOUNT.fullmatch(amount) for amount in amounts.values())


def test_names_are_unique_and_permitted(found: dict[str, Json]) -> None:
    """At most 100 characters, also for the longest id that budgets.yaml allows."""
    budget_names = [item["Budget"]["BudgetName"] for item in found.values()]
    assert len(set(budget_names)) == len(budget_names)
    for id_, name in zip(found, budget_names, strict=True):
        assert NAME.fullmatch(name)
        assert len(name) - len(id_) + 64 <= 100


def test_all_tags_and_the_region_must_agree_and_no_credit_hides_spend(found: dict[str, Json]) -> None:
    """`And` of terms, each with one root; the values of one term are alternatives (Cost Explorer API, Expression).

    Tags have plain keys: those of Cost Explorer, not `user:` and the key, which is for `CostFilters`.
    """
    filters = {id_: item["Budget"]["FilterExpression"] for id_, item in found.items()}
    project = {"Tags": {"Key": "project", "Values": ["chat"]}}
    environments = {"Tags": {"Key": "environment", "Values": ["staging", "test"]}}
    assert filters["one-tag"] == {"And": [project, GROSS]}
    assert filters["two-tags"] == {"And": [environments, project, GROSS]}
    assert filters["in-a-region"] == {
        "And": [project, {"Dimensions": {"Key": "REGION", "Values": ["eu-central-1"]}}, GROSS]
    }
    assert filters["whole-account"] == GROSS, "And needs two terms"


def test_an_expression_comes_with_its_metric_and_without_the_older_filters(found: dict[str, Json]) -> None:
    """CreateBudget: "either FilterExpression and Metrics or CostFilters and CostTypes, not both".

    Without a metric the budget is accepted and broken: "Selected metrics cannot be null"
    (hashicorp/terraform-provider-aws#46866).
    """
    for item in found.values():
        assert item["Budget"]["Metrics"] == ["UnblendedCost"]
        assert not {"CostFilters", "CostTypes", "PlannedBudgetLimits", "AutoAdjustData"} & item["Budget"].keys()


def test_people_hear_of_80_and_100_percent_and_of_the_forecast(found: dict[str, Json]) -> None:
    """At most ten notifications, no two alike. For a day AWS refuses a forecast (JiRaska/open-bank-oss#226)."""
    for id_, item in found.items():
        told = [entry["Notification"] for entry in item["NotificationsWithSubscribers"]]
        kinds = [(each["NotificationType"], each["Threshold"]) for each in told]
        forecast = [] if id_ == "a-day" else [("FORECASTED", 100)]
        assert kinds == [("ACTUAL", 80), *forecast, ("ACTUAL", 100)]
        assert {each["ComparisonOperator"] for each in told} == {"GREATER_THAN"}
        assert {each["ThresholdType"] for each in told} == {"PERCENTAGE"}


def test_the_topic_is_told_and_the_owner_where_it_is_an_address(assembly: Assembly, found: dict[str, Json]) -> None:
    """One SNS subscriber for each notification, and up to ten by e-mail."""
    topic = {"SubscriptionType": "SNS", "Address": "<TopicArn>"}
    owner = {"SubscriptionType": "EMAIL", "Address": "owner@example.com"}
    for id_, item in found.items():
        for entry in item["NotificationsWithSubscribers"]:
            assert entry["Subscribers"] == ([topic] if id_ == "two-tags" else [topic, owner])
    (part,) = assembly.resources("AWS::CloudFormation::Stack").values()
    assert part["Parameters"] == {"TopicArn": "Topic:spendplane-budget-alerts"}


def test_each_carries_the_apps_tag_and_its_own_where_that_is_one(found: dict[str, Json]) -> None:
    tags = {id_: {tag["Key"]: tag["Value"] for tag in item["ResourceTags"]} for id_, item in found.items()}
    assert tags["two-tags"] == {"application": "spendplane", "project": "chat"}
    assert tags["two.tags"] == {"application": "spendplane", "team": "growth", "environment": "production"}
    assert tags["whole-account"] == {"application": "spendplane"}


def test_aws_budgets_of_this_account_may_publish_to_the_topic_and_use_its_key(assembly: Assembly) -> None:
    """As in "Creating an Amazon SNS topic for budget notifications", AWS Cost Management User Guide."""
    policies = assembly.resources("AWS::SNS::TopicPolicy").values()
    (policy,) = (item for item in policies if item["Topics"] == ["Topic:spendplane-budget-alerts"])
    (key,) = assembly.resources("AWS::KMS::Key").values()
    publish, encrypt = (
        next(item for item in document["Statement"] if item.get("Sid") == "AwsBudgetsMayPublish")
        for document in (policy["PolicyDocument"], key["KeyPolicy"])
    )
    own_account = {"StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"}}
    source = {"ArnLike": {"aws:SourceArn": "arn:<AWS::Partition>:budgets::<AWS::AccountId>:*"}}
    assert publish["Principal"] == encrypt["Principal"] == {"Service": "budgets.amazonaws.com"}
    assert (publish["Effect"], publish["Action"]) == ("Allow", "sns:Publish")
    assert publish["Resource"] == "Topic:spendplane-budget-alerts"
    assert publish["Condition"] == {**own_account, **source}
    assert (set(encrypt["Action"]), encrypt["Condition"]) == ({"kms:Decrypt", "kms:GenerateDataKey"}, own_account)


def test_what_aws_cannot_express_is_said_at_synthesis(assembly: Assembly) -> None:
    metadata = json.loads((assembly.folder / f"{BUDGETS}.metadata.json").read_text())[f"/{BUDGETS}"]
    said = [entry["data"] for entry in metadata if entry["type"] == "aws:cdk:info"]
    assert [line.split(":")[0] for line in said] == [
        "The AWS budget for `two.tags` watches dollars only",
        "No AWS budget for `a-week`",
        "No AWS budget for `a-user`",
    ]
    assert all("live counter" in line for line in said)
    assert not any("switched-off" in line for line in said), "nobody needs to be told what they asked for"
