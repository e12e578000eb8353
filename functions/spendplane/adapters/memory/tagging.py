"""An account in memory whose resources carry tags."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from spendplane.application.tag_audit import Progress, Reading
from spendplane.domain.tagging import Resource


@dataclass
class MemoryTaggedAccount:
    """See `application.tag_audit.TaggedAccount`. `failing` are reasons for which an ARN takes no tags."""

    resources: dict[str, Resource] = field(default_factory=dict)
    stacks: dict[str, dict[str, str]] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    failing: dict[str, str] = field(default_factory=dict)
    steps: int = 1

    def add(self, *resources: Resource) -> None:
        """Puts resources into the account."""
        self.resources |= {resource.arn: resource for resource in resources}

    def read(self, progress: Progress) -> Reading:
        """See the port."""
        progress()
        return Reading(tuple(self.resources.values()), dict(self.unread))

    def stack_tags(self, names: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """See the port."""
        return {name: self.stacks[name] for name in names if name in self.stacks}

    def tag(self, tags: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
        """See the port."""
        for arn in tags.keys() - self.failing.keys():
            known = self.resources[arn]
            self.resources[arn] = replace(known, tags={**known.tags, **tags[arn]})
        return {arn: self.failing[arn] for arn in tags if arn in self.failing}
