"""Services that MiniStack lacks are moto's: in the same process, on the same port, behind MiniStack's IAM.

moto alone would answer anybody. So a request comes through MiniStack's router, which proves its signature and holds the
caller to their policies, as for every other service, and is then handed to moto's own application.
"""

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from local.mended import sagemaker, scaling

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class MotoService:
    """One of moto's services, loaded when it is first called: that takes seconds, and most accounts need none."""

    backend: str
    mend: Callable[[], None]
    """Called once, before the first request."""

    async def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> Answer:
        """As MiniStack calls its own services."""
        return await asyncio.to_thread(self.ask, method, path, headers, body, query)

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]) -> Answer:
        """Asks moto. What it does not know is refused with a reason, and not as an error that clients would retry."""
        from werkzeug.test import Client

        with _one_at_a_time:
            application = self._application
        kept = {name: value for name, value in headers.items() if name not in {"content-length", "host"}}
        client = Client(application, use_cookies=False)
        try:
            answer = client.open(path, method=method, headers=kept, data=body, query_string=dict(query))
        except NotImplementedError as error:
            reason = {"__type": "UnknownOperationException", "message": f"not emulated: {error}"}
            return 400, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(reason).encode()
        return answer.status_code, {"Content-Type": answer.headers["Content-Type"]}, answer.data

    @cached_property
    def _application(self) -> Any:
        from moto.moto_server.werkzeug_app import create_backend_app

        application = create_backend_app(self.backend)
        self.mend()
        return application


SERVICES: Mapping[str, MotoService] = {
    "sagemaker": MotoService("sagemaker", sagemaker.mend),
    "application-autoscaling": MotoService("applicationautoscaling", scaling.mend),
}
"""By the name that signs their requests, which is their prefix in policies too."""

_one_at_a_time = threading.Lock()


def install(app: Any, iam_actions: Any) -> None:  # MiniStack's modules
    """Enters them among MiniStack's services."""
    for name, service in SERVICES.items():
        iam_actions.SERVICE_TO_IAM_NAMESPACE[name] = name
        app.SERVICE_HANDLERS[name] = service.handle
