"""From the first deployment to `cdk destroy`, by the CDK command line, in an account of its own.

All three kinds of endpoints from one endpoints.yaml, and budgets; then one endpoint changed, one removed, one renamed,
one limit changed, one budget renamed; then everything deleted. Nothing is orphaned at any step.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.account import LocalAccount, local_account
from local.settings import ACCOUNT_ID
from local.workdir import ROOT
from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.contract.usage_event import USAGE_RECORDED
from spendplane.domain.counters import CounterRef
from spendplane.domain.periods import Period, window_of
from tests.e2e.cdk_app import CdkApp
from tests.e2e.deployed import eventually, record
from tests.e2e.inventory import Inventory, inventory

BUDGETS = """\
version: 1
budgets:
  - {id: kept, match: {project_id: lifetime}, limit_usd: LIMIT}
  - {id: NAME, match: {team: lifetime}, limit_usd: 20}
  - id: acting
    match: {project_id: acting, environment: staging}
    limit_usd: LIMIT
    mode: enforce
    aws_budget_action: {deny_roles: [teams/writer], approval: automatic}
"""
OWN = "SpendplaneEndpoints-"
GONE = ("support-summaries", "supportsummaries", "copywriter", "former")


@dataclass(frozen=True)
class Look:
    """What there was at one time."""

    names: Inventory
    endpoints: dict[str, Any]
    capacity: dict[str, tuple[int, int]]
    budgets: dict[str, str]
    """Name of an AWS budget to its amount."""
    actions: list[dict[str, Any]]
    """What AWS budgets may do by themselves."""
    requests: dict[str, int]
    """Counter of this month, by budget id."""

    def of_endpoints(self, kind: str) -> set[str]:
        """Those names of a kind that the stack of the endpoints made."""
        return {name for name in self.names.get(kind, ()) if name.startswith(OWN)}


@dataclass(frozen=True)
class Story:
    """What there was after each deployment, and what `cdk diff` said after the second."""

    deployed: Look
    changed: Look
    difference: str
    destroyed: Inventory
    keys: set[str]


def look(account: LocalAccount) -> Look:
    sagemaker, names = account.client("sagemaker"), inventory(account)
    targets = account.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")
    client, mine = account.client("budgets"), {"AccountId": ACCOUNT_ID}
    listed = client.describe_budgets(**mine)["Budgets"]
    acting = [client.describe_budget_actions_for_budget(**mine, BudgetName=it["BudgetName"]) for it in listed]
    return Look(
        names,
        {name: sagemaker.describe_endpoint(EndpointName=name) for name in names["endpoint"]},
        {it["ResourceId"]: (it["MinCapacity"], it["MaxCapacity"]) for it in targets["ScalableTargets"]},
        {it["BudgetName"]: it["BudgetLimit"]["Amount"] for it in listed},
        [action for answer in acting for action in answer["Actions"]],
        {id_: requests(account, id_) for id_ in ("kept", "former", "renamed")},
    )


def requests(account: LocalAccount, budget: str) -> int:
    ref = CounterRef(budget, window_of(Period.MONTHLY, datetime.now(UTC)).code, None)
    table = Table(account.client("dynamodb"), account.env["SPENDPLANE_TABLE"])
    return DynamoLedger(table).counters([(ref, 1)])[ref].spend.requests


def spend(account: LocalAccount) -> None:
    """One record, which counts in both budgets."""
    detail = json.dumps(record("lifetime", team="lifetime", cost_usd="3"))
    entry = {"Source": "com.example", "DetailType": USAGE_RECORDED, "Detail": detail, "EventBusName": "spendplane"}
    assert account.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
    eventually(lambda: [requests(account, budget) for budget in ("kept", "former")], lambda seen: seen == [1, 1])


def first_file() -> dict[str, Any]:
    """The example's, the serverless one with provisioned concurrency by the clock."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "examples" / "endpoints.yaml").read_text())
    found["endpoints"][0] |= {"provisioned_concurrency": 4, "off_peak": {"time_zone": "Asia/Kolkata"}}
    return found


def second_file() -> dict[str, Any]:
    found = deepcopy(first_file())
    changed, _removed, renamed = found["endpoints"]
    found["endpoints"] = [changed | {"memory_mb": 4096, "provisioned_concurrency": 6}, renamed | {"name": "ad-writer"}]
    return found


