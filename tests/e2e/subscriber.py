"""An https endpoint as Amazon Q Developer's is one, on loopback: what it gets is what chat shows."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from local.account import LocalAccount
from tests.e2e.deployed import eventually


@contextmanager
def chat_subscriber(account: LocalAccount) -> Iterator[list[dict[str, Any]]]:
    """The chat bodies that the budget-alerts topic delivers while the block runs."""
    envelopes: list[dict[str, Any]] = []
    chats: list[dict[str, Any]] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            envelope = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            envelopes.append(envelope)
            if envelope["Type"] == "Notification":
                chats.append(json.loads(envelope["Message"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        arn = _subscribe(account, f"http://127.0.0.1:{server.server_port}/", envelopes)
        yield chats
        account.client("sns").unsubscribe(SubscriptionArn=arn)
        server.shutdown()


def _subscribe(account: LocalAccount, url: str, envelopes: list[dict[str, Any]]) -> str:
    sns, topic = account.client("sns"), account.env["SPENDPLANE_ALERTS_TOPIC_ARN"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url)
    asked = eventually(lambda: [item for item in envelopes if item["Type"] == "SubscriptionConfirmation"])
    answer: str = sns.confirm_subscription(TopicArn=topic, Token=asked[0]["Token"])["SubscriptionArn"]
    return answer
