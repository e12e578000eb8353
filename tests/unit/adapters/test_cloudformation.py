"""A custom resource answers on every way out, within CloudFormation's bound."""

import json
from typing import Any

import pytest

from spendplane.adapters import cloudformation

EVENT = {
    "ResponseURL": "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/" + "x" * 300,
    "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/SpendplaneControl/" + "y" * 36,
    "RequestId": "z" * 36,
    "LogicalResourceId": "Definitions" + "w" * 100,
}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would have been sent."""
    requests: list[Any] = []

    class Answer:
        def __enter__(self) -> None: ...

        def __exit__(self, *_: object) -> None: ...

    def urlopen(request: Any, timeout: int) -> Answer:
        assert timeout > 0
        requests.append(request)
        return Answer()

    monkeypatch.setattr(cloudformation, "urlopen", urlopen)
    return requests


def test_success(sent: list[Any]) -> None:
    cloudformation.answer(EVENT, "physical", lambda: {"created": "2"})
    (request,) = sent
    assert (request.method, request.full_url) == ("PUT", EVENT["ResponseURL"])
    assert request.get_header("Content-type") == "", "the signature was made without one"
    assert json.loads(request.data) == {
        "Status": "SUCCESS",
        "Reason": "",
        "PhysicalResourceId": "physical",
        "StackId": EVENT["StackId"],
        "RequestId": EVENT["RequestId"],
        "LogicalResourceId": EVENT["LogicalResourceId"],
        "Data": {"created": "2"},
    }


@pytest.mark.parametrize(
    "reason",
    ["a table that is not there", "\u2728" * 5000, "\ud800", '"' * 5000, "\n" * 5000],
    ids=["words", "sparkles", "lone surrogate", "quotes", "line breaks"],
)
def test_a_failure_is_told_in_at_most_4_kb(sent: list[Any], reason: str) -> None:
    def action() -> dict[str, str]:
        raise RuntimeError(reason)

    cloudformation.answer(EVENT, "physical", action)
    (request,) = sent
    assert len(request.data) <= 4096
    body = json.loads(request.data)
    assert body["Status"] == "FAILED"
    assert body["Reason"].startswith("RuntimeError: ")