def context(folder: Path, endpoints: dict[str, Any], *, limit: int, name: str) -> dict[str, str]:
    folder.mkdir()
    (folder / "endpoints.yaml").write_text(yaml.safe_dump(endpoints))
    (folder / "budgets.yaml").write_text(BUDGETS.replace("LIMIT", str(limit)).replace("NAME", name))
    return {kind: str(folder / f"{kind}.yaml") for kind in ("endpoints", "budgets")}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("lifetime")
    with local_account(deployed=False) as account:
        account.launch(context=context(folder / "first", first_file(), limit=10, name="former"))
        spend(account)
        deployed = look(account)
        account.launch(context=context(folder / "second", second_file(), limit=30, name="renamed"))
        changed = look(account)
        difference = CdkApp(account, folder).difference(account.files.cdk_out)
        account.destroy()
        kms = account.client("kms")
        keys = [kms.describe_key(KeyId=it["KeyId"])["KeyMetadata"] for it in kms.list_keys()["Keys"]]
        yield Story(
            deployed,
            changed,
            difference,
            inventory(account),
            {it["KeyState"] for it in keys if it["KeyManager"] == "CUSTOMER"},
        )


def test_all_kinds_come_from_one_file_with_all_that_belongs_to_them(story: Story) -> None:
    found = story.deployed
    assert found.endpoints.keys() == {"support-intents", "support-summaries", "copywriter"}
    assert found.capacity == {
        "endpoint/support-intents/variant/AllTraffic": (1, 4),
        "endpoint/support-summaries/variant/AllTraffic": (0, 2),
        "inference-component/copywriter": (0, 1),
    }
    assert len(found.names["scheduled action"]) == 2 * 3
    assert len(found.names["scaling policy"]) == 1 + 2 + 2
    for kind in ("endpoint configuration", "model", "role"):
        assert len(found.of_endpoints(kind)) == 3, kind


def test_a_changed_endpoint_stays_and_its_former_configuration_goes(story: Story) -> None:
    before, after = story.deployed.endpoints["support-intents"], story.changed.endpoints["support-intents"]
    assert after["CreationTime"] == before["CreationTime"]
    assert after["ProductionVariants"][0]["CurrentServerlessConfig"]["MemorySizeInMB"] == 4096
    assert before["EndpointConfigName"] not in story.changed.names["endpoint configuration"]
    assert story.changed.capacity["endpoint/support-intents/variant/AllTraffic"] == (1, 6)


def test_what_was_removed_or_renamed_leaves_nothing_behind(story: Story) -> None:
    found = story.changed
    assert found.endpoints.keys() == {"support-intents", "ad-writer"}
    assert found.capacity["inference-component/ad-writer"] == (0, 1)
    left = {(kind, name) for kind, all_ in found.names.items() for name in all_ for old in GONE if old in name}
    assert left == set()
    for kind in ("endpoint configuration", "model", "role"):
        assert len(found.of_endpoints(kind)) == 2, kind
    assert len(found.names["scheduled action"]) == 2 * 2
    assert found.names["inference component"] == {"ad-writer"}


def test_a_renamed_budget_is_another_aws_budget_and_a_new_limit_the_same(story: Story) -> None:
    before, after = story.deployed.budgets, story.changed.budgets
    ids = [{name.removeprefix("spendplane-").rpartition("-")[0]: name for name in found} for found in (before, after)]
    assert [sorted(found) for found in ids] == [["acting", "former", "kept"], ["acting", "kept", "renamed"]]
    assert ids[0]["kept"] == ids[1]["kept"]
    assert (before[ids[0]["kept"]], after[ids[1]["kept"]]) == ("10", "30")


def test_an_action_is_there_as_the_file_says_and_stays_with_its_budget(story: Story) -> None:
    """Its policy and its role are among what `cdk destroy` has to take (see below)."""
    (action,) = story.deployed.actions
    assert story.changed.actions == [action]
    assert action["Definition"]["IamActionDefinition"]["Roles"] == ["teams/writer"]
    assert (action["ApprovalModel"], action["NotificationType"], action["Status"]) == ("AUTOMATIC", "ACTUAL", "STANDBY")
    assert story.deployed.names["policy"] == {action["Definition"]["IamActionDefinition"]["PolicyArn"].split("/")[-1]}


def test_counters_outlive_a_new_limit_and_the_name_of_their_budget(story: Story) -> None:
    assert story.deployed.requests == {"kept": 1, "former": 1, "renamed": 0}
    assert story.changed.requests == story.deployed.requests


def test_there_is_no_difference_in_any_stack_after_a_deployment(story: Story) -> None:
    assert story.difference == ""


def test_nothing_is_left_after_cdk_destroy(story: Story) -> None:
    """In the local account, which keeps nothing on purpose; on AWS the ledger stays (test_functions.py)."""
    assert story.destroyed == {"bus": {"default"}}
    assert story.keys == {"PendingDeletion"}
