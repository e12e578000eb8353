"""Whether endpoints and inference components are called: one description each, and CloudWatch for all at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from spendplane.adapters import idle_metrics
from spendplane.adapters.cloudwatch import CloudWatchMetrics
from spendplane.adapters.fleet.errors import MissingError, translated
from spendplane.adapters.fleet.kind import Clients, Remembered
from spendplane.adapters.fleet.sagemaker_component import InferenceComponent
from spendplane.adapters.fleet.sagemaker_endpoint import SageMakerEndpoint
from spendplane.adapters.sagemaker_variants import instances
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError
from spendplane.domain.idle_policy import Activity, IdlePolicy
from spendplane.domain.idleness import Hosting, whole_hour
from spendplane.domain.targets import Target

Answer = dict[str, Any]
Run = Callable[[Callable[[Target], Any], Iterable[Target]], Iterable[Any]]
"""`map`, or that of a pool of threads."""
REPORTS_WITHIN = timedelta(hours=3)
"""Instances report every minute, and CloudWatch shows it some minutes later: three hours of silence are an outage."""
_IN_SERVICE = "InService"


@dataclass(frozen=True, slots=True)
class _Seen:
    """A resource, and the metrics that tell of it."""

    target: Target
    created_at: datetime
    up: bool
    wanted: tuple[idle_metrics.Wanted, ...]
    instances: tuple[tuple[str, int], ...] = ()


class SageMakerActivities:
    """See `application.switching.idle_looking.Activities`. An endpoint that hosts components is told of by these."""

    kinds = frozenset({SageMakerEndpoint.kind, InferenceComponent.kind})

    def __init__(self, clients: Clients, run: Run = map) -> None:
        self._clients = Remembered(clients)
        self._run = run

    def read(self, targets: Sequence[Target], policy: IdlePolicy, now: datetime) -> Mapping[str, Activity]:
        """Raises BusyError when nothing can be read, and RefusedError when CloudWatch may not be."""
        looks = list(self._run(self._seen, targets))
        found = [seen for seen in looks if isinstance(seen, _Seen)]
        if not found and (errors := [seen for seen in looks if isinstance(seen, BusyError)]):
            raise errors[0]
        metrics = [want.metric for seen in found for want in seen.wanted]
        series = iter(CloudWatchMetrics(self._clients).read(metrics, whole_hour(now - policy.after), now))
        activities = {}
        for seen in found:
            told = idle_metrics.together(seen.wanted, [next(series) for _ in seen.wanted], idle_metrics.EVERY_SECONDS)
            reported = any(hour >= now - REPORTS_WITHIN for hour in told[idle_metrics.UP])
            calls = sum(told[idle_metrics.MADE].values())
            activities[seen.target.key] = Activity(seen.created_at, seen.up, calls, reported, seen.instances)
        return activities

    def _seen(self, target: Target) -> "_Seen | BusyError | None":
        """None: it is not there, or may not be read. One that is busy is left out while others can be read: what is not
        known is not idle.
        """
        look = self._endpoint if target.kind == SageMakerEndpoint.kind else self._component
        try:
            with translated(target.label):
                return look(target)
        except BusyError as error:
            return error
        except (MissingError, RefusedError):
            return None

    def _endpoint(self, target: Target) -> _Seen | None:
        found = self._clients("sagemaker").describe_endpoint(EndpointName=target.name)
        config = self._clients("sagemaker").describe_endpoint_config(EndpointConfigName=found["EndpointConfigName"])
        if not all(variant.get("ModelName") for variant in config["ProductionVariants"]):
            return None  # it hosts components, and could not be deleted
        hosting = Hosting.ASYNC if config.get("AsyncInferenceConfig") else Hosting.REALTIME
        variants = found.get("ProductionVariants", [])
        up = any(variant.get("CurrentInstanceCount") for variant in variants)
        wanted = [want for variant in variants for want in self._wanted(found["EndpointName"], variant, hosting)]
        up = up and found["EndpointStatus"] == _IN_SERVICE
        return _Seen(target, found["CreationTime"], up, tuple(wanted), instances(found, config))

    def _wanted(self, endpoint: str, variant: Answer, hosting: Hosting) -> Iterator[idle_metrics.Wanted]:
        return idle_metrics.of_variant(endpoint, variant["VariantName"], hosting, (), idle_metrics.ANY)

    def _component(self, target: Target) -> _Seen:
        found = self._clients("sagemaker").describe_inference_component(InferenceComponentName=target.name)
        place = found["EndpointName"], found["VariantName"]
        wanted = idle_metrics.of_component(*place, found["InferenceComponentName"])
        copies = found.get("RuntimeConfig", {}).get("DesiredCopyCount") or 0
        up = copies > 0 and found.get("InferenceComponentStatus") == _IN_SERVICE
        return _Seen(target, found["CreationTime"], up, tuple(wanted))
