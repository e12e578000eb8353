"""What runs on instances in SageMaker: endpoints, notebook instances and training jobs, read and never changed.

Per round: a page of a list per 100 resources, a page of tags per 100, and `DescribeEndpoint` for each endpoint, because
the list does not tell how many instances run. Notebooks are all in their list. Jobs are described while they run, and
for an hour after their end.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from spendplane.adapters.fleet.errors import MissingError, translated
from spendplane.adapters.fleet.kind import Clients, Remembered, listed
from spendplane.adapters.sagemaker_variants import UNKNOWN_TYPE, instance_types, variants
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError
from spendplane.application.sources.hours import Unread
from spendplane.contract.attribution import attributes
from spendplane.contract.hours_record import ENDPOINT, NOTEBOOK, TRAINING
from spendplane.domain.hours import Part, Sight

Answer = dict[str, Any]
Seen = Sight | Unread | None
Look = Callable[[], Seen]
Run = Callable[[Callable[[Look], Seen], Iterable[Look]], Iterable[Seen]]
"""`map`, or that of a pool of threads."""
_PAGE = 100
_RIGHTS = "The function may list and describe endpoints, notebook instances and training jobs, and read their tags"
_NOTEBOOK_RUNS = frozenset({"InService", "Stopping"})
_JOB_OVER = frozenset({"Completed", "Failed", "Stopped"})


class SageMakerInstances:
    """See `application.sources.hours.Instances`. `run` may describe several resources at a time."""

    def __init__(self, clients: Clients, run: Run = map) -> None:
        self._clients = Remembered(clients)
        self._run = run
        self._types: dict[str, Mapping[str, str]] = {}

    def sights(self, since: datetime) -> Iterator[Sight | Unread]:
        """Raises BusyError when a list cannot be read: without it nobody knows what is gone."""
        tags = self._tags()
        looks: list[Look] = [
            partial(_careful, item["EndpointArn"], item["CreationTime"], partial(self._endpoint, item, tags))
            for item in self._list("list_endpoints", "Endpoints")
        ]
        looks += [
            partial(_careful, item["TrainingJobArn"], item["CreationTime"], partial(self._job, item))
            for item in self._jobs(since).values()
        ]
        for item in self._list("list_notebook_instances", "NotebookInstances"):
            yield _notebook(item, tags)
        for seen in self._run(_look, looks):
            if seen is not None:
                yield seen

    @property
    def _client(self) -> Any:
        return self._clients("sagemaker")

    def _list(self, operation: str, key: str, **parameters: Any) -> Iterator[Answer]:
        with _read(operation):
            yield from listed(self._client, operation, key, MaxResults=_PAGE, **parameters)

    def _tags(self) -> dict[str, dict[str, str]]:
        """By ARN, in lower case: SageMaker writes names with capitals in some ARNs and without in others."""
        types = ["sagemaker:endpoint", "sagemaker:notebook-instance"]
        client = self._clients("resourcegroupstaggingapi")
        with _read("get_resources"):
            found = listed(
                client, "get_resources", "ResourceTagMappingList", ResourceTypeFilters=types, ResourcesPerPage=_PAGE
            )
            return {item["ResourceARN"].lower(): _pairs(item.get("Tags", [])) for item in found}

    def _endpoint(self, item: Answer, tags: Mapping[str, dict[str, str]]) -> Sight:
        found = self._client.describe_endpoint(EndpointName=item["EndpointName"])
        counts = {each["VariantName"]: each.get("CurrentInstanceCount") or 0 for each in variants(found)}
        types = self._config(found["EndpointConfigName"]) if any(counts.values()) else {}
        parts = [Part(name, types.get(name, UNKNOWN_TYPE), count) for name, count in sorted(counts.items()) if count]
        return Sight(
            item["EndpointArn"],
            ENDPOINT,
            item["EndpointName"],
            item["CreationTime"],
            tuple(parts),
            attributes(tags.get(item["EndpointArn"].lower(), {})),
            changed_at=found.get("LastModifiedTime"),
        )

    def _config(self, name: str) -> Mapping[str, str]:
        """The instance type of each variant. A configuration never changes, so one look is enough for a process."""
        if name not in self._types:
            try:
                with _read("describe_endpoint_config"):
                    found = self._client.describe_endpoint_config(EndpointConfigName=name)
            except MissingError:
                return {}
            self._types[name] = instance_types(found)
        return self._types[name]

    def _jobs(self, since: datetime) -> dict[str, Answer]:
        """Those that run, and those that changed lately: one that ends meanwhile is in the second list."""
        running = self._list("list_training_jobs", "TrainingJobSummaries", StatusEquals="InProgress")
        changed = self._list("list_training_jobs", "TrainingJobSummaries", LastModifiedTimeAfter=since)
        return {item["TrainingJobArn"]: item for item in (*running, *changed)}

    def _job(self, item: Answer) -> Sight | None:
        found = self._client.describe_training_job(TrainingJobName=item["TrainingJobName"])
        arn = item["TrainingJobArn"]
        with _read(arn):
            tags = _pairs(listed(self._client, "list_tags", "Tags", ResourceArn=arn))
        return job(found, arn, tags)


def job(found: Answer, arn: str, tags: Mapping[str, str]) -> Sight | None:
    """A job from `DescribeTrainingJob`; None as long as there is nothing to count of it.

    One on managed spot is charged for its billable time only, which it tells at its end: it is counted then.
    """
    started: datetime | None = found.get("TrainingStartTime")
    ended: datetime | None = found.get("TrainingEndTime") if found["TrainingJobStatus"] in _JOB_OVER else None
    if started is None:
        return None
    if found.get("EnableManagedSpotTraining"):
        if ended is None:
            return None
        started = ended - timedelta(seconds=found.get("BillableTimeInSeconds", 0))
    return Sight(
        arn,
        TRAINING,
        found["TrainingJobName"],
        found["CreationTime"],
        tuple(_machines(found["ResourceConfig"])),
        attributes(tags),
        started_at=started,
        stopped_at=ended,
        over=ended is not None,
    )


def _machines(config: Answer) -> Iterator[Part]:
    groups = config.get("InstanceGroups") or []
    for group in groups:
        yield Part(group["InstanceGroupName"], group["InstanceType"], group["InstanceCount"])
    if not groups and config.get("InstanceType"):
        yield Part("all", config["InstanceType"], config.get("InstanceCount", 1))


def _notebook(item: Answer, tags: Mapping[str, dict[str, str]]) -> Sight:
    """From its list. What was modified last is its status: that it runs, or that it stopped."""
    runs = item["NotebookInstanceStatus"] in _NOTEBOOK_RUNS
    changed = item.get("LastModifiedTime")
    return Sight(
        item["NotebookInstanceArn"],
        NOTEBOOK,
        item["NotebookInstanceName"],
        item["CreationTime"],
        (Part("all", item["InstanceType"], 1),) if runs else (),
        attributes(tags.get(item["NotebookInstanceArn"].lower(), {})),
        started_at=changed if item["NotebookInstanceStatus"] == "InService" else None,
        changed_at=changed,
        stopped_at=None if runs else changed,
    )


def _careful(arn: str, created_at: datetime, look: Callable[[], Sight | None]) -> Seen:
    """None: it went between the list and the look."""
    try:
        with _read(arn):
            return look()
    except MissingError:
        return None
    except (BusyError, RefusedError) as error:
        return Unread(Sight(arn, "", "", created_at).id, str(error))


def _look(look: Look) -> Seen:
    return look()


def _read(what: str) -> Any:
    return translated(what, rights=_RIGHTS)


def _pairs(tags: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}
