"""The answer of a custom resource: an HTTPS PUT to the address that CloudFormation gave.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.request import Request, urlopen

from spendplane.adapters.telemetry import logger

TIMEOUT_SECONDS = 10
MAX_REASON = 600
"""In characters: CloudFormation refuses answers over 4,096 bytes."""


def answer(event: Mapping[str, Any], physical_id: str, action: Callable[[], Mapping[str, str]]) -> None:
    """Carries the request out and tells CloudFormation how it went: without an answer a deployment hangs for an hour.

    What the action returns becomes the resource's attributes. Raises OSError when CloudFormation cannot be told.
    """
    try:
        data = action()
    except Exception as error:  # noqa: BLE001  # whatever it is, CloudFormation waits
        logger.exception("the custom resource failed")
        respond(event, physical_id, f"{type(error).__name__}: {error}", {})
    else:
        respond(event, physical_id, None, data)


def respond(event: Mapping[str, Any], physical_id: str, error: str | None, data: Mapping[str, str]) -> None:
    """Tells CloudFormation how it went; `error` None means success. Raises OSError when it cannot be told."""
    body = {
        "Status": "FAILED" if error else "SUCCESS",
        "Reason": (error or "")[:MAX_REASON],
        "PhysicalResourceId": physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": dict(data),
    }
    # The address is CloudFormation's own, signed; no other party can set it.
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    request = Request(event["ResponseURL"], data=text, method="PUT", headers={"Content-Type": ""})  # noqa: S310
    with urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
        pass
