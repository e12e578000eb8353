"""A replay of the archive of usage events: starting one, following it, and what became of its records."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cli.checks.resources import ARCHIVE, QUEUE, usage_rules
from cli.context import Session
from cli.errors import Failure
from spendplane.application.books.archive import Tally

KEPT = timedelta(days=35)
"""As long as the archive keeps events and the ledger takes them."""
ON_ITS_WAY = timedelta(minutes=10)
"""What AWS advises to wait before a replay ("Archiving and replaying events", Amazon EventBridge User Guide)."""
PAUSE_S = 1.0
QUIET_LOOKS = 5
"""So many looks on end at an empty queue and a tally that does not move: then nothing is on its way any more."""
_DEPLOY = "deploy again: cdk deploy --all"
_OVER = {"COMPLETED", "CANCELLED", "FAILED"}


@dataclass(frozen=True, slots=True)
class Span:
    """Events that came over the bus from `since` to `until`; not the times of usage that they speak of.

    By the `Time` of the PutEvents entry, which is the moment of the call where the producer gives none.
    """

    since: datetime
    until: datetime

    def checked(self, now: datetime) -> "Span":
        """Itself. Raises Failure for a span in which nothing can be replayed."""
        if self.until <= self.since:
            raise Failure("the replay would end before it begins", "name --to after --from")
        if self.until > now + timedelta(minutes=1):
            raise Failure(f"--to {self.until.isoformat()} is in the future", "leave --to out for now")
        if self.since < now - KEPT:
            oldest = (now - KEPT).isoformat(timespec="minutes")
            raise Failure("the archive keeps 35 days, and the ledger takes nothing older", f"begin at --from {oldest}")
        return self


def start(run: Session, span: Span) -> str:
    """Starts a replay to the usage queue's rule alone, and returns its name. Raises Failure and ClientError."""
    from botocore.exceptions import ClientError

    events, bus = run.clients("events"), run.settings.bus
    try:
        archive = events.describe_archive(ArchiveName=ARCHIVE)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            raise Failure(
                f"there is no archive {ARCHIVE}: what was published before cannot come again", _DEPLOY
            ) from None
        raise
    rules = [rule["Arn"] for rule in usage_rules(events, bus)]
    if not rules:
        raise Failure("no rule sends usage events to the queue, so a replay would reach nobody", _DEPLOY)
    name = f"spendplane-{run.now():%Y%m%dT%H%M%S}"
    events.start_replay(
        ReplayName=name,
        Description="spendplane recover replay",
        EventSourceArn=archive["ArchiveArn"],
        EventStartTime=span.since,
        EventEndTime=span.until,
        Destination={"Arn": events.describe_event_bus(Name=bus)["Arn"], "FilterArns": rules},
    )
    return name


def follow(run: Session, name: str, span: Span, progress: Callable[[float], None]) -> None:
    """Returns when EventBridge has sent everything; `progress` is told the part of the time that it is through.

    Raises Failure when the replay fails or is cancelled.
    """
    events = run.clients("events")
    while True:
        found = events.describe_replay(ReplayName=name)
        state = found["State"]
        if state in _OVER:
            break
        progress(_part(found.get("EventLastReplayedTime"), span))
        run.sleep(PAUSE_S)
    if state != "COMPLETED":
        reason = found.get("StateReason") or "no reason is given"
        raise Failure(f"the replay {name} is {state.lower()}: {reason}", "start another one: repeats are dropped")
    progress(1.0)


def settle(run: Session, name: str) -> Tally:
    """What became of the records, once the queue is empty and no more come."""
    queue = _queue(run)
    last, quiet = run.replays().tally(name), 0
    while quiet < QUIET_LOOKS:
        run.sleep(PAUSE_S)
        tally = run.replays().tally(name)
        quiet = quiet + 1 if tally == last and not queue() else 0
        last = tally
    return last


def _part(at: Any, span: Span) -> float:
    if not isinstance(at, datetime):
        return 0.0
    return max(0.0, min(1.0, (at - span.since) / (span.until - span.since)))


def _queue(run: Session) -> Callable[[], int]:
    """How many messages wait or are at work."""
    client = run.clients("sqs")
    url = run.settings.queue_url or client.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def waiting() -> int:
        found = client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found.get(name, 0)) for name in names)

    return waiting
