"""AWS Budgets, the second line: what the account has after a deployment, and after another one over it."""

import re
from pathlib import Path
from typing import Any

import pytest

from local.cdk import Command
from local.settings import ACCOUNT_ID
from local.workdir import ROOT
from tests.e2e.conftest import BUDGETS, OPTIONS
from tests.e2e.deployed import Deployed

Found = dict[str, Any]
GROSS = {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Refund"]}}}
OURS = {"e2e-bill-limit", "e2e-bill-filter", "e2e-bill-owner", "e2e-bill-old-name", "e2e-bill-removed"}
CHANGES = {
    "limit_usd: 100.25, owner: bill": "limit_usd: 120, owner: bill",
    "region: eu-central-1": "environment: development",
    "before@example.com": "after@example.com",
    "e2e-bill-old-name": "e2e-bill-new-name",
}


def aws_budgets(deployed: Deployed) -> dict[str, Found]:
    """Those of this file's tests, by our id: the budget with its tags, and who is told of what, all as the API says."""
    client, found = deployed.client("budgets"), {}
    pages = client.get_paginator("describe_budgets").paginate(AccountId=ACCOUNT_ID, ShowFilterExpression=True)
    for budget in (item for page in pages for item in page["Budgets"] if "e2e-bill" in item["BudgetName"]):
        named = {"AccountId": ACCOUNT_ID, "BudgetName": budget["BudgetName"]}
        told = {}
        for notification in client.describe_notifications_for_budget(**named)["Notifications"]:
            answer = client.describe_subscribers_for_notification(**named, Notification=notification)
            kind = f"{notification['NotificationType']} {notification['Threshold']:g}"
            told[kind] = {who["SubscriptionType"]: who["Address"] for who in answer["Subscribers"]}
        arn = f"arn:aws:budgets::{ACCOUNT_ID}:budget/{budget['BudgetName']}"
        tags = client.list_tags_for_resource(ResourceARN=arn)["ResourceTags"]
        id_ = re.sub(r"^spendplane-|-[a-p]{8}$", "", budget["BudgetName"])
        assert id_ not in found, "a budget under two names"
        found[id_] = {**budget, "told": told, "tags": {tag["Key"]: tag["Value"] for tag in tags}}
    return found


@pytest.fixture(scope="module")
def first(deployed: Deployed) -> dict[str, Found]:
    return aws_budgets(deployed)


@pytest.fixture(scope="module")
def second(deployed: Deployed, first: dict[str, Found], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """A limit, a filter, an owner and a name changed, and one budget gone."""
    assert set(first) == OURS
    text = BUDGETS.read_text()
    for before, after in CHANGES.items():
        assert text.count(before) == 1
        text = text.replace(before, after)
    kept = [line for line in text.splitlines() if "e2e-bill-removed" not in line]
    other: Path = tmp_path_factory.mktemp("budgets") / "budgets.yaml"
    other.write_text("\n".join(kept))
    deployed.account.deploy(budgets=other, context=OPTIONS)
    return aws_budgets(deployed)


def test_each_budget_that_aws_can_express_is_there(deployed: Deployed, first: dict[str, Found]) -> None:
    assert set(first) == OURS
    limits = {id_: (item["BudgetLimit"], item["TimeUnit"], item["BudgetType"]) for id_, item in first.items()}
    assert limits["e2e-bill-limit"] == ({"Amount": "100.25", "Unit": "USD"}, "MONTHLY", "COST")
    assert limits["e2e-bill-removed"] == ({"Amount": "10", "Unit": "USD"}, "DAILY", "COST")
    assert first["e2e-bill-limit"]["FilterExpression"] == {
        "And": [
            {"Tags": {"Key": "environment", "Values": ["staging"]}},
            {"Tags": {"Key": "project", "Values": ["e2e-bill"]}},
            GROSS,
        ]
    }
    log = deployed.account.files.cdk_log("synth").read_text()
    assert "`e2e-bill-weekly`" in log, "and of the others people are told"


def test_topic_and_owner_are_told_and_the_tags_say_whose_it_is(deployed: Deployed, first: dict[str, Found]) -> None:
    topic = deployed.account.env["SPENDPLANE_ALERTS_TOPIC_ARN"]
    both = {"SNS": topic, "EMAIL": "bill@example.com"}
    assert first["e2e-bill-limit"]["told"] == {"ACTUAL 80": both, "FORECASTED 100": both, "ACTUAL 100": both}
    assert first["e2e-bill-removed"]["told"] == {"ACTUAL 80": {"SNS": topic}, "ACTUAL 100": {"SNS": topic}}
    assert first["e2e-bill-limit"]["tags"] == {
        "application": "spendplane",
        "project": "e2e-bill",
        "environment": "staging",
    }


def test_the_same_file_again_would_change_nothing(deployed: Deployed) -> None:
    """With `--fail`, any difference is an error, also one inside a part."""
    files = deployed.account.files
    arguments = ["diff", "--app", str(files.cdk_out), "--fail"]
    Command(files, arguments, record=deployed.account.record, cwd=ROOT).wait()
    assert "Number of stacks with differences: 0" in files.cdk_log("diff").read_text()


def test_another_file_leaves_exactly_its_own_budgets(first: dict[str, Found], second: dict[str, Found]) -> None:
    assert set(second) == (OURS | {"e2e-bill-new-name"}) - {"e2e-bill-old-name", "e2e-bill-removed"}
    kept = {id_ for id_ in second if id_ in first and second[id_]["BudgetName"] == first[id_]["BudgetName"]}
    assert kept == {"e2e-bill-limit", "e2e-bill-filter"}, "changed in place; the others are new ones"


def test_what_changed_is_as_the_file_says(second: dict[str, Found]) -> None:
    assert second["e2e-bill-limit"]["BudgetLimit"]["Amount"] == "120"
    assert second["e2e-bill-filter"]["FilterExpression"]["And"][0] == {
        "Tags": {"Key": "environment", "Values": ["development"]}
    }
    assert second["e2e-bill-filter"]["tags"]["environment"] == "development"
    assert {told["EMAIL"] for told in second["e2e-bill-owner"]["told"].values()} == {"after@example.com"}
    assert second["e2e-bill-new-name"]["BudgetLimit"]["Amount"] == "20"
