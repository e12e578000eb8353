"""What the story's teams run: an agent in staging and the same agent in production, which differ in one tag only."""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from local.account import LocalAccount
from local.demo.parts import OK, Endpoint, Function, Part, Role
from local.demo.records import AGENT, MARKETING
from local.errors import LocalAccountError
from local.settings import REGION

HANDLER = 'def handler(_event, _context):\n    return "ok"\n'
RESERVED = 5
"""Executions that each function has for itself: what a release has to bring back."""
_ONCE = Config(retries={"total_max_attempts": 1})
_MAY_USE = {"Effect": "Allow", "Action": "bedrock:InvokeModel*", "Resource": "*"}


@dataclass(frozen=True, slots=True)
class Fleet:
    """`bystander` carries the tags of a budget that only observes."""

    staging: tuple[Part, ...]
    production: tuple[Part, ...]
    bystander: Part

    @property
    def agent(self) -> Part:
        """The function that runs the agent in staging."""
        return self.staging[0]

    @property
    def untouchable(self) -> tuple[Part, ...]:
        """Whatever the kill switch must leave alone."""
        return (*self.production, self.bystander)


def build(account: LocalAccount) -> Fleet:
    """Makes all of it and uses each part once. Raises LocalAccountError where one does not answer."""
    builder = _Builder(account)
    builder.wake()
    staging, production = builder.agent("staging"), builder.agent("production")
    marketing = MARKETING.tags["project_id"]
    bystander = builder.function(f"{marketing}-staging", _tags(marketing, "staging"))
    fleet = Fleet(staging, production, bystander)
    for part in (*staging, *production, bystander):
        if (answer := part.use()) != OK:
            raise LocalAccountError(f"{part.kind} {part.name} does not answer before the story begins: {answer}.")
    return fleet


class _Builder:
    """Makes parts, with root rights."""

    def __init__(self, account: LocalAccount) -> None:
        self._account = account
        self._lambda, self._iam = account.client("lambda"), account.client("iam")
        self._sagemaker, self._sts = account.client("sagemaker"), account.client("sts")
        self._service_role = self._make_role(f"{_project()}-service", {"Service": "lambda.amazonaws.com"}, {})

    def wake(self) -> None:
        """Has the local account load its Auto Scaling, which is asked about every endpoint; on AWS it runs anyway."""
        self._account.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")

    def agent(self, environment: str) -> tuple[Part, ...]:
        """One part of each kind."""
        name, tags = f"{_project()}-{environment}", _tags(_project(), environment)
        return self.function(name, tags), self._endpoint(name, tags), self._role(name, tags)

    def function(self, name: str, tags: dict[str, str]) -> Part:
        """Answers `ok`."""
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("index.py", HANDLER)
        made = self._lambda.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=self._service_role,
            Handler="index.handler",
            Code={"ZipFile": code.getvalue()},
            Tags=tags,
        )
        self._lambda.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=RESERVED)
        return Function(name, made["FunctionArn"], self._lambda, self._account.client("lambda", config=_ONCE))

    def _endpoint(self, name: str, tags: dict[str, str]) -> Part:
        serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
        variant = {"VariantName": "all", "ModelName": name, "ServerlessConfig": serverless}
        image = {"Image": "example/model:1"}
        self._sagemaker.create_model(ModelName=name, ExecutionRoleArn=self._service_role, PrimaryContainer=image)
        self._sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        made = self._sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=_listed(tags))
        return Endpoint(name, made["EndpointArn"], self._sagemaker)

    def _role(self, name: str, tags: dict[str, str]) -> Part:
        arn = self._make_role(name, {"AWS": self._sts.get_caller_identity()["Arn"]}, tags)
        self._iam.put_role_policy(RoleName=name, PolicyName="use-bedrock", PolicyDocument=_policy(_MAY_USE))
        keys = self._sts.assume_role(RoleArn=arn, RoleSessionName="agent")["Credentials"]
        session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=REGION)
        bedrock = session.client("bedrock-runtime", endpoint_url=self._account.endpoint, config=_ONCE)
        return Role(name, arn, self._iam, bedrock)

    def _make_role(self, name: str, who: dict[str, str], tags: dict[str, str]) -> str:
        trust = _policy({"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"})
        made = self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, Tags=_listed(tags))
        arn: str = made["Role"]["Arn"]
        return arn


def _project() -> str:
    return AGENT.tags["project_id"]


def _tags(project: str, environment: str) -> dict[str, str]:
    return {"project": project, "environment": environment}


def _listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
