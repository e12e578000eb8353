"""Starts every process of the functions before the clock runs: AWS has cold starts too, but not
so many at once on one machine.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.account import LocalAccount
from local.errors import LocalAccountError

METERS = 5
"""The event source's bound of concurrency."""
ENFORCERS = 2
"""The minute's round may be at work when a budget crosses."""
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    *((("spendplane-meter", {"Records": []}),) * METERS),
    ("spendplane-notify", {"detail": {"id": "no-such-announcement"}}),
    *((("spendplane-enforce", {"command": "reconcile"}),) * ENFORCERS),
)


def warm_up(account: LocalAccount) -> None:
    """Calls each function with nothing to do. Raises LocalAccountError where one fails."""
    client = account.client("lambda")
    with ThreadPoolExecutor(len(CALLS)) as pool:
        for problem in pool.map(lambda call: _invoke(client, *call), CALLS):
            if problem:
                raise LocalAccountError(problem)


def _invoke(client: Any, name: str, payload: dict[str, Any]) -> str | None:
    answer = client.invoke(FunctionName=name, Payload=json.dumps(payload).encode())
    return f"{name}: {answer['Payload'].read().decode()}" if answer.get("FunctionError") else None
