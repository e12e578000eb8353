"""Lines of Bedrock's invocation log, until they are records that the meter counts or keeps in quarantine."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from proof.fuzz import ends
from proof.fuzz.target import Target
from spendplane.adapters.eventbridge import batches
from spendplane.application.sources.invocations import PublishInvocations
from spendplane.contract import identities_file
from spendplane.contract.envelope import Rejected
from spendplane.contract.invocation_log import API, Line
from spendplane.contract.usage_event import USAGE_BATCH_RECORDED
from tests.support.payloads import VECTORS

IDENTITIES = identities_file.load(ends.ROOT / "examples" / "identities.yaml").to_domain()
PROFILE = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"


class _Place:
    """A bus that keeps what it gets, profiles that carry odd tags, and answers in S3 that are the line's own bytes."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.details: list[str] = []

    def tags(self, profile_arn: str) -> dict[str, str]:
        """Of the profile."""
        return {"project": f"of {profile_arn[-40:]}", "environment": "staging\n", "team": "#"}

    def body(self, path: str) -> Any:
        """One that is gone, or some JSON value."""
        return None if path.endswith("gone") else self.answer

    def publish_records(self, source: str, items: Sequence[Mapping[str, Any]]) -> None:
        """In events, as the bus gets them."""
        for detail in batches(items):
            self.details.append(
                f'{{"source": "{source}", "detail-type": "{USAGE_BATCH_RECORDED}", "detail": {detail}}}'
            )


def check(data: bytes) -> None:
    """Each line is usage, kept with its reason, or a failed call; and everything published ends as it must."""
    texts = [text for text in data.decode("utf-8", "replace").split("\n") if text.strip()]
    place = _Place(_value(texts[-1]) if texts else None)
    lines = [Line(f"line {number}", text) for number, text in enumerate(texts, 1)]
    report = PublishInvocations(IDENTITIES, place, place, place)(lines)
    assert report.lines == len(lines) == report.published + report.unreadable + report.failed
    found = [item for body in place.details for item in ends.records(body)]
    assert len(found) >= report.published + report.unreadable
    assert sum(isinstance(item, Rejected) for item in found) >= report.unreadable


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def seeds() -> Iterator[bytes]:
    """The vectors as they are, and around each the fields of a whole line."""
    whole = {
        "schemaType": "ModelInvocationLog", "timestamp": "2026-11-22T04:00:00Z", "accountId": "123456789012",
        "region": "us-east-1", "inferenceRegion": "us-west-2", "requestId": "req-1", "operation": "Converse",
        "modelId": PROFILE, "identity": {"arn": "arn:aws:sts::123456789012:assumed-role/chat-prod/ann"},
        "requestMetadata": {"project_id": "p", "user_id": "u", "environment": "test", "team": "t"},
        "input": {"inputTokenCount": 10}, "output": {"outputTokenCount": 5, "outputBodyS3Path": "s3://b/k.gz"},
    }  # fmt: skip
    yield json.dumps(whole).encode()
    yield json.dumps({**whole, "errorCode": "ThrottlingException", "input": {}, "output": {}}).encode()
    for vector in VECTORS:
        if vector.api == API and isinstance(vector.payload, dict):
            yield json.dumps({**whole, **vector.payload}).encode()


TARGET = Target(
    reads="lines of Bedrock's invocation log, until the meter has them",
    holds="each line is usage, a refusal with its reason, or the count of a failed call",
    check=check,
    seeds=seeds,
    syntax="lines",
)
