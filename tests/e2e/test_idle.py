"""What idles in the deployed account is found with its dollars, announced, taken to zero, and given back; production
is not touched. The notice's hours pass by the clock that the kill switch is given, with the rights of its role.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from spendplane import bootstrap
from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.definitions import DynamoDefinitions
from spendplane.adapters.dynamodb.drifts import DynamoDrifts
from spendplane.adapters.dynamodb.ledger import DynamoLedger
from spendplane.adapters.dynamodb.outbox import DynamoOutbox
from spendplane.adapters.dynamodb.switches import DynamoSwitches
from spendplane.adapters.eventbridge import EventBridgeBus
from spendplane.adapters.fleet.finder import AwsFleet
from spendplane.adapters.sagemaker_activity import SageMakerActivities
from spendplane.application.switching.orders import Orders
from spendplane.domain.idle_policy import IdlePolicy
from spendplane.domain.targets import Protection
from tests.e2e.deployed import Deployed, eventually
from tests.e2e.test_hours import ROLE
from tests.e2e.test_permissions import Clients, role_of

PRICE = Decimal("1.4084")
"""Of ml.g5.xlarge for hosting in us-east-1, as shipped."""
PROJECT, STAGING, PRODUCTION = "e2e-idle", "e2e-idle", "e2e-idle-live"
HOUR = timedelta(hours=1)
DAYS = 7
POLICY = IdlePolicy(after=HOUR, notice=HOUR, grace=timedelta(0), mode="enforce")


def make(deployed: Deployed, name: str, environment: str) -> None:
    """A GPU with a model, in service at once."""
    client = deployed.client("sagemaker")
    client.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "example/model:1"})
    variant = {"VariantName": "all", "ModelName": name, "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}
    client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    tags = [{"Key": "project", "Value": PROJECT}, {"Key": "environment", "Value": environment}]
    client.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=tags)


def report(deployed: Deployed, name: str, first: datetime, hours: int, *, busy: range = range(0)) -> None:
    """Its instance reports every minute; calls come in these hours of the day only."""
    place = [{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": "all"}]
    used, calls = [], []
    for number in range(hours):
        hour = first + number * HOUR
        datum = {"Dimensions": place, "Timestamp": hour}
        values = {"Values": [2.0], "Counts": [60]}
        used += [{**datum, "MetricName": name, **values} for name in ("CPUUtilization", "GPUUtilization")]
        if hour.hour in busy:
            calls.append({**datum, "MetricName": "Invocations", "Value": 5.0})
    client = deployed.client("cloudwatch")
    client.put_metric_data(Namespace="/aws/sagemaker/Endpoints", MetricData=used)
    if calls:
        client.put_metric_data(Namespace="AWS/SageMaker", MetricData=calls)


@pytest.fixture(scope="module")
def endpoints(deployed: Deployed) -> Iterator[datetime]:
    """Called from 09:00 to 15:00 UTC only, for a week; and the twin likewise. Yields the hour that runs."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    client = deployed.client("sagemaker")
    for name, environment in ((STAGING, "staging"), (PRODUCTION, "production")):
        make(deployed, name, environment)
        # The hour that runs included: it is in the week if the next one begins before it is asked for.
        report(deployed, name, now - timedelta(days=DAYS), DAYS * 24 + 1, busy=range(9, 15))
    yield now
    for name in (STAGING, PRODUCTION):
        client.delete_endpoint(EndpointName=name)


def later(clients: Clients, table_name: str, bus_name: str, now: datetime, **event: Any) -> dict[str, Any]:
    """The kill switch, as its function runs it, at another time."""
    table = Table(clients("dynamodb"), table_name)
    enforce = bootstrap.enforce(
        DynamoLedger(table),
        DynamoDefinitions(table),
        DynamoSwitches(table),
        AwsFleet(clients),
        DynamoOutbox(table),
        EventBridgeBus(clients("events"), bus_name),
        Protection(frozenset({"staging"})),
        DynamoDrifts(table),
        idle=POLICY,
        activities=SageMakerActivities(clients),
    )
    return Orders(enforce)(event, now)


