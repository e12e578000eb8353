"""Lines of Bedrock's invocation log → usage records on the bus. Whoever made the call need not know of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from spendplane.application.sources.hours import UsageBus
from spendplane.contract import invocation_log
from spendplane.contract.attribution import of_tags
from spendplane.contract.invocation_log import API, SOURCE, Line, Log, UnreadableError
from spendplane.contract.usage_event import MAX_BATCH_RECORDS
from spendplane.domain.identities import Attribution, Identities, caller_of
from spendplane.domain.payloads import PayloadError, Reported, read

Record = dict[str, Any]


class Profiles(Protocol):
    """Application inference profiles."""

    def tags(self, profile_arn: str) -> Mapping[str, str]:
        """The profile's tags, perhaps some minutes old; none for one that is gone. Raises BusyError."""


class Bodies(Protocol):
    """Answers that were too large for their line."""

    def body(self, path: str) -> Any | None:
        """The answer at `s3://bucket/key`, None when it is not to be had. Raises BusyError."""


@dataclass(slots=True)
class InvocationReport:
    """Where the lines went. `failed`: calls that Bedrock refused and charged nothing for, which are not published.

    `unattributed` and `refused_claims` are among those `published`.
    """

    lines: int = 0
    published: int = 0
    unreadable: int = 0
    failed: int = 0
    unattributed: int = 0
    refused_claims: int = 0

    def figures(self) -> dict[str, int]:
        """As metrics."""
        return {
            "InvocationsPublished": self.published,
            "InvocationsUnreadable": self.unreadable,
            "InvocationsFailed": self.failed,
            "InvocationsUnattributed": self.unattributed,
            "ProjectClaimsRefused": self.refused_claims,
        }


@dataclass(frozen=True, slots=True)
class PublishInvocations:
    """Each line ends as one of three: usage, something unreadable for the quarantine, or the count of a failed call."""

    identities: Identities
    profiles: Profiles
    bodies: Bodies
    bus: UsageBus

    def __call__(self, lines: Iterable[Line]) -> InvocationReport:
        """Publishes in batches, as the lines come. Raises BusyError: then all is delivered again, and counts once."""
        report = InvocationReport()
        made = (record for line in lines for record in self._records(line, report))
        while batch := list(islice(made, MAX_BATCH_RECORDS)):
            self.bus.publish_records(SOURCE, batch)
        return report

    def _records(self, line: Line, report: InvocationReport) -> list[Record]:
        """None for a failed call; more than one where other models worked for the answer."""
        report.lines += 1
        try:
            log = invocation_log.decode(line.text)
            reported = self._reported(log)
        except (UnreadableError, PayloadError) as error:
            report.unreadable += 1
            return [invocation_log.unreadable(line, str(error))]
        if reported is None:
            report.failed += 1
            return []
        attribution = self._attribution(log)
        report.published += 1
        report.unattributed += not attribution.known
        report.refused_claims += attribution.refused_project is not None
        return invocation_log.records(log, reported, attribution)

    def _reported(self, log: Log) -> Reported | None:
        """What was used, None for a failed call that used nothing. Raises PayloadError.

        The envelope has the counts. The answer in S3 is fetched only where it can say more: how long what was written
        to the cache lives, or the counts that the envelope lacks.
        """
        path = invocation_log.body_path(log)
        try:
            reported = read(API, log)
        except PayloadError:
            body = self.bodies.body(path) if path else None
            if body is not None:
                return read(API, invocation_log.with_body(log, body))
            if log.get("errorCode"):
                return None
            raise
        if path and reported.cache_write_5m and (body := self.bodies.body(path)) is not None:
            return read(API, invocation_log.with_body(log, body))
        return None if log.get("errorCode") and not reported.usage else reported

    def _attribution(self, log: Log) -> Attribution:
        profile = invocation_log.profile_arn(log)
        tags = self.profiles.tags(profile) if profile else {}
        caller = caller_of(invocation_log.caller_arn(log))
        return self.identities.attribute(caller, of_tags(tags), invocation_log.metadata(log))
