"""What the idle report looks at: SageMaker endpoints and notebook instances, and their hours in CloudWatch.

A page of a list per 100 resources, two descriptions per endpoint (its configuration is read once), and one call of
CloudWatch per 500 metrics. Training jobs end by themselves.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from spendplane.adapters import idle_metrics
from spendplane.adapters.cloudwatch import CloudWatchMetrics, batches
from spendplane.adapters.fleet.errors import MissingError, translated
from spendplane.adapters.fleet.kind import Clients, Remembered, listed
from spendplane.adapters.sagemaker_variants import UNKNOWN_TYPE, instance_types, variants
from spendplane.application.idle.idle_report import Found, Progress, Resources
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError
from spendplane.contract.hours_record import ENDPOINT, NOTEBOOK
from spendplane.domain.idleness import HOUR, Hosting, Metered, Series, Watched, whole_hour

Answer = dict[str, Any]
Run = Callable[[Callable[[Answer], "Watched | tuple[str, str] | None"], Iterable[Answer]], Iterable[Any]]
"""`map`, or that of a pool of threads."""
_PAGE = 100
_RIGHTS = "It may list and describe endpoints, their configurations, components and notebooks, and read tags"
_UNREPORTED = "idle provisioned concurrency is billed, but at a price that is not known here"


@dataclass(frozen=True, slots=True)
class _Details:
    """What belongs to an endpoint beside its parts: how often it reports, and the components of each variant."""

    every_seconds: int
    components: Mapping[str, Sequence[str]]


class SageMakerIdle:
    """See `application.idle.idle_report.Account`. `run` may describe several endpoints at a time."""

    def __init__(self, clients: Clients, run: Run = map) -> None:
        self._clients = Remembered(clients)
        self._run = run
        self._configs: dict[str, Answer] = {}
        self._details: dict[str, _Details] = {}

    def found(self, progress: Progress) -> Found:
        """Raises BusyError and RefusedError when a list cannot be read."""
        tags, components = self._tags(), self._components()
        endpoints = list(self._list("list_endpoints", "Endpoints"))
        watched = [_notebook(item, tags) for item in self._list("list_notebook_instances", "NotebookInstances")]
        unread: dict[str, str] = {}
        look = partial(self._careful, tags=tags, components=components)
        for seen in self._run(look, endpoints):
            if isinstance(seen, Watched):
                watched.append(seen)
            elif seen is not None:
                unread[seen[0]] = seen[1]
            progress()
        return Found(tuple(watched), unread)

    def batches(self, resources: Resources) -> int:
        """So many calls of CloudWatch, its pages aside."""
        return batches(sum(len(wants) for _, _, wants in self._wanted(resources)))

    def measured(self, resources: Resources, start: datetime, end: datetime, progress: Progress) -> tuple[Watched, ...]:
        """The same with their hours. Raises BusyError and RefusedError."""
        wanted = list(self._wanted(resources))
        metrics = [want.metric for _, _, wants in wanted for want in wants]
        series = iter(CloudWatchMetrics(self._clients).read(metrics, start, end, progress))
        parts: dict[str, list[Metered]] = defaultdict(list)
        for watched, part, wants in wanted:
            found = idle_metrics.together(wants, [next(series) for _ in wants], self._every(watched))
            up = found[idle_metrics.UP] or _in_service(watched, part, start, end)
            parts[watched.arn].append(
                replace(
                    part,
                    up=up,
                    calls=found[idle_metrics.MADE],
                    cpu=found[idle_metrics.CPU],
                    gpu=found[idle_metrics.GPU],
                )
            )
        return tuple(replace(watched, parts=tuple(parts[watched.arn])) for watched in resources)

    def _wanted(self, resources: Resources) -> Iterator[tuple[Watched, Metered, list[idle_metrics.Wanted]]]:
        for watched in resources:
            for part in watched.parts:
                if watched.hosting is Hosting.NOTEBOOK:
                    yield watched, part, list(idle_metrics.of_notebook(watched.name))
                else:
                    components = self._details[watched.arn].components.get(part.name, ())
                    yield (
                        watched,
                        part,
                        list(idle_metrics.of_variant(watched.name, part.name, watched.hosting, components)),
                    )

    def _every(self, watched: Watched) -> int:
        details = self._details.get(watched.arn)
        return details.every_seconds if details else idle_metrics.EVERY_SECONDS

    def _careful(
        self, item: Answer, tags: Mapping[str, dict[str, str]], components: Mapping[str, Mapping[str, Sequence[str]]]
    ) -> Watched | tuple[str, str] | None:
        """None: it went between the list and the look."""
        name = item["EndpointName"]
        try:
            with _read(name):
                found = self._clients("sagemaker").describe_endpoint(EndpointName=name)
                config = self._config(found["EndpointConfigName"])
        except MissingError:
            return None
        except (BusyError, RefusedError) as error:
            return name, str(error)
        of_endpoint = components.get(name, {})
        self._details[item["EndpointArn"]] = _Details(_frequency(config), of_endpoint)
        return _endpoint(found, config, tags.get(item["EndpointArn"].lower(), {}), hosts=bool(of_endpoint))

    def _config(self, name: str) -> Answer:
        """Empty where it was deleted under its endpoint."""
        if name not in self._configs:
            try:
                with _read(name):
                    answer = self._clients("sagemaker").describe_endpoint_config(EndpointConfigName=name)
            except MissingError:
                return {}
            self._configs[name] = answer
        return self._configs[name]

    def _components(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """Names, by endpoint and variant."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for item in self._list("list_inference_components", "InferenceComponents"):
            found[item["EndpointName"]][item["VariantName"]].append(item["InferenceComponentName"])
        return found

    def _list(self, operation: str, key: str) -> Iterator[Answer]:
        with _read(operation):
            yield from listed(self._clients("sagemaker"), operation, key, MaxResults=_PAGE)

    def _tags(self) -> dict[str, dict[str, str]]:
        """By ARN, in lower case: SageMaker writes names with capitals in some ARNs and without in others."""
        types = ["sagemaker:endpoint", "sagemaker:notebook-instance"]
        client = self._clients("resourcegroupstaggingapi")
        with _read("get_resources"):
            found = listed(
                client, "get_resources", "ResourceTagMappingList", ResourceTypeFilters=types, ResourcesPerPage=_PAGE
            )
            return {
                item["ResourceARN"].lower(): {tag["Key"]: tag["Value"] for tag in item.get("Tags", [])}
                for item in found
            }


