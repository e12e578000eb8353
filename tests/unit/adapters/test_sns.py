"""The topic over SNS: a body per protocol, so that no person gets raw JSON."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from spendplane.adapters.sns import SnsTopic
from spendplane.application.alerting.announcing import threshold_crossed
from spendplane.application.ports import BusyError
from spendplane.application.telling.notices import message_of
from spendplane.domain.alerts import due
from tests.support.builders import NOW, budget, counter

OF = budget("b", 10, per="user_id")
MESSAGE = message_of(threshold_crossed(due(OF, counter(OF, 9, key="Zo\u00eb"), NOW)[0], NOW))


class Client:
    """Remembers what was published."""

    def __init__(self, error: Exception | None = None) -> None:
        self.published: list[dict[str, Any]] = []
        self._error = error

    def publish(self, **given: Any) -> None:
        if self._error:
            raise self._error
        self.published.append(given)


def test_bodies_by_protocol() -> None:
    client = Client()
    SnsTopic(client, "on-call", "arn:topic").send(MESSAGE)  # type: ignore[arg-type]
    (given,) = client.published
    bodies = json.loads(given["Message"])
    assert given["MessageStructure"] == "json"
    assert (given["TopicArn"], given["Subject"]) == ("arn:topic", MESSAGE.subject)
    assert bodies["default"] == bodies["email"] == MESSAGE.text
    assert bodies["sms"] == MESSAGE.sms
    assert json.loads(bodies["https"]) == json.loads(bodies["http"]) == MESSAGE.chat
    for machine in ("email-json", "sqs", "lambda"):
        assert json.loads(bodies[machine])["budget_id"] == "b"
    assert all(isinstance(body, str) for body in bodies.values())


def test_attributes_are_strings_and_never_empty() -> None:
    client = Client()
    SnsTopic(client, "on-call", "arn:topic").send(MESSAGE)  # type: ignore[arg-type]
    attributes = client.published[0]["MessageAttributes"]
    assert {item["DataType"] for item in attributes.values()} == {"String"}
    assert all(item["StringValue"] for item in attributes.values())
    assert attributes["severity"]["StringValue"] == "soft"


def test_a_refusal_is_busy() -> None:
    client = Client(ClientError({"Error": {"Code": "ThrottledException"}}, "Publish"))
    with pytest.raises(BusyError, match="SNS"):
        SnsTopic(client, "on-call", "arn:topic").send(MESSAGE)  # type: ignore[arg-type]
