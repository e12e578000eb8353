"""An account in memory: real boto3 clients, which check what they are asked and what they are answered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.session import Session
from botocore.stub import Stubber
from botocore.validate import validate_parameters

from spendplane.adapters.fleet import CONTROL_PLANE_CONFIG

Answer = dict[str, Any]
Operation = Callable[[Answer], Answer]

_SESSION = Session()  # it keeps the services' models, which take long to read


def new_client(service: str) -> Any:
    """With the configuration that the fleet has, and without a network."""
    return _SESSION.create_client(
        service,
        region_name="eu-west-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=CONTROL_PLANE_CONFIG,
    )


@dataclass
class FaultError(Exception):
    """An error that a service answers with."""

    code: str
    message: str = "no"
    status: int = 400


class Cloud:
    """Calls end in the functions that fakes put into `operations`. `before_call` may raise, to disturb one."""

    def __init__(self) -> None:
        self.operations: dict[tuple[str, str], Operation] = {}
        self.calls: list[tuple[str, Answer]] = []
        self.before_call: Callable[[str], None] = lambda _: None
        self._clients: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        """The client for a service."""
        if service not in self._clients:
            client = self._clients[service] = new_client(service)
            client.meta.events.register("before-parameter-build", _remember)
            client.meta.events.register(
                "before-call", lambda model, context, **_: self._answer(service, model, context["given"])
            )
        return self._clients[service]

    def serve(self, service: str, **operations: Operation) -> None:
        """Answers of one service, by the names of its operations."""
        self.operations |= {(service, name): operation for name, operation in operations.items()}

    def _answer(self, service: str, model: Any, given: Answer) -> tuple[AWSResponse, Answer]:
        self.calls.append((model.name, given))
        try:
            self.before_call(model.name)
            answer = self.operations[service, model.name](given)
        except FaultError as fault:
            parsed = {"Error": {"Code": fault.code, "Message": fault.message}}
            return _response(fault.status), parsed | {"ResponseMetadata": {"HTTPStatusCode": fault.status}}
        if model.output_shape is not None:
            validate_parameters(answer, model.output_shape)
        return _response(200), answer


class Stubs:
    """Botocore's own stubs, one client a service: each expects exactly one call, in this order."""

    def __init__(self) -> None:
        self._stubbers: dict[str, Stubber] = {}

    def __call__(self, service: str) -> Any:
        """The client for a service."""
        return self._stubber(service).client

    def expect(self, service: str, method: str, given: Answer, answer: Answer | None = None) -> None:
        """The call must have exactly these parameters."""
        self._stubber(service).add_response(method, answer or {}, given)

    def refuse(self, service: str, method: str, code: str, message: str = "no", status: int = 400) -> None:
        """The call is answered with an error."""
        self._stubber(service).add_client_error(method, code, message, http_status_code=status)

    def all_were_called(self) -> None:
        """Nothing is left to be called."""
        for stubber in self._stubbers.values():
            stubber.assert_no_pending_responses()

    def _stubber(self, service: str) -> Stubber:
        if service not in self._stubbers:
            self._stubbers[service] = Stubber(new_client(service))
            self._stubbers[service].activate()
        return self._stubbers[service]


def _remember(params: Answer, context: Answer, **_: Any) -> None:
    context["given"] = dict(params)


def _response(status: int) -> AWSResponse:
    return AWSResponse("", status, HTTPHeaders(), None)