def _endpoint(found: Answer, config: Answer, tags: Mapping[str, str], *, hosts: bool) -> Watched:
    types, running = instance_types(config), variants(found)
    serverless = [each["CurrentServerlessConfig"] for each in running if each.get("CurrentServerlessConfig")]
    hosting = Hosting.SERVERLESS if serverless else Hosting.COMPONENTS if hosts else Hosting.REALTIME
    if found.get("AsyncInferenceConfig") or config.get("AsyncInferenceConfig"):
        hosting = Hosting.ASYNC
    return Watched(
        found["EndpointArn"],
        ENDPOINT,
        found["EndpointName"],
        hosting,
        found["CreationTime"],
        tags,
        tuple(
            Metered(
                each["VariantName"], types.get(each["VariantName"], UNKNOWN_TYPE), each.get("CurrentInstanceCount") or 0
            )
            for each in running
        ),
        _UNREPORTED if any(each.get("ProvisionedConcurrency") for each in serverless) else "",
    )


def _notebook(item: Answer, tags: Mapping[str, dict[str, str]]) -> Watched:
    """Its list tells since when it is in service: what was modified last is its status."""
    runs = item["NotebookInstanceStatus"] == "InService"
    since = item.get("LastModifiedTime") if runs else None
    return Watched(
        item["NotebookInstanceArn"],
        NOTEBOOK,
        item["NotebookInstanceName"],
        Hosting.NOTEBOOK,
        since or item["CreationTime"],
        tags.get(item["NotebookInstanceArn"].lower(), {}),
        (Metered("all", item["InstanceType"], int(runs)),),
    )


def _in_service(watched: Watched, part: Metered, start: datetime, end: datetime) -> Series:
    """Of a notebook that runs: every hour since it came into service. Nothing tells of the time before."""
    if watched.hosting is not Hosting.NOTEBOOK or not part.now:
        return {}
    since, hours = max(watched.created_at, start), {}
    hour = whole_hour(since)
    while hour < end:
        hours[hour] = (hour + HOUR - max(hour, since)) / timedelta(hours=1)
        hour += HOUR
    return hours


def _frequency(config: Answer) -> int:
    return int(config.get("MetricsConfig", {}).get("MetricPublishFrequencyInSeconds") or idle_metrics.EVERY_SECONDS)


def _read(what: str) -> Any:
    return translated(what, rights=_RIGHTS)
