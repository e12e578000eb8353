"""What SageMaker tells of running instances, by real clients that check what they are asked and answered."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from spendplane.adapters.sagemaker_hours import SageMakerInstances
from spendplane.application.ports import BusyError
from spendplane.application.sources.hours import Unread
from spendplane.domain.hours import Part, Sight
from tests.support.builders import NOW
from tests.unit.adapters.fleet.cloud import Answer, Cloud, FaultError

ARN = "arn:aws:sagemaker:eu-west-1:123456789012"
SINCE = NOW - timedelta(hours=1)
HOUR = timedelta(hours=1)
TAGS = [{"Key": "project", "Value": "ranking"}, {"Key": "environment", "Value": "staging"}]


class Account:
    """An account in memory; every list has one thing a page."""

    def __init__(self) -> None:
        self.endpoints: dict[str, Answer] = {}
        self.configs: dict[str, list[Answer]] = {}
        self.notebooks: list[Answer] = []
        self.jobs: dict[str, Answer] = {}
        self.tags: dict[str, list[Answer]] = {}
        self.asked: list[Answer] = []
        self.cloud = Cloud()
        self.cloud.serve("resourcegroupstaggingapi", GetResources=self._tagged)
        self.cloud.serve(
            "sagemaker",
            ListEndpoints=lambda given: _page(given, "Endpoints", [_short(item) for item in self.endpoints.values()]),
            DescribeEndpoint=lambda given: self.endpoints[given["EndpointName"]],
            DescribeEndpointConfig=self._config,
            ListNotebookInstances=lambda given: _page(given, "NotebookInstances", self.notebooks),
            ListTrainingJobs=self._jobs,
            DescribeTrainingJob=lambda given: self.jobs[given["TrainingJobName"]],
            ListTags=lambda given: {"Tags": self.tags.get(given["ResourceArn"], [])},
        )

    def endpoint(self, name: str, *variants: Answer, config: list[Answer] | None = None, **more: Any) -> None:
        """With these variants as they are; `config` as they were asked for."""
        self.endpoints[name] = {
            "EndpointName": name,
            "EndpointArn": f"{ARN}:endpoint/{name.lower()}",
            "EndpointConfigName": f"{name}-config",
            "EndpointStatus": "InService",
            "CreationTime": NOW,
            "LastModifiedTime": NOW + HOUR,
            "ProductionVariants": list(variants),
            **more,
        }
        if config is not None:
            self.configs[f"{name}-config"] = config

    def notebook(self, status: str) -> None:
        """One."""
        self.notebooks.append(
            {
                "NotebookInstanceName": f"n{len(self.notebooks)}",
                "NotebookInstanceArn": f"{ARN}:notebook-instance/n{len(self.notebooks)}",
                "NotebookInstanceStatus": status,
                "InstanceType": "ml.t3.medium",
                "CreationTime": NOW,
                "LastModifiedTime": NOW + HOUR,
            }
        )

    def job(self, status: str, resources: Answer | None = None, **more: Any) -> None:
        """One."""
        self.jobs["job"] = {
            "TrainingJobName": "job",
            "TrainingJobArn": f"{ARN}:training-job/job",
            "ModelArtifacts": {"S3ModelArtifacts": "s3://x/y"},
            "TrainingJobStatus": status,
            "SecondaryStatus": "Training",
            "AlgorithmSpecification": {"TrainingInputMode": "File"},
            "ResourceConfig": resources
            or {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2, "VolumeSizeInGB": 50},
            "StoppingCondition": {},
            "CreationTime": NOW,
            **more,
        }

    def sights(self) -> list[Sight | Unread]:
        """All of a look."""
        return list(SageMakerInstances(self.cloud).sights(SINCE))

    def only(self) -> Sight:
        """The one."""
        (seen,) = self.sights()
        assert isinstance(seen, Sight)
        return seen

    def _config(self, given: Answer) -> Answer:
        name = given["EndpointConfigName"]
        if name not in self.configs:
            raise FaultError("ValidationException", f'Could not find endpoint configuration "{name}".')
        arn = f"{ARN}:endpoint-config/{name}"
        return {
            "EndpointConfigName": name,
            "EndpointConfigArn": arn,
            "ProductionVariants": self.configs[name],
            "CreationTime": NOW,
        }

    def _jobs(self, given: Answer) -> Answer:
        self.asked.append(given)
        fields = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingJobStatus")
        found = [{field: job[field] for field in fields} for job in self.jobs.values()]
        wanted = given.get("StatusEquals")
        return _page(given, "TrainingJobSummaries", [j for j in found if wanted in (None, j["TrainingJobStatus"])])

    def _tagged(self, given: Answer) -> Answer:
        assert set(given["ResourceTypeFilters"]) == {"sagemaker:endpoint", "sagemaker:notebook-instance"}
        found = [{"ResourceARN": arn, "Tags": tags} for arn, tags in self.tags.items()]
        page = _page(given, "ResourceTagMappingList", found, "PaginationToken")
        return {"PaginationToken": "", **page}


def _page(given: Answer, key: str, items: list[Any], token: str = "NextToken") -> Answer:
    at = int(given.get(token) or 0)
    return {key: items[at : at + 1]} | ({token: str(at + 1)} if at + 1 < len(items) else {})


def _short(endpoint: Answer) -> Answer:
    fields = ("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")
    return {field: endpoint[field] for field in fields}


def variant(name: str, count: int | None, **more: Any) -> Answer:
    """As `DescribeEndpoint` tells it."""
    return {"VariantName": name, **({} if count is None else {"CurrentInstanceCount": count}), **more}


def asked(name: str, instance_type: str) -> Answer:
    """As the configuration tells it."""
    return {"VariantName": name, "ModelName": "m", "InstanceType": instance_type, "InitialInstanceCount": 1}


@pytest.fixture
def account() -> Account:
    return Account()


def test_an_endpoints_variants_run_as_it_says_on_types_that_its_configuration_names(account: Account) -> None:
    account.endpoint(
        "Ranker",
        variant("b", 3),
        variant("a", 1),
        variant("off", 0),
        config=[asked("a", "ml.g5.xlarge"), asked("b", "ml.m5.xlarge"), asked("off", "ml.m5.xlarge")],
    )
    account.tags[f"{ARN}:endpoint/Ranker"] = TAGS
    seen = account.only()
    assert seen.parts == (Part("a", "ml.g5.xlarge", 1), Part("b", "ml.m5.xlarge", 3))
    assert (seen.created_at, seen.changed_at, seen.over) == (NOW, NOW + HOUR, False)
    assert dict(seen.attributes)["project_id"] == "ranking"


def test_one_that_hosts_components_is_its_instances_and_a_serverless_one_is_none(account: Account) -> None:
    hosting = {"ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 4}}
    no_model = {"VariantName": "all", "InstanceType": "ml.g5.12xlarge", "InitialInstanceCount": 1}
    account.endpoint("parts", variant("all", 2, **hosting), config=[no_model])
    serverless = {"CurrentServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
    account.endpoint("serverless", variant("all", None, **serverless))
    found = {seen.name: seen.parts for seen in account.sights() if isinstance(seen, Sight)}
    assert found == {"parts": (Part("all", "ml.g5.12xlarge", 2),), "serverless": ()}


def test_hours_without_a_configuration_stay_in_sight_under_no_type(account: Account) -> None:
    account.endpoint("ranker", variant("all", 2))
    assert account.only().parts == (Part("all", "unknown", 2),)


def test_a_configuration_is_read_once(account: Account) -> None:
    account.endpoint("ranker", variant("all", 2), config=[asked("all", "ml.m5.xlarge")])
    instances = SageMakerInstances(account.cloud)
    for _ in range(3):
        list(instances.sights(SINCE))
    assert sum(name == "DescribeEndpointConfig" for name, _ in account.cloud.calls) == 1


@pytest.mark.parametrize(
    ("status", "parts", "started", "stopped"),
    [
        ("InService", 1, NOW + HOUR, None),
        ("Stopping", 1, None, None),
        ("Stopped", 0, None, NOW + HOUR),
        ("Pending", 0, None, NOW + HOUR),
    ],
)
def test_a_notebook_tells_when_it_began_or_stopped(
    account: Account, status: str, parts: int, started: datetime | None, stopped: datetime | None
) -> None:
    account.notebook(status)
    seen = account.only()
    assert (len(seen.parts), seen.started_at, seen.stopped_at, seen.over) == (parts, started, stopped, False)


def test_a_job_runs_from_its_training_start_to_its_training_end(account: Account) -> None:
    account.job("InProgress")
    assert account.sights() == []
    account.job("InProgress", TrainingStartTime=NOW)
    account.tags[f"{ARN}:training-job/job"] = TAGS
    running = account.only()
    assert (running.started_at, running.stopped_at, running.over) == (NOW, None, False)
    assert running.parts == (Part("all", "ml.p4d.24xlarge", 2),)
    assert dict(running.attributes)["environment"] == "staging"
    account.job("Failed", TrainingStartTime=NOW, TrainingEndTime=NOW + HOUR)
    ended = account.only()
    assert (ended.stopped_at, ended.over) == (NOW + HOUR, True)
    assert {given.get("LastModifiedTimeAfter") for given in account.asked} == {None, SINCE}


def test_a_job_of_several_groups_has_a_part_for_each(account: Account) -> None:
    groups = [
        {"InstanceGroupName": "a", "InstanceType": "ml.m5.xlarge", "InstanceCount": 4},
        {"InstanceGroupName": "b", "InstanceType": "ml.p5.48xlarge", "InstanceCount": 1},
    ]
    account.job("InProgress", {"InstanceGroups": groups, "VolumeSizeInGB": 1}, TrainingStartTime=NOW)
    assert account.only().parts == (Part("a", "ml.m5.xlarge", 4), Part("b", "ml.p5.48xlarge", 1))


def test_a_job_on_managed_spot_is_counted_at_its_end_by_its_billable_time(account: Account) -> None:
    spot: Answer = {"EnableManagedSpotTraining": True, "TrainingStartTime": NOW}
    account.job("InProgress", **spot)
    assert account.sights() == []
    account.job("Completed", **spot, TrainingEndTime=NOW + HOUR, BillableTimeInSeconds=600)
    seen = account.only()
    assert (seen.started_at, seen.stopped_at) == (NOW + timedelta(minutes=50), NOW + HOUR)


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_one_that_cannot_be_read_is_said_to_be_so_and_the_others_are_seen(account: Account, code: str) -> None:
    account.endpoint("a", variant("all", 1), config=[asked("all", "ml.m5.xlarge")])
    account.endpoint("b", variant("all", 1), config=[asked("all", "ml.m5.xlarge")])
    describe = account.cloud.operations["sagemaker", "DescribeEndpoint"]

    def refuse(given: Answer) -> Answer:
        if given["EndpointName"] == "a":
            raise FaultError(code)
        return describe(given)

    account.cloud.serve("sagemaker", DescribeEndpoint=refuse)
    unread, seen = account.sights()
    assert isinstance(unread, Unread)
    assert isinstance(seen, Sight)
    assert unread.id == seen.id.replace("endpoint/b", "endpoint/a")
    assert code in unread.why


def test_one_that_went_since_it_was_listed_is_not_there(account: Account) -> None:
    account.endpoint("a", variant("all", 1), config=[])

    def gone(_: Answer) -> Answer:
        raise FaultError("ValidationException", 'Could not find endpoint "a".')

    account.cloud.serve("sagemaker", DescribeEndpoint=gone)
    assert account.sights() == []


def test_without_a_list_nobody_knows_what_is_gone(account: Account) -> None:
    def busy(_: Answer) -> Answer:
        raise FaultError("ThrottlingException")

    account.cloud.serve("sagemaker", ListNotebookInstances=busy)
    with pytest.raises(BusyError):
        account.sights()
