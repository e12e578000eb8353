"""A transaction that is sent again under its token, byte for byte, is the same one.

MiniStack keeps the request to compare a repetition with, and then writes its items in its own form of a number: what
came as 1.50 is kept as 1.5, and a repetition is refused as another request. A client repeats by itself when an answer
is late: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

import hashlib
import json
from typing import Any

TOKEN, KEPT = "ClientRequestToken", "as it came"
Request = dict[str, Any]


def install(dynamodb: Any) -> None:  # MiniStack's module
    """Puts itself before MiniStack's transactions."""
    write, known = dynamodb._transact_write_items, dynamodb._txn_token_lookup  # noqa: SLF001

    def written(request: Request) -> Any:
        token = request.get(TOKEN)
        if not token:
            return write(request)
        came = hashlib.sha256(json.dumps(request).encode()).digest()
        first = known(token)
        if first and first.get(KEPT) == came:
            first["signature"] = {name: value for name, value in request.items() if name != TOKEN}
        answer = write(request)
        if (entry := known(token)) and entry is not first:
            entry[KEPT] = came
        return answer

    dynamodb._transact_write_items = written  # noqa: SLF001
