"""What schemathesis imports: signatures, times that are now, and a place to write down what was sent."""

import base64
import json
import os
from copy import deepcopy
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from requests import PreparedRequest
from requests.auth import AuthBase

from proof.fuzz.http.running import SENT

REGION = "us-east-1"
_numbers = count()


class Signed(AuthBase):
    """AWS Signature Version 4 over the request as it goes out, by the root keys of the local account."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Adds the headers of the signature."""
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        kind = request.headers.get("Content-Type")
        asked = AWSRequest(request.method, request.url, {"Content-Type": kind} if kind else {}, body)
        SigV4Auth(Credentials("test", "test"), "execute-api", REGION).add_auth(asked)
        request.headers.update(dict(asked.headers))
        return request


schemathesis.auth.set_from_requests(Signed())


@schemathesis.hook  # type: ignore[untyped-decorator]
def before_call(context: Any, case: Any, kwargs: Any) -> None:  # noqa: ARG001  # the hook's signature
    """Most valid times become now, under an id of its own: else all records were too old, or the same one."""
    case.body = body = deepcopy(case.body)
    records = body.get("records") if isinstance(body, dict) else None
    for item in records if isinstance(records, list) else [body]:
        if isinstance(item, dict) and _is_time(item.get("time")) and _is_short(item.get("id")):
            number = next(_numbers)
            if number % 4:
                item |= {"time": datetime.now(UTC).isoformat(), "id": f"proof-{number}-{os.getpid()}"}


def _is_short(value: Any) -> bool:
    """Those at the bounds stay as they are."""
    return isinstance(value, str) and 1 <= len(value) <= 200


def _is_time(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (ValueError, TypeError):
        return False


@schemathesis.hook  # type: ignore[untyped-decorator]
def after_call(context: Any, case: Any, response: Any) -> None:  # noqa: ARG001  # the hook's signature
    """Writes down what was sent, and the answer's status."""
    body = response.request.body or b""
    sent = body.encode() if isinstance(body, str) else body
    line = {"path": case.path, "status": response.status_code, "body": base64.b64encode(sent).decode()}
    with Path(os.environ[SENT]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
