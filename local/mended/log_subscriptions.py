"""A log group's subscription invokes its function as AWS does: asynchronously, with the retries and the destination for
what failed that the function is set to. MiniStack calls it once and forgets the result.
"""

import base64
import gzip
import json
from collections.abc import Iterable, Mapping
from typing import Any

_FUNCTION = ":function:"


def install(cloudwatch_logs: Any, lambda_svc: Any) -> None:  # MiniStack's modules
    """Takes MiniStack's place where events that came in are handed on."""

    def fan_out(group: str, stream: str, events: Iterable[Mapping[str, Any]]) -> None:
        found = cloudwatch_logs._log_groups.get(group) or {}  # noqa: SLF001
        for each in list(found.get("subscriptionFilters", {}).values()):
            name = each["destinationArn"].partition(_FUNCTION)[2].partition(":")[0]
            function = lambda_svc._functions.get(name)  # noqa: SLF001
            if function is None or group == f"/aws/lambda/{name}":  # its own log would set it off for ever
                continue
            fits = cloudwatch_logs._subscription_pattern_matches  # noqa: SLF001
            passed = [event for event in events if fits(each["filterPattern"], event["message"])]
            if passed:
                account = each["destinationArn"].split(":")[4]
                lambda_svc.invoke_async_with_retry(function, delivery(account, group, stream, each, passed))

    cloudwatch_logs._fanout_to_subscription_filters = fan_out  # noqa: SLF001


def delivery(
    owner: str, group: str, stream: str, each: Mapping[str, Any], events: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """As a function gets it."""
    content = {
        "messageType": "DATA_MESSAGE",
        "owner": owner,
        "logGroup": group,
        "logStream": stream,
        "subscriptionFilters": [each["filterName"]],
        "logEvents": [
            {
                "id": f"{event['timestamp']:050d}{number:06d}",
                "timestamp": event["timestamp"],
                "message": event["message"],
            }
            for number, event in enumerate(events)
        ],
    }
    data = base64.b64encode(gzip.compress(json.dumps(content).encode()))
    return {"awslogs": {"data": data.decode()}}
