"""One AI endpoint of each kind that the story has: how it is set, and what becomes of those who use it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

OK = "ok"
NOT_FOUND = "no such endpoint"
MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
Settings = Mapping[str, Any]


class Part(Protocol):
    """Something that the kill switch can turn down. Root reads the settings; `use` is what a user's program gets."""

    @property
    def kind(self) -> str:
        """As the kill switch calls it."""

    @property
    def name(self) -> str:
        """Among others of its kind."""

    @property
    def arn(self) -> str:
        """Names it in the whole account."""

    @property
    def refusal(self) -> str:
        """What `use` says when it is turned down."""

    def settings(self) -> Settings:
        """Every setting that a kill switch could change; equal when nothing has been changed."""

    def use(self) -> str:
        """`ok`, or the error that its user sees. Asks once: a refusal is an answer here, not something to retry."""


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function. `impatient` is a client that does not try again."""

    name: str
    arn: str
    client: Any
    impatient: Any
    kind: str = "lambda-function"
    refusal: str = "TooManyRequestsException"

    def settings(self) -> Settings:
        """The reservation, and the tags."""
        reserved = self.client.get_function_concurrency(FunctionName=self.name).get("ReservedConcurrentExecutions")
        return {"reserved_concurrency": reserved, "tags": self.client.list_tags(Resource=self.arn)["Tags"]}

    def use(self) -> str:
        """Invokes it."""
        return said(lambda: json.load(self.impatient.invoke(FunctionName=self.name)["Payload"]), OK)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A SageMaker endpoint. No model runs in this account, so that using it is asking for it."""

    name: str
    arn: str
    client: Any
    kind: str = "sagemaker-endpoint"
    refusal: str = NOT_FOUND

    def settings(self) -> Settings:
        """Its configuration, what is served, and the tags; `exists` alone where it is gone."""
        if not self.client.list_endpoints(NameContains=self.name)["Endpoints"]:
            return {"exists": False}
        found = self.client.describe_endpoint(EndpointName=self.name)
        tags = self.client.list_tags(ResourceArn=found["EndpointArn"])["Tags"]
        kept = {name: found[name] for name in ("EndpointConfigName", "ProductionVariants")}
        return {"exists": True, **kept, "tags": {tag["Key"]: tag["Value"] for tag in tags}}

    def use(self) -> str:
        """In service?"""
        answer = said(lambda: self.client.describe_endpoint(EndpointName=self.name)["EndpointStatus"], "InService")
        return NOT_FOUND if answer == "ValidationException" else answer


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role that may call Bedrock. `bedrock` is a client with the role's rights, and no more."""

    name: str
    arn: str
    client: Any
    bedrock: Any
    kind: str = "bedrock-role"
    refusal: str = "AccessDeniedException"

    def settings(self) -> Settings:
        """Every inline policy, and the tags."""
        names = self.client.list_role_policies(RoleName=self.name)["PolicyNames"]
        policies = {
            name: self.client.get_role_policy(RoleName=self.name, PolicyName=name)["PolicyDocument"] for name in names
        }
        tags = self.client.list_role_tags(RoleName=self.name)["Tags"]
        return {"policies": policies, "tags": {tag["Key"]: tag["Value"] for tag in tags}}

    def use(self) -> str:
        """Says hello to a model."""
        hello = [{"role": "user", "content": [{"text": "Hello"}]}]
        return said(lambda: self.bedrock.converse(modelId=MODEL, messages=hello)["stopReason"], "end_turn")


def said(ask: Callable[[], str], wanted: str) -> str:
    """`ok` for the wanted answer, any other as it is, and of an error its code."""
    try:
        answer = ask()
    except ClientError as error:
        code: str = error.response["Error"]["Code"]
        return code
    except BotoCoreError as error:
        return type(error).__name__
    return OK if answer == wanted else answer
