"""Endpoints of teams in the local account, of three kinds, and whether each says that it is turned down."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import cycle, islice
from typing import Any

from botocore.exceptions import ClientError

from spendplane.domain.targets import ENVIRONMENT_TAG, PROJECT_TAG

ENVIRONMENT = "staging"
Clients = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One of them."""

    clients: Clients
    kind: str
    name: str

    def is_down(self) -> bool:
        """By what the service says of it at this moment; one request."""
        return _IS_DOWN[self.kind](self.clients, self.name)


def _function_is_down(clients: Clients, name: str) -> bool:
    answer = clients("lambda").get_function_concurrency(FunctionName=name)
    return bool(answer.get("ReservedConcurrentExecutions") == 0)


def _endpoint_is_down(clients: Clients, name: str) -> bool:
    try:
        return bool(clients("sagemaker").describe_endpoint(EndpointName=name)["EndpointStatus"] == "Deleting")
    except ClientError as error:
        return _is("ValidationException", error)


def _role_is_down(clients: Clients, name: str) -> bool:
    try:
        clients("iam").get_role_policy(RoleName=name, PolicyName="spendplane-deny")
    except ClientError as error:
        return not _is("NoSuchEntity", error)
    return True


_IS_DOWN = {"function": _function_is_down, "endpoint": _endpoint_is_down, "role": _role_is_down}


def _is(code: str, error: ClientError) -> bool:
    """Raises the error where it is another one."""
    if error.response["Error"]["Code"] != code:
        raise error
    return True


class Targets:
    """Makes them, tagged with a project and `staging`. `clients` gives boto3 clients with root rights."""

    def __init__(self, clients: Clients) -> None:
        self._clients = cache(clients)

    def mixed(self, project: str, count: int) -> list[Endpoint]:
        """Functions, SageMaker endpoints and roles that use Bedrock, in turns."""
        return self.make(project, *islice(cycle(_IS_DOWN), count))

    def make(self, project: str, *kinds: str) -> list[Endpoint]:
        """One for each, in service when this returns."""
        tags = {PROJECT_TAG: project, ENVIRONMENT_TAG: ENVIRONMENT}
        makers = {"function": self._function, "endpoint": self._endpoint, "role": self._role}
        made = [Endpoint(self._clients, kind, f"{project}-{number}") for number, kind in enumerate(kinds)]
        for endpoint in made:
            makers[endpoint.kind](endpoint.name, tags)
        return made

    def _function(self, name: str, tags: dict[str, str]) -> None:
        self._clients("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=self._service_role,
            Handler="index.handler",
            Code={"ZipFile": _archive()},
            Tags=tags,
        )

    def _endpoint(self, name: str, tags: dict[str, str]) -> None:
        sagemaker = self._clients("sagemaker")
        serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
        variant = {"VariantName": "all", "ModelName": name, "ServerlessConfig": serverless}
        image = {"Image": "example/model:1"}
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=self._service_role, PrimaryContainer=image)
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=_listed(tags))

    def _role(self, name: str, tags: dict[str, str]) -> str:
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = self._clients("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy, Tags=_listed(tags))
        arn: str = made["Role"]["Arn"]
        return arn

    @cached_property
    def _service_role(self) -> str:
        """Of the functions and models. Without tags, so that no switch is about it."""
        return self._role("bench-service", {})


@cache
def _archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", "def handler(event, _context):\n    return 'ok'\n")
    return content.getvalue()


def _listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
