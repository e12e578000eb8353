"""The answer of a custom resource: an HTTPS PUT to the address that CloudFormation gave.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 10
MAX_REASON = 600
"""In characters: CloudFormation refuses answers over 4,096 bytes."""


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
