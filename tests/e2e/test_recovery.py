"""After mishaps, by the command line, in an account of its own: nothing is lost and nothing counts twice.

One story: a queue purged by mistake and its usage replayed; dead letters moved back; a price that was wrong; a wrong
budgets.yaml rolled out and rolled back; the table restored from a copy and switched to.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from local.account import LocalAccount, local_account
from local.demo.inbox import inbox
from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.domain.counters import Counter
from spendplane.domain.switches import Phase
from tests.e2e.deployed import Deployed, Record, eventually, record

PROJECT = "recovered"
RESTORED = "spendplane-restored"
BUDGETS = """\
version: 1
mode: enforce
budgets:
  - {id: recovered, match: {project_id: recovered}, limit_usd: LIMIT, on_hard_limit: throttle}
  - {id: everything, period: total}
"""
PRICES = """\
version: 1
entries:
  - {provider: acme, model: writer, input: RATE, output: RATE, source: contract RATE}
"""


@dataclass
class Story:
    """The account, and what happened in it."""

    deployed: Deployed
    folder: Path

    @property
    def account(self) -> LocalAccount:
        return self.deployed.account

    def launch(self, *, limit: str = "1000", **context: str) -> None:
        path = self.folder / f"budgets-{limit}.yaml"
        path.write_text(BUDGETS.replace("LIMIT", limit))
        self.account.launch(budgets=path, context={"prices": self.prices("2"), **context})

    def prices(self, rate: str) -> str:
        path = self.folder / f"prices-{rate}" / "prices.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(PRICES.replace("RATE", rate))
        return str(path)

    def counters(self, table: str = "spendplane") -> dict[Any, Counter]:
        found = DynamoLedger(Table(self.deployed.client("dynamodb"), table)).all_counters()
        return {counter.ref: counter for counter in found}

    def requests(self) -> int:
        return self.deployed.counter(PROJECT).spend.requests

    def switch_outputs(self, table: str) -> None:
        """MiniStack does not carry out a change of outputs alone, as AWS does: `TableName` is written down here."""
        outputs = json.loads(self.account.files.outputs.read_text())
        outputs["SpendplaneState"]["TableName"] = table
        self.account.files.outputs.write_text(json.dumps(outputs))

    def source(self, *, enabled: bool) -> None:
        """Whether the meter is given what waits in the queue."""
        client = self.deployed.client("lambda")
        (mapping,) = client.list_event_source_mappings()["EventSourceMappings"]
        client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=enabled)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("recovery")
    with local_account(deployed=False) as account:
        first = Story(Deployed(account, None, ""), folder)  # type: ignore[arg-type]  # nobody listens yet
        first.launch()
        account.client("scheduler").delete_schedule(Name="spendplane-hours")  # else the endpoint below would spend too
        with inbox(account) as received:
            yield Story(Deployed(account, received, ""), folder)


def spend(number: int, **fields: Any) -> list[Record]:
    return [record(PROJECT, cost_usd="1", **fields) for _ in range(number)]


def ago(**span: int) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


def test_a_queue_that_was_purged_comes_again_from_the_archive(story: Story) -> None:
    deployed = story.deployed
    deployed.put(*spend(5))
    deployed.counted(PROJECT, 5)
    story.source(enabled=False)
    deployed.put(*spend(3))
    deployed.put_batch(spend(4))
    queue = story.account.env["SPENDPLANE_QUEUE_URL"]
    eventually(lambda: deployed.depth(queue), lambda depth: depth == 4)
    deployed.client("sqs").purge_queue(QueueUrl=queue)
    story.source(enabled=True)
    assert story.requests() == 5
    told = deployed.cli("recover", "replay", "--from", ago(minutes=10))
    assert (told["counted"], told["repeats"], told["refused"], told["records"]) == (7, 5, 0, 12)
    assert story.requests() == 12
    again = deployed.cli("recover", "replay", "--from", ago(minutes=10))
    assert (again["counted"], again["repeats"]) == (0, 12)
    assert story.requests() == 12
    assert deployed.cli("recover", "show", told["name"]) == {
        "name": told["name"], "records": 12, "counted": 7, "repeats": 5, "refused": 0, "state": "completed",
    }  # fmt: skip
    assert deployed.cli("rebuild", "--check")["differences"] == []


def test_dead_letters_come_back_once(story: Story) -> None:
    """As the meter's own queue and EventBridge leave them: one of them was counted before it died."""
    deployed, sqs = story.deployed, story.deployed.client("sqs")
    counted, *lost = spend(4)
    before = story.requests()
    deployed.put(counted)
    deployed.counted(PROJECT, before + 1)
    queues = ["usage-dlq", "usage-dlq", "usage-dlq", "usage-undelivered-dlq"]
    for item, queue in zip([counted, *lost], queues, strict=True):
        url = sqs.get_queue_url(QueueName=f"spendplane-{queue}")["QueueUrl"]
        event = {"detail-type": "AI Usage Recorded", "source": "com.example", "detail": item}
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))
    moved = {item["queue"]: item["messages"] for item in deployed.cli("recover", "redrive")["moved"]}
    assert moved == {"spendplane-usage-dlq": 3, "spendplane-usage-undelivered-dlq": 1}
    deployed.settle()
    deployed.counted(PROJECT, before + 4)
    deployed.settle()
    assert story.requests() == before + 4
    assert {item["messages"] for item in deployed.cli("recover", "redrive")["moved"]} == {0}


