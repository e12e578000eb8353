"""Buses that answer at once, well or badly."""

from typing import Any

from botocore.exceptions import EndpointConnectionError


class Healthy:
    """Takes everything."""

    def put_events(self, *, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803  # boto3's name
        """As the client's."""
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in Entries]}


class Unreachable:
    """No route to it."""

    def put_events(self, **_: Any) -> dict[str, Any]:
        """As the client's."""
        raise EndpointConnectionError(endpoint_url="https://events.us-east-1.amazonaws.com")


class Throttled:
    """Takes one entry in four."""

    def __init__(self) -> None:
        self._seen = 0

    def put_events(self, *, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803  # boto3's name
        """As the client's."""
        answers = []
        for _ in Entries:
            self._seen += 1
            answers.append({"EventId": "1"} if self._seen % 4 == 0 else {"ErrorCode": "ThrottlingException"})
        return {"FailedEntryCount": len(answers), "Entries": answers}
