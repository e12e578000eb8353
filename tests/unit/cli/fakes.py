"""AWS clients without AWS: one that gives prepared answers, and one whose function is the kill switch in memory."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from botocore.exceptions import ClientError

from spendplane.application.switching.orders import Orders
from tests.support.builders import NOW

ANN = "arn:aws:sts::123456789012:assumed-role/admins/ann"


class Client:
    """An AWS client that gives prepared answers, or raises them."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.meta = type("Meta", (), {"endpoint_url": "https://here", "region_name": "eu-west-1"})

    def __getattr__(self, name: str) -> Any:
        def call(**parameters: Any) -> Any:
            answer = self.answers[name]
            answer = answer(parameters) if callable(answer) else answer
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


@dataclass
class EnforceFunction:
    """A Lambda client whose one function carries out commands as the deployed one does: JSON in, JSON out.

    `answer`, where set, is what `invoke` gives or raises instead.
    """

    orders: Callable[[], Orders]
    answer: Any = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, **parameters: Any) -> dict[str, Any]:
        """See the Lambda API."""
        assert parameters["InvocationType"] == "RequestResponse"
        if parameters["FunctionName"] != "spendplane-enforce":
            raise refusal("ResourceNotFoundException", "Invoke")
        if isinstance(self.answer, BaseException):
            raise self.answer
        if self.answer is not None:
            return dict(self.answer)
        event = json.loads(parameters["Payload"])
        self.asked.append(event)
        return payload(self.orders()(event, NOW))


def payload(value: object, **beside: str) -> dict[str, Any]:
    """What `invoke` returns."""
    return {"StatusCode": 200, "Payload": BytesIO(json.dumps(value).encode()), **beside}


def refusal(code: str, operation: str) -> ClientError:
    """AWS says no."""
    return ClientError({"Error": {"Code": code, "Message": "told so"}}, operation)