@pytest.mark.usefixtures("endpoints")
def test_the_command_shows_eighteen_idle_hours_a_day_in_dollars(deployed: Deployed) -> None:
    found = deployed.cli("idle", "--days", "7", code=3)
    (line,) = (item for item in found["resources"] if item["name"] == STAGING)
    week = line["last_7_days"]
    assert Decimal(str(week["instance_hours"])) == 168
    assert Decimal(str(week["idle_instance_hours"])) == 126
    assert week["invocations"] == 7 * 6 * 5
    assert Decimal(str(week["usd_idle"])) == 126 * PRICE
    assert (week["cpu_percent"], week["gpu_percent"]) == (2.0, 2.0)
    assert (line["advice"], line["hosting"]) == ("off-peak schedule", "realtime")
    assert line["why"] == "never called from 15:00 to 09:00 UTC, on any day"
    assert round(Decimal(str(line["saves_usd_a_month"])), 6) == round(126 * PRICE * 730 / 168, 6)


@pytest.mark.usefixtures("endpoints")
def test_the_audit_of_tags_says_what_it_costs_a_month(deployed: Deployed) -> None:
    found = {item["kind"]: item for item in deployed.cli("tags", "audit", "--only", STAGING, code=3)["findings"]}
    assert Decimal(str(found["sagemaker-endpoint"]["monthly_usd"])) == 730 * PRICE
    assert next(iter(found)) == "sagemaker-endpoint", "the dearest first"
    assert found["sagemaker-model"]["monthly_usd"] == 0


@pytest.mark.usefixtures("endpoints")
def test_the_daily_report_reaches_budget_alerts_once(deployed: Deployed) -> None:
    assert deployed.invoke("idle", {})["resources"] >= 2
    deployed.invoke("idle", {})
    (told,) = eventually(lambda: deployed.bus_events("Idle Reported"), lambda found: len(found) >= 1)
    names = [line["name"] for line in told["lines"]]
    assert STAGING in names
    assert Decimal(told["usd_idle"]) >= 252 * PRICE


def test_it_is_announced_taken_to_zero_and_given_back_and_production_is_not(
    deployed: Deployed, endpoints: datetime
) -> None:
    for name in (STAGING, PRODUCTION):
        report(deployed, name, endpoints + HOUR, 3)
    assert deployed.invoke("enforce", {"command": "idle"})["switches"] == [], "nothing is an hour old"
    names = deployed.account.env["SPENDPLANE_TABLE"], deployed.account.env["SPENDPLANE_BUS"]
    soon = datetime.now(UTC) + timedelta(minutes=100)
    client = deployed.client("sagemaker")
    before = client.describe_endpoint(EndpointName=STAGING)["EndpointConfigName"]

    with role_of(deployed, "enforce") as clients:
        (announced,) = later(clients, *names, soon, command="idle")["switches"]
        assert (announced["switch_id"], announced["phase"]) == (f"idle/idle/t/endpoint/{STAGING}", "announced")
        assert client.describe_endpoint(EndpointName=STAGING)["EndpointStatus"] == "InService"
        assert later(clients, *names, soon + HOUR / 2, command="idle")["switches"] == []
        looked = later(clients, *names, soon + HOUR, command="reconcile")["switches"]  # whatever is due by then
    (down,) = (item for item in looked if item["switch_id"] == announced["switch_id"])
    assert (down["phase"], [item["status"] for item in down["targets"]]) == ("on", ["throttled"])
    with pytest.raises(client.exceptions.ClientError, match="Could not find endpoint"):
        client.describe_endpoint(EndpointName=STAGING)
    assert client.describe_endpoint(EndpointName=PRODUCTION)["EndpointStatus"] == "InService"

    (told,) = (item for item in deployed.bus_events("Idle Announced") if item["key"] == f"endpoint/{STAGING}")
    assert [item["detail"] for item in told["targets"]] == ["$1.41 an hour (1 ml.g5.xlarge)"]
    listed = deployed.cli("kill", "ls", "--budget", "idle")
    assert [(item["id"], item["phase"]) for item in listed] == [(announced["switch_id"], "on")]
    kinds = [entry["kind"] for entry in deployed.cli("kill", "show", announced["switch_id"])["audit"]]
    assert kinds == ["announce", "engage", "undo stored", "results"]
    deployed.cli("release", "idle", "--key", STAGING, "--reason", "the test is over")
    found = client.describe_endpoint(EndpointName=STAGING)
    assert (found["EndpointConfigName"], found["EndpointStatus"]) == (before, "InService")
    tags = {tag["Key"]: tag["Value"] for tag in client.list_tags(ResourceArn=found["EndpointArn"])["Tags"]}
    assert tags == {"project": PROJECT, "environment": "staging"}