def test_a_wrong_price_is_listed_and_corrected_once(story: Story) -> None:
    """$2 a million were deployed; $20 are right."""
    deployed = story.deployed
    usage = {"input_uncached": 1_000_000, "output": 1_000_000}
    records = [record(PROJECT, provider="acme", model="writer", usage=usage) for _ in range(3)]
    before = deployed.counter(PROJECT).spend
    deployed.put(*records)
    deployed.counted(PROJECT, before.requests + 3)
    right = ["recover", "price", "--model", "wri*", "--provider", "acme", "--prices", story.prices("20")]
    listed = deployed.cli(*right, code=3)
    (group,) = listed["groups"]
    assert (group["rows"], group["usd_was"], group["usd_is"], listed["booked"]) == (3, 12, 120, 0)
    assert deployed.counter(PROJECT).spend.usd == before.usd + 12
    booked = deployed.cli(*right, "--book", "--reason", "contract was entered wrongly", "--yes")
    assert (booked["booked"], booked["booked_usd"]) == (3, 108)
    assert deployed.counter(PROJECT).spend.usd == before.usd + 120
    again = deployed.cli(*right, "--book", "--reason", "twice", "--yes")
    assert (again["groups"], again["booked"]) == ([], 0)
    told = deployed.cli("explain", records[0]["id"])
    assert Decimal(str(told["usd"])) == 40
    (amendment,) = told["amendments"]
    assert (amendment["usd"], amendment["reason"]) == (4, "contract was entered wrongly")
    assert deployed.cli("rebuild", "--check")["differences"] == []


def test_a_limit_lowered_by_mistake_turns_down_what_spends(story: Story) -> None:
    """Over the limit of the wrong file: alerts, and the endpoint is gone."""
    deployed = story.deployed
    endpoint(deployed.client("sagemaker"))
    story.launch(limit="5")
    deployed.invoke("sweep", {})
    eventually(lambda: sorted(deployed.alerts(PROJECT)), lambda seen: {percent for percent, _ in seen} == {80, 100})
    eventually(lambda: after_a_round(story), lambda seen: seen == (Phase.ON, []))


def endpoint(sagemaker: Any) -> None:
    """Of the project, in staging, on one instance."""
    role = "arn:aws:iam::000000000000:role/teams/models"
    sagemaker.create_model(ModelName=PROJECT, ExecutionRoleArn=role, PrimaryContainer={"Image": "example/model:1"})
    variant = {"VariantName": "all", "ModelName": PROJECT, "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName=PROJECT, ProductionVariants=[variant])
    tags = [{"Key": "project", "Value": PROJECT}, {"Key": "environment", "Value": "staging"}]
    sagemaker.create_endpoint(EndpointName=PROJECT, EndpointConfigName=PROJECT, Tags=tags)


def after_a_round(story: Story) -> tuple[Phase, list[str]]:
    """The kill switch, and which endpoints there are."""
    deployed = story.deployed
    deployed.make_due(deployed.switch(PROJECT))
    deployed.invoke("enforce", {"command": "reconcile"})
    up = [it["EndpointName"] for it in deployed.client("sagemaker").list_endpoints()["Endpoints"]]
    return deployed.switch(PROJECT).phase, up


@pytest.fixture(scope="module")
def original(story: Story) -> dict[Any, Counter]:
    """The counters of the table before it was left: a copy was made, more was spent, and a deployment switched to the
    copy, with the right budgets.yaml again. A replay brought what came after the copy.

    MiniStack restores what is there at that moment, whatever time it is asked for: so the copy is made then.
    """
    deployed, dynamodb = story.deployed, story.deployed.client("dynamodb")
    since = ago(minutes=30)
    dynamodb.restore_table_to_point_in_time(
        SourceTableName="spendplane", TargetTableName=RESTORED, UseLatestRestorableTime=True
    )
    before = story.requests()
    deployed.put(*spend(6), *spend(2, user_id="somebody-else"))
    deployed.counted(PROJECT, before + 8)
    found = story.counters()
    assert story.counters(RESTORED) != found
    story.launch(table=RESTORED)
    story.switch_outputs(RESTORED)
    told = deployed.cli("recover", "replay", "--from", since)
    assert (told["counted"], told["refused"]) == (8, 0)
    return found


def test_a_restored_table_and_a_replay_equal_the_original(story: Story, original: dict[Any, Counter]) -> None:
    deployed = story.deployed
    restored = story.counters(RESTORED)
    assert {ref: it.spend for ref, it in restored.items()} == {ref: it.spend for ref, it in original.items()}
    assert story.counters() == original, "nothing writes to the old one any more"
    assert deployed.cli("rebuild", "--check")["differences"] == []
    checks = {it["check"]: it["state"] for it in deployed.cli("doctor", code=3)}
    assert (checks["table"], checks["index"], checks["expiry"], checks["recovery"]) == ("ok", "ok", "warn", "warn")


def test_the_right_file_gives_back_and_leaves_the_counters(story: Story, original: dict[Any, Counter]) -> None:
    eventually(lambda: after_a_round(story), lambda seen: seen == (Phase.OFF, [PROJECT]))
    assert {ref: it.spend for ref, it in story.counters(RESTORED).items()} == {
        ref: it.spend for ref, it in original.items()
    }
