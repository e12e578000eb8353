"""Bedrock's invocation log, and an account in which it is read."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from spendplane.adapters.memory.messages import MemoryBus
from spendplane.application.sources.invocations import InvocationReport, PublishInvocations
from spendplane.contract.invocation_log import Line
from spendplane.domain.identities import Identities
from tests.support.builders import SONNET

ROLE = "arn:aws:sts::123456789012:assumed-role/chat-bot/ann"
PROFILE = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc"


def log_line(**fields: Any) -> dict[str, Any]:
    """A line without bodies, as AWS documents it; a field set to `...` is left out."""
    base: dict[str, Any] = {
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        "timestamp": "2026-11-22T11:59:00Z",
        "accountId": "123456789012",
        "region": "eu-west-1",
        "requestId": "8b5f3f1a-0000-4000-8000-000000000001",
        "operation": "Converse",
        "modelId": SONNET,
        "identity": {"arn": ROLE},
        "input": {"inputContentType": "application/json", "inputTokenCount": 350, "cacheReadInputTokenCount": 120_000},
        "output": {"outputContentType": "application/json", "outputTokenCount": 900},
    }
    return {name: value for name, value in {**base, **fields}.items() if value is not ...}


@dataclass
class Reading:
    """`tags` by profile and `bodies` by path; what was asked for is kept."""

    rules: Identities = field(default_factory=Identities)
    tags_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    bodies: Mapping[str, Any] = field(default_factory=dict)
    bus: MemoryBus = field(default_factory=MemoryBus)
    asked: list[str] = field(default_factory=list)

    def tags(self, profile_arn: str) -> Mapping[str, str]:
        """See `application.sources.invocations.Profiles`."""
        self.asked.append(profile_arn)
        return self.tags_of.get(profile_arn, {})

    def body(self, path: str) -> Any | None:
        """See `application.sources.invocations.Bodies`."""
        self.asked.append(path)
        return self.bodies.get(path)

    def read(self, *lines: Any) -> InvocationReport:
        """Each as a line of its own; a text as it is, anything else as JSON."""
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        return self.read_texts(texts)

    def read_texts(self, texts: Iterable[str]) -> InvocationReport:
        """The same for lines as they stand."""
        publish = PublishInvocations(self.rules, self, self, self.bus)
        return publish(Line(f"line {number}", text) for number, text in enumerate(texts, 1))

    @property
    def records(self) -> list[dict[str, Any]]:
        """What was published so far."""
        return [json.loads(detail) for _, detail in self.bus.usage]
