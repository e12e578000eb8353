"""Instances that run in the deployed account become dollars of their project's budget, exactly, after an outage too."""

import time
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from spendplane.adapters.dynamodb.client import Table
from spendplane.adapters.dynamodb.hours import DynamoHoursBook
from spendplane.domain.hours import Running
from tests.e2e.deployed import Deployed, eventually

PRICE = Decimal("0.23")
"""Of ml.m5.xlarge for hosting in us-east-1, as shipped."""
ROLE = "arn:aws:iam::000000000000:role/teams/models"
MODEL = "ml.p3.2xlarge"
"""An instance type that no price is known of."""
OUTAGE = timedelta(hours=3)


def tags(project: str) -> list[dict[str, str]]:
    return [{"Key": "project", "Value": project}, {"Key": "environment", "Value": "staging"}]


def endpoint(deployed: Deployed, name: str) -> datetime:
    """Two instances, at once in service. Returns its creation time, to the second."""
    client = deployed.client("sagemaker")
    client.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "example/model:1"})
    variant = {"VariantName": "all", "ModelName": name, "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 2}
    client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    client.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=tags(name))
    created: datetime = client.describe_endpoint(EndpointName=name)["CreationTime"]
    return created.replace(microsecond=0)


def book(deployed: Deployed) -> DynamoHoursBook:
    return DynamoHoursBook(Table(deployed.client("dynamodb"), deployed.account.env["SPENDPLANE_TABLE"]))


def running(deployed: Deployed, name: str) -> Running:
    """What the table says of the resource."""
    (found,) = (item for item in book(deployed).running([]).values() if item.name == name)
    return found


def cost(length: timedelta) -> Decimal:
    return (2 * PRICE * int(length.total_seconds()) / 3600).quantize(Decimal(1).scaleb(-18))


def test_the_budget_holds_the_dollars_of_every_second_after_repeats_and_an_outage(deployed: Deployed) -> None:
    deployed.invoke("hours", {})
    created = endpoint(deployed, "e2e-hours")
    time.sleep(1.1)
    deployed.invoke("hours", {})
    deployed.invoke("hours", {})
    before = running(deployed, "e2e-hours")
    assert before.held[0].part.count == 2
    assert created < before.covered_to
    held = tuple(replace(item, since=item.since - OUTAGE) for item in before.held)
    asleep = replace(before, covered_to=before.covered_to - OUTAGE, held=held, version=before.version + 1)
    assert book(deployed).put(asleep), "the schedule ran a round at this very moment"
    report = deployed.invoke("hours", {})
    deployed.invoke("hours", {})
    assert report["records"] >= 3
    after = running(deployed, "e2e-hours")
    expected = cost(before.covered_to - created) + cost(after.covered_to - asleep.covered_to)
    counter = eventually(lambda: deployed.counter("e2e-hours"), lambda found: found.spend.usd >= expected)
    assert abs(counter.spend.usd - expected) <= Decimal("1E-18"), "its first stretch is anchored elsewhere"
    assert counter.unpriced == 0
    deployed.client("sagemaker").delete_endpoint(EndpointName="e2e-hours")
    time.sleep(1.1)
    deployed.invoke("hours", {})
    assert all(item.name != "e2e-hours" for item in book(deployed).running([]).values())


def test_a_notebook_without_a_price_is_in_sight_as_unpriced(deployed: Deployed) -> None:
    client = deployed.client("sagemaker")
    deployed.invoke("hours", {})
    client.create_notebook_instance(
        NotebookInstanceName="e2e-hours",
        InstanceType=MODEL,
        RoleArn=ROLE,
        Tags=tags("e2e-hours-notebook"),
    )
    time.sleep(1.1)
    deployed.invoke("hours", {})
    counter = eventually(lambda: deployed.counter("e2e-hours-notebook"), lambda found: found.unpriced >= 1)
    assert counter.spend.usd == 0
    eventually(lambda: [event["model"] for event in deployed.bus_events("Usage Unpriced")], lambda told: MODEL in told)
    client.stop_notebook_instance(NotebookInstanceName="e2e-hours")
    client.delete_notebook_instance(NotebookInstanceName="e2e-hours")


def test_a_training_job_counts_from_its_start_to_its_end(deployed: Deployed) -> None:
    """Its seconds, once, and by its own tags; it has no price here, so they are in sight as unpriced."""
    client, name = deployed.client("sagemaker"), "e2e-hours-job"
    deployed.invoke("hours", {})
    client.create_training_job(
        TrainingJobName=name,
        AlgorithmSpecification={"TrainingImage": "example/trainer:1", "TrainingInputMode": "File"},
        RoleArn=ROLE,
        OutputDataConfig={"S3OutputPath": "s3://example/results"},
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
        Tags=tags(name),
    )
    time.sleep(1.1)
    deployed.invoke("hours", {})
    seen = running(deployed, name)
    assert seen.held[0].part.count == 2
    time.sleep(1.1)
    client.stop_training_job(TrainingJobName=name)
    ended = client.describe_training_job(TrainingJobName=name)["TrainingEndTime"]
    for _ in range(2):
        deployed.invoke("hours", {})
    over = book(deployed).running([seen.id])[seen.id]
    assert over.over
    assert over.covered_to == ended.replace(microsecond=0)
    eventually(lambda: deployed.counter("e2e-hours-job"), lambda found: found.unpriced >= 2)
