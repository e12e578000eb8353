"""Which AI resources of the account lack mandatory tags, what they should be, and setting them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Protocol

from spendplane.domain.tag_evidence import Evidence, Proposal
from spendplane.domain.tagging import Problem, Resource, TagRules

MonthlyCost = Callable[[Resource], Decimal | None]
"""An estimate in dollars of what a resource costs in a month; None where it is not known."""
Progress = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """The AI resources of the account and Region. `unread` says, by what could not be listed, why."""

    resources: tuple[Resource, ...]
    unread: Mapping[str, str] = field(default_factory=dict)


class TaggedAccount(Protocol):
    """The account, by its tags."""

    @property
    def steps(self) -> int:
        """How often `read` reports progress."""

    def read(self, progress: Progress) -> Reading:
        """Every AI resource with all its tags, also those that never had one. Raises BusyError and RefusedError when
        the tags themselves cannot be read.
        """

    def stack_tags(self, names: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """The tags of these CloudFormation stacks; those that cannot be read are left out."""

    def tag(self, tags: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
        """Adds tags, by ARN. Returns the reasons of those that failed, by ARN; others are not affected by them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A resource that lacks something."""

    resource: Resource
    problems: tuple[Problem, ...]
    monthly_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TagReport:
    """The dearest first. `priced` is False where no prices were to be had at all."""

    resources: tuple[Resource, ...]
    findings: tuple[Finding, ...]
    unread: Mapping[str, str]
    priced: bool


@dataclass(frozen=True, slots=True)
class TagAudit:
    """Reads; changes nothing. Spendplane's own resources are no AI workload and are left out."""

    account: TaggedAccount
    rules: TagRules
    cost: MonthlyCost | None = None
    only: str = "*"
    """A pattern such as `search-*` for the names or ARNs of those that are judged; all are read, as evidence."""

    def __call__(self, progress: Progress = lambda: None) -> TagReport:
        """Raises BusyError and RefusedError."""
        reading = self.account.read(progress)
        resources = tuple(resource for resource in reading.resources if not resource.own)
        findings = [found for resource in resources if self._judged(resource) and (found := self._finding(resource))]
        return TagReport(resources, tuple(sorted(findings, key=_dearest)), reading.unread, self.cost is not None)

    def _judged(self, resource: Resource) -> bool:
        return fnmatchcase(resource.name, self.only) or fnmatchcase(resource.arn, self.only)

    def _finding(self, resource: Resource) -> Finding | None:
        problems = tuple(self.rules.problems(resource.tags, resource.mandatory))
        if not problems:
            return None
        return Finding(resource, problems, self.cost(resource) if self.cost else None)


@dataclass(frozen=True, slots=True)
class TagFix:
    """Proposes what evidence supports, and sets what is sure. A tag that is in order is never changed."""

    account: TaggedAccount
    rules: TagRules

    def propose(self, report: TagReport) -> tuple[Proposal, ...]:
        """In the order of the report; sure ones, guesses and contradictions."""
        names = {found.resource.stack for found in report.findings if found.resource.stack}
        evidence = Evidence(report.resources, self.account.stack_tags(sorted(names)), self.rules)
        return tuple(made for found in report.findings for made in evidence.proposals(found.resource))

    def apply(self, proposals: Sequence[Proposal]) -> Mapping[str, str]:
        """Sets the sure ones. Returns the reasons of those that failed, by ARN."""
        tags: dict[str, dict[str, str]] = {}
        for made in proposals:
            if made.sure and made.value is not None:
                tags.setdefault(made.resource.arn, {})[made.key] = made.value
        return self.account.tag(tags) if tags else {}


def _dearest(found: Finding) -> tuple[Decimal, str, str]:
    """What has no known cost comes last."""
    cost = found.monthly_usd
    return (Decimal(1) if cost is None else -cost, found.resource.kind, found.resource.name)
