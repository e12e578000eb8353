"""One AI endpoint of each kind: how it is set, and what becomes of those who use it."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local.account import LocalAccount

STAGE = "live"
COPIES = "sagemaker:inference-component:DesiredCopyCount"
MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
OK = "ok"


@dataclass(frozen=True)
class Twin:
    """All of one project in one environment, named alike. `client` gives clients with root rights."""

    account: LocalAccount
    client: Callable[[str], Any]
    name: str
    cluster: str
    function: str
    rest_api: str
    usage_plan: str
    api_key: str
    http_api: str

    @property
    def arns(self) -> dict[str, str]:
        """By kind."""
        api, mine = "arn:aws:apigateway:us-east-1::", "us-east-1:000000000000"
        return {
            "lambda-function": self.function,
            "sagemaker-endpoint": f"arn:aws:sagemaker:{mine}:endpoint/{self.name}",
            "sagemaker-inference-component": f"arn:aws:sagemaker:{mine}:inference-component/{self.name}",
            "api-stage": f"{api}/restapis/{self.rest_api}/stages/{STAGE}",
            "usage-plan": f"{api}/usageplans/{self.usage_plan}",
            "http-api-stage": f"{api}/apis/{self.http_api}/stages/{STAGE}",
            "bedrock-role": f"arn:aws:iam::000000000000:role/teams/{self.name}",
            "ecs-service": f"arn:aws:ecs:{mine}:service/{self.cluster}/{self.name}",
        }

    def snapshot(self) -> dict[str, Any]:
        """Every setting that a kill switch could change, by kind; equal when nothing has been changed."""
        return {
            "lambda-function": self._reserved_concurrency(),
            "sagemaker-endpoint": self._endpoint(),
            "sagemaker-inference-component": self._component(),
            "api-stage": self._rest_stage(),
            "usage-plan": self._usage_plan(),
            "http-api-stage": self._http_stage(),
            "bedrock-role": self._policies(),
            "ecs-service": self._service()["desiredCount"],
        }

    def use(self, session: str = "somebody") -> dict[str, str]:
        """Uses each as a person would: `ok` by kind, or the error. `session` is who uses Bedrock."""
        return {
            "lambda-function": self.invoke(),
            "sagemaker-endpoint": self._said(lambda: self._describe_endpoint()["EndpointStatus"], "InService"),
            "sagemaker-inference-component": OK if self._copies()["CurrentCopyCount"] else "no copy",
            "api-stage": self.call("restapis", ""),
            "usage-plan": self.call("restapis", "keyed", key=self.api_key),
            "http-api-stage": self.call("apis", ""),
            "bedrock-role": self.converse(session),
            "ecs-service": OK if self._service()["runningCount"] else "no task",
        }

    def invoke(self) -> str:
        """The function's answer. It is asked once: boto3 would try a throttled one for seconds."""
        once = self.account.client("lambda", config=Config(retries={"total_max_attempts": 1}))
        return self._said(lambda: json.load(once.invoke(FunctionName=self.name)["Payload"]), OK)

    def call(self, kind: str, path: str, key: str = "") -> str:
        """A GET over HTTP of the REST API or the HTTP API."""
        api = self.rest_api if kind == "restapis" else self.http_api
        url = f"{self.account.endpoint}/_aws/execute-api/{api}/{STAGE}/{path}"
        request = urllib.request.Request(url, headers={"x-api-key": key} if key else {})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return OK if answer.status == 200 else str(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return str(error.code)

    def converse(self, session: str = "somebody") -> str:
        """Bedrock, by the role, in a session of that name."""
        keys = self.client("sts").assume_role(RoleArn=self.arns["bedrock-role"], RoleSessionName=session)["Credentials"]
        person = boto3.Session(
            keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name="us-east-1"
        )
        bedrock = person.client("bedrock-runtime", endpoint_url=self.account.endpoint)
        hello = [{"role": "user", "content": [{"text": "Hello"}]}]
        return self._said(lambda: bedrock.converse(modelId=MODEL, messages=hello)["stopReason"], "end_turn")

    def _said(self, ask: Callable[[], str], wanted: str) -> str:
        try:
            said = ask()
        except ClientError as error:
            code: str = error.response["Error"]["Code"]
            return code
        return OK if said == wanted else said

    def _reserved_concurrency(self) -> int | None:
        answer: dict[str, int] = self.client("lambda").get_function_concurrency(FunctionName=self.name)
        return answer.get("ReservedConcurrentExecutions")

    def _endpoint(self) -> dict[str, Any] | None:
        alike = self.client("sagemaker").list_endpoints(NameContains=self.name)["Endpoints"]
        if self.name not in [endpoint["EndpointName"] for endpoint in alike]:
            return None
        found = self._describe_endpoint()
        tags = self.client("sagemaker").list_tags(ResourceArn=found["EndpointArn"])["Tags"]
        return {key: found[key] for key in ("EndpointConfigName", "ProductionVariants")} | {"tags": _by_key(tags)}

    def _describe_endpoint(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client("sagemaker").describe_endpoint(EndpointName=self.name)
        return found

    def _component(self) -> dict[str, Any]:
        scaling, place = self.client("application-autoscaling"), f"inference-component/{self.name}"
        asked = {"ServiceNamespace": "sagemaker", "ResourceIds": [place], "ScalableDimension": COPIES}
        targets = scaling.describe_scalable_targets(**asked)["ScalableTargets"]
        tags = self.client("sagemaker").list_tags(ResourceArn=self.arns["sagemaker-inference-component"])["Tags"]
        return {"copies": self._copies(), "scaling": targets, "tags": _by_key(tags)}

    def _copies(self) -> dict[str, int]:
        found = self.client("sagemaker").describe_inference_component(InferenceComponentName=self.name)
        copies: dict[str, int] = found["RuntimeConfig"]
        return copies

    def _rest_stage(self) -> dict[str, Any]:
        stage = self.client("apigateway").get_stage(restApiId=self.rest_api, stageName=STAGE)
        return {key: stage.get(key) for key in ("methodSettings", "tags")}

    def _usage_plan(self) -> dict[str, Any]:
        plan = self.client("apigateway").get_usage_plan(usagePlanId=self.usage_plan)
        return {key: plan.get(key) or {} for key in ("throttle", "quota", "apiStages", "tags")}

    def _http_stage(self) -> dict[str, Any]:
        stage = self.client("apigatewayv2").get_stage(ApiId=self.http_api, StageName=STAGE)
        return {key: stage.get(key) for key in ("DefaultRouteSettings", "RouteSettings", "Tags")}

    def _policies(self) -> dict[str, Any]:
        iam = self.client("iam")
        names = iam.list_role_policies(RoleName=self.name)["PolicyNames"]
        return {name: iam.get_role_policy(RoleName=self.name, PolicyName=name)["PolicyDocument"] for name in names}

    def _service(self) -> dict[str, Any]:
        found: dict[str, Any]
        (found,) = self.client("ecs").describe_services(cluster=self.cluster, services=[self.name])["services"]
        return found


def _by_key(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}
