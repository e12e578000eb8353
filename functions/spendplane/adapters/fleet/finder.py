"""The fleet port over the tagging API, and over IAM for what that does not serve."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from spendplane.adapters.fleet.errors import translated
from spendplane.adapters.fleet.kind import Clients, Kind, Remembered, listed
from spendplane.adapters.fleet.kinds import KINDS
from spendplane.domain.targets import Target

MAX_VALUES = 20
"""Of one tag in one query. Where more are asked for, the query is for the tag alone: values are compared here too."""
PAGE = 100


class AwsFleet:
    """See `application.ports.fleet.Fleet`. `clients` gives a boto3 client for a service; each is asked for once."""

    def __init__(self, clients: Clients, kinds: Sequence[type[Kind]] = KINDS) -> None:
        self._clients = Remembered(clients)
        self._kinds = {kind.kind: kind(self._clients) for kind in kinds}

    def find(self, tags: Mapping[str, Sequence[str]], kinds: Collection[str] = ()) -> Iterator[Target]:
        """One query of the tagging API, and one of IAM where roles are wanted. Values are compared exactly, whatever
        the services did.
        """
        seen: set[str] = set()
        for target in self._all(tags, [kind for name, kind in self._kinds.items() if not kinds or name in kinds]):
            if target.key not in seen and _carries(target, tags):
                seen.add(target.key)
                yield target

    def actuator(self, kind: str) -> Kind:
        """The one for a kind. Raises KeyError."""
        return self._kinds[kind]

    def _all(self, tags: Mapping[str, Sequence[str]], kinds: Sequence[Kind]) -> Iterator[Target]:
        types = sorted({name for kind in kinds for name in kind.resource_types})
        if types:
            yield from self._tagged(tags, types)
        for kind in kinds:
            yield from kind.search()

    def _tagged(self, tags: Mapping[str, Sequence[str]], types: Sequence[str]) -> Iterator[Target]:
        filters = [{"Key": key, "Values": _askable(values)} for key, values in tags.items()]
        client = self._clients("resourcegroupstaggingapi")
        query = {"TagFilters": filters, "ResourceTypeFilters": types, "ResourcesPerPage": PAGE}
        with translated("The search by tags"):
            for item in listed(client, "get_resources", "ResourceTagMappingList", **query):
                tags_found = {tag["Key"]: tag["Value"] for tag in item.get("Tags", [])}
                yield from self._targets(item["ResourceARN"], tags_found)

    def _targets(self, arn: str, tags: Mapping[str, str]) -> Iterator[Target]:
        for kind in self._kinds.values():
            name = kind.parse(arn) if kind.resource_types else None
            if name is not None:
                yield Target(kind.kind, arn, name, tags)


def _askable(values: Sequence[str]) -> list[str]:
    return list(values) if len(values) <= MAX_VALUES else []


def _carries(target: Target, tags: Mapping[str, Sequence[str]]) -> bool:
    return all(key in target.tags and (not values or target.tags[key] in values) for key, values in tags.items())
