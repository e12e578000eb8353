"""SageMaker endpoints, serverless ones and those on instances. There is no pausing them: throttling deletes the
endpoint and keeps its configuration, from which restoring creates it anew; in minutes, with instances.

What AWS silently deletes with it comes back too: auto scaling, with policies and schedules. Not so concurrency that was
set on a serverless variant after its creation: that is then as the configuration says.
"""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from spendplane.adapters.fleet.endpoint_state import ENDPOINT, VARIANTS, Answer, EndpointReader, inherited
from spendplane.adapters.fleet.errors import MissingError, translated
from spendplane.adapters.fleet.kind import Kind
from spendplane.adapters.fleet.scaling import Scaling
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError
from spendplane.domain.targets import State, Target

_CHANGING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack"})
_DELETING, _FAILED = "Deleting", "Failed"
_COMPONENTS = (
    "An endpoint that hosts inference components cannot be deleted: give the components the tags `project` and "
    "`environment`, so that they are turned down one by one"
)


@dataclass(frozen=True, slots=True)
class SageMakerEndpoint(Kind):
    """State: `endpoint` (`name`, `config` and `tags`, all that it takes to create it); `variants`, the weights and
    instance counts that were changed since its creation; and the parts of `Scaling.parts`.

    Names keep their capitals in the service, but not always in ARNs. An instance count that is scaled is left to the
    scaling. While it comes back, parts that are still to come are empty or absent.
    """

    kind: ClassVar[str] = "sagemaker-endpoint"
    resource_types: ClassVar[tuple[str, ...]] = ("sagemaker:endpoint",)
    arn: ClassVar[re.Pattern[str]] = re.compile(r"arn:[\w-]+:sagemaker:[\w-]+:\d{12}:endpoint/([\w-]+)", re.ASCII)

    def observe(self, target: Target) -> State | None:
        """An endpoint that is being deleted is not there any more."""
        reader = self._reader(target)
        found = reader.endpoint(target.name)
        return None if found is None or found["EndpointStatus"] == _DELETING else reader.state(found)

    def throttled(self, before: State) -> State | None:  # noqa: ARG002
        """It is not there."""
        return None

    def same(self, before: State, observed: State) -> bool:
        """By its configuration, and by the project and environment that its tags name: an endpoint that somebody
        created under this name meanwhile, or gave to production, gets nothing of the former one's.
        """
        was, now = before[ENDPOINT], observed[ENDPOINT]
        return bool(now["config"] == was["config"] and inherited(now["tags"]) == inherited(was["tags"]))

    def throttle(self, target: Target, before: State) -> None:
        """Deletes it, unless what it would be created from is gone. One that is just changing cannot be deleted."""
        reader, name, config = self._reader(target), before[ENDPOINT]["name"], before[ENDPOINT]["config"]
        found = reader.endpoint(name)
        if found is None or found["EndpointStatus"] == _DELETING:
            return
        if found["EndpointStatus"] in _CHANGING:
            raise BusyError(f"{target.label} is {found['EndpointStatus']}; it can be deleted when that is over")
        if reader.config(config) is None:
            raise RefusedError(
                f"{target.label} would be lost: its configuration {config} does not exist any more. Create it again "
                "under this name, or stop the endpoint by hand"
            )
        try:
            with translated(target.label, _COMPONENTS):
                self._client().delete_endpoint(EndpointName=name)
        except MissingError:
            return

    def restore(self, target: Target, before: State) -> None:
        """Creates it; what else there was follows once it is in service, and is BusyError until then."""
        reader, name = self._reader(target), before[ENDPOINT]["name"]
        found = reader.endpoint(name)
        if found is None:
            self._create(target, before[ENDPOINT])
            found = reader.endpoint(name)
        if found is None or found["EndpointStatus"] == _DELETING:
            raise BusyError(f"{target.label} is still being deleted; it can be created when that is over")
        _refuse_another(target, found, before[ENDPOINT]["config"])
        if not any(value for part, value in before.items() if part != ENDPOINT):
            return
        if found["EndpointStatus"] in _CHANGING:
            raise BusyError(f"{target.label} is {found['EndpointStatus']}; its weights, counts and scaling follow")
        now = reader.state(found)
        self._rebalance(target, before, now)
        reader.scaling.make(before, now, inherited(before[ENDPOINT]["tags"]))

    def describe(self, before: State) -> str:
        """What goes, and what stays."""
        return f"deleted, its configuration {before[ENDPOINT]['config']} kept"

    def _create(self, target: Target, endpoint: Answer) -> None:
        tags = [{"Key": key, "Value": value} for key, value in endpoint["tags"].items()]
        try:
            with translated(target.label):
                self._client().create_endpoint(
                    EndpointName=endpoint["name"], EndpointConfigName=endpoint["config"], Tags=tags
                )
        except MissingError as error:
            raise RefusedError(
                f"{error}. Create the configuration {endpoint['config']} again under this name, then restore again"
            ) from error

    def _rebalance(self, target: Target, before: State, now: State) -> None:
        """Weights and counts. The variants cannot be scaled while these change."""
        wanted = before.get(VARIANTS, {})
        if not wanted or now[VARIANTS] == wanted:
            return
        changes = [{"VariantName": name, **values} for name, values in wanted.items()]
        with translated(target.label):
            self._client().update_endpoint_weights_and_capacities(
                EndpointName=before[ENDPOINT]["name"], DesiredWeightsAndCapacities=changes
            )
        if not before.keys() <= now.keys():
            raise BusyError(f"{target.label} gets its weights and counts back; its scaling follows")

    def _reader(self, target: Target) -> EndpointReader:
        scaling = Scaling(self.clients("application-autoscaling"), "sagemaker", target.label)
        return EndpointReader(self._client(), scaling, target.label)

    def _client(self) -> Any:
        return self.clients("sagemaker")


def _refuse_another(target: Target, found: Answer, config: str) -> None:
    if found.get("EndpointConfigName") != config:
        raise RefusedError(
            f"{target.label} was created meanwhile with the configuration {found.get('EndpointConfigName')} instead of "
            f"{config}, and is left as it is"
        )
    if found["EndpointStatus"] == _FAILED:
        reason = found.get("FailureReason", "SageMaker gives no reason")
        raise RefusedError(f"{target.label} could not be created: {reason}. Mend that, delete it, and restore again")
