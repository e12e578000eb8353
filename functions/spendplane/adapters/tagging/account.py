"""The port over the tagging API, the services themselves, IAM and CloudFormation."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from botocore.exceptions import ClientError

from spendplane.adapters.fleet.errors import translated
from spendplane.adapters.fleet.kind import Clients, Remembered, listed
from spendplane.adapters.tagging import roles
from spendplane.adapters.tagging.kinds import RESOURCE_TYPES, plain, resource_of
from spendplane.adapters.tagging.listing import LISTINGS
from spendplane.application.ports import BusyError
from spendplane.application.ports.fleet import RefusedError
from spendplane.application.tag_audit import Progress, Reading
from spendplane.domain.tagging import Resource

PAGE = 100
AT_ONCE = 20
"""ARNs that one call of TagResources takes."""
_RIGHTS = "These credentials lack a permission that docs/tags.md lists"
_ROLES = "roles that call models"


class AwsTaggedAccount:
    """See `application.tag_audit.TaggedAccount`. `clients` gives a boto3 client for a service, for one Region."""

    steps = len(LISTINGS) + 2

    def __init__(self, clients: Clients) -> None:
        self._clients = Remembered(clients)

    def read(self, progress: Progress) -> Reading:
        """What cannot be listed is told, and the rest goes on; without the tags themselves nothing can be said."""
        with translated("The search by tags", rights=_RIGHTS):
            tagged = dict(self._tagged())
        progress()
        unread: dict[str, str] = {}
        found = {arn: dict[str, str]() for arn in tagged} | self._listed(unread, progress)
        resources = (resource_of(arn, tagged.get(arn, {}), settings) for arn, settings in found.items())
        callers = self._callers(unread)
        progress()
        return Reading((*(item for item in resources if item is not None), *callers), unread)

    def stack_tags(self, names: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """One call a stack."""
        return {name: tags for name in names if (tags := self._stack_tags(name)) is not None}

    def tag(self, tags: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
        """Roles one by one, others by twenty that get the same."""
        alike: dict[tuple[tuple[str, str], ...], list[str]] = defaultdict(list)
        failed: dict[str, str] = {}
        for arn, wanted in tags.items():
            if arn.split(":")[2] == "iam":
                failed |= self._tag_role(arn, wanted)
            else:
                alike[tuple(sorted(wanted.items()))].append(arn)
        for wanted_items, arns in alike.items():
            for start in range(0, len(arns), AT_ONCE):
                failed |= self._tag_resources(arns[start : start + AT_ONCE], dict(wanted_items))
        return failed

    def _tagged(self) -> Iterator[tuple[str, dict[str, str]]]:
        query = {"ResourceTypeFilters": list(RESOURCE_TYPES), "ResourcesPerPage": PAGE}
        client = self._clients("resourcegroupstaggingapi")
        for item in listed(client, "get_resources", "ResourceTagMappingList", **query):
            yield plain(item["ResourceARN"]), {tag["Key"]: tag["Value"] for tag in item.get("Tags", [])}

    def _listed(self, unread: dict[str, str], progress: Progress) -> dict[str, dict[str, str]]:
        """Environment variables by ARN."""
        found: dict[str, dict[str, str]] = {}
        for name, listing in LISTINGS.items():
            try:
                with translated(name, rights=_RIGHTS):
                    found |= {plain(arn): settings for arn, settings in listing(self._clients)}
            except (BusyError, RefusedError, ClientError) as error:
                unread[name] = str(error)
            progress()
        return found

    def _callers(self, unread: dict[str, str]) -> list[Resource]:
        try:
            with translated(_ROLES, rights=_RIGHTS):
                return list(roles.callers(self._clients))
        except (BusyError, RefusedError, ClientError) as error:
            unread[_ROLES] = str(error)
            return []

    def _stack_tags(self, name: str) -> dict[str, str] | None:
        try:
            with translated(name):
                stacks = self._clients("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except (BusyError, RefusedError, ClientError):
            return None  # one clue less
        return {tag["Key"]: tag["Value"] for tag in (stacks[0] if stacks else {}).get("Tags", [])}

    def _tag_role(self, arn: str, tags: Mapping[str, str]) -> dict[str, str]:
        listed_tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        try:
            with translated(arn, rights=_RIGHTS):
                self._clients("iam").tag_role(RoleName=arn.rpartition("/")[2], Tags=listed_tags)
        except (BusyError, RefusedError, ClientError) as error:
            return {arn: str(error)}
        return {}

    def _tag_resources(self, arns: list[str], tags: dict[str, str]) -> dict[str, str]:
        try:
            with translated("Tagging", rights=_RIGHTS):
                answer = self._clients("resourcegroupstaggingapi").tag_resources(ResourceARNList=arns, Tags=tags)
        except (BusyError, RefusedError, ClientError) as error:
            return dict.fromkeys(arns, str(error))
        failures = answer.get("FailedResourcesMap", {}).items()
        return {arn: f"{told.get('ErrorCode', '?')}: {told.get('ErrorMessage', '')}" for arn, told in failures}
