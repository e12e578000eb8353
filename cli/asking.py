"""A word to the kill switch: its function does it, with its own rights, and says what became of it."""

import json
from decimal import Decimal
from typing import Any

from cli import output
from cli.errors import Failure

FUNCTION_SECONDS = 60
"""The function ends by then."""
PATIENCE_SECONDS = FUNCTION_SECONDS + 10
_SEE = "what has begun goes on by itself; see how far it is: spendplane kill ls"


def patient_client() -> Any:  # boto3 makes its clients at run time
    """Waits for the function's end and never asks twice: after a broken connection nobody knows what was done."""
    import boto3
    from botocore.config import Config

    from spendplane.bootstrap import CLIENT_CONFIG

    once = Config(
        read_timeout=PATIENCE_SECONDS, retries={"mode": "standard", "total_max_attempts": 1}, tcp_keepalive=True
    )
    return boto3.client("lambda", config=CLIENT_CONFIG.merge(once))


def invoke(client: Any, function: str, command: dict[str, Any]) -> dict[str, Any]:
    """The answer of the function. Raises Failure for what it refuses or could not do, and ClientError."""
    from botocore.exceptions import ReadTimeoutError

    try:
        with output.working("asking the kill switch"):
            answer = client.invoke(
                FunctionName=function, InvocationType="RequestResponse", Payload=json.dumps(command).encode()
            )
            body = answer["Payload"].read()
    except ReadTimeoutError:
        raise Failure(f"`{function}` did not answer within {PATIENCE_SECONDS} seconds", _SEE) from None
    except KeyboardInterrupt:
        output.err(_SEE)
        raise
    if answer.get("FunctionError"):
        raise Failure(*_broken(function, body))
    return _accepted(function, body)


def _accepted(function: str, body: bytes) -> dict[str, Any]:
    told = _json(body)
    if not isinstance(told, dict) or "ok" not in told:
        raise Failure(f"`{function}` gives no answer of a kill switch", "is it the right one? see --enforce-function")
    if not told["ok"]:
        raise Failure(str(told.get("error", "refused")), str(told.get("mend", "")))
    return told


def _broken(function: str, body: bytes) -> tuple[str, str]:
    told = _json(body)
    if isinstance(told, dict) and "errorMessage" in told:
        kind = f"{told['errorType']}: " if told.get("errorType") else ""
        said = f"{kind}{told['errorMessage']}"
    else:
        said = body.decode(errors="replace").strip() or "it says nothing"
    log = f"read its log: aws logs tail /aws/lambda/{function} --since 10m"
    return f"`{function}` failed: {said}", f"{log}; {_SEE}"


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Decimal)
    except ValueError:
        return None
