"""Teams' AI endpoints in the local account, of each kind one for staging and one for production: twins but for a tag.

How they are set, and what becomes of those who use them, tell the twins themselves: see tests/e2e/twin.py.
"""

import io
import json
import zipfile
from functools import cache
from typing import Any

from local.account import LocalAccount
from tests.e2e.twin import COPIES, STAGE, Twin

HANDLER = """
def handler(event, _context):
    return {"statusCode": 200, "body": "ok"} if "requestContext" in event else "ok"
"""
ROOT = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
USE_BEDROCK = {"Effect": "Allow", "Action": "bedrock:InvokeModel*", "Resource": "*"}


class Fleet:
    """The twins of a project, made anew in the account. With `limited`, they have limits of their own already."""

    def __init__(self, account: LocalAccount, project: str, *, limited: bool = True) -> None:
        self._account, self._project, self._limited = account, project, limited
        self._client = cache(account.client)
        self._lambda_role = self._role(f"{project}-lambda", LAMBDA, {})
        self._backend = self._function(f"{project}-backend", {})  # behind the HTTP APIs, so that no switch reaches it
        self._client("ecs").create_cluster(clusterName=project)
        self.staging, self.production = self.twin("staging"), self.twin("production")

    def twin(self, environment: str | None) -> Twin:
        """One more of each kind, with any value of the tag `environment`; None: without that tag."""
        name = f"{self._project}-{environment or 'untagged'}"
        tags = {"project": self._project} | ({"environment": environment} if environment else {})
        function = self._function(name, tags)
        if self._limited:
            self._client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=5)
        self._endpoint(name, tags)
        self._component(name, tags)
        self._client("iam").put_role_policy(
            RoleName=self._role(name, ROOT, tags).rpartition("/")[2],
            PolicyName="use-bedrock",
            PolicyDocument=_policy(USE_BEDROCK),
        )
        self._service(name, tags)
        api = self._rest_api(name, tags)
        plan, key = self._usage_plan(name, tags, api)
        http_api = self._http_api(name, tags)
        return Twin(self._account, self._client, name, self._project, function, api, plan, key, http_api)

    def _function(self, name: str, tags: dict[str, str]) -> str:
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("index.py", HANDLER)
        made = self._client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=self._lambda_role,
            Handler="index.handler",
            Code={"ZipFile": code.getvalue()},
            Tags=tags,
        )
        arn: str = made["FunctionArn"]
        return arn

    def _role(self, name: str, trust: dict[str, Any], tags: dict[str, str]) -> str:
        made = self._client("iam").create_role(
            RoleName=name, Path="/teams/", AssumeRolePolicyDocument=_policy(trust), Tags=_listed(tags)
        )
        arn: str = made["Role"]["Arn"]
        return arn

    def _endpoint(self, name: str, tags: dict[str, str]) -> None:
        sagemaker = self._client("sagemaker")
        serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
        variant = {"VariantName": "all", "ModelName": name, "ServerlessConfig": serverless}
        sagemaker.create_model(
            ModelName=name, ExecutionRoleArn=self._lambda_role, PrimaryContainer={"Image": "example/model:1"}
        )
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=_listed(tags))

    def _component(self, name: str, tags: dict[str, str]) -> None:
        """On an endpoint of instances, which as a host of components bears no tags."""
        sagemaker, host = self._client("sagemaker"), f"{name}-host"
        variant = {"VariantName": "all", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}
        sagemaker.create_endpoint_config(
            EndpointConfigName=host, ExecutionRoleArn=self._lambda_role, ProductionVariants=[variant]
        )
        sagemaker.create_endpoint(EndpointName=host, EndpointConfigName=host)
        sagemaker.create_inference_component(
            InferenceComponentName=name,
            EndpointName=host,
            VariantName="all",
            Specification={"ModelName": name, "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}},
            RuntimeConfig={"CopyCount": 2},
            Tags=_listed(tags),
        )
        if self._limited:
            self._client("application-autoscaling").register_scalable_target(
                ServiceNamespace="sagemaker",
                ResourceId=f"inference-component/{name}",
                ScalableDimension=COPIES,
                MinCapacity=1,
                MaxCapacity=4,
                Tags=tags,
            )

    def _service(self, name: str, tags: dict[str, str]) -> None:
        ecs = self._client("ecs")
        container = {"name": "agent", "image": "example/agent:1", "memory": 128}
        ecs.register_task_definition(family=name, containerDefinitions=[container])
        lowered = [{"key": key, "value": value} for key, value in tags.items()]
        ecs.create_service(cluster=self._project, serviceName=name, taskDefinition=name, desiredCount=2, tags=lowered)

    def _rest_api(self, name: str, tags: dict[str, str]) -> str:
        """`/` is open to all, `/keyed` asks for a key. Both answer without any backend."""
        client = self._client("apigateway")
        api: str = client.create_rest_api(name=name)["id"]
        root = client.get_resources(restApiId=api)["items"][0]["id"]
        keyed = client.create_resource(restApiId=api, parentId=root, pathPart="keyed")["id"]
        for resource, with_key in ((root, False), (keyed, True)):
            method = {"restApiId": api, "resourceId": resource, "httpMethod": "GET"}
            answer = {"application/json": '{"statusCode": 200}'}
            client.put_method(**method, authorizationType="NONE", apiKeyRequired=with_key)
            client.put_integration(**method, type="MOCK", requestTemplates=answer)
            client.put_method_response(**method, statusCode="200")
            client.put_integration_response(**method, statusCode="200")
        deployment = client.create_deployment(restApiId=api)["id"]
        client.create_stage(restApiId=api, stageName=STAGE, deploymentId=deployment, tags=tags)
        if self._limited:
            limits = {"/*/*/throttling/rateLimit": "50", "/*/*/throttling/burstLimit": "20"}
            patches = [{"op": "replace", "path": path, "value": value} for path, value in limits.items()]
            client.update_stage(restApiId=api, stageName=STAGE, patchOperations=patches)
        return api

    def _usage_plan(self, name: str, tags: dict[str, str], api: str) -> tuple[str, str]:
        client = self._client("apigateway")
        limits = {"throttle": {"rateLimit": 10.0, "burstLimit": 5}} if self._limited else {}
        plan = client.create_usage_plan(name=name, apiStages=[{"apiId": api, "stage": STAGE}], tags=tags, **limits)
        key = client.create_api_key(name=name, enabled=True)
        client.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
        return plan["id"], key["value"]

    def _http_api(self, name: str, tags: dict[str, str]) -> str:
        client = self._client("apigatewayv2")
        api: str = client.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
        integration = client.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=self._backend, PayloadFormatVersion="2.0"
        )
        client.create_route(ApiId=api, RouteKey="GET /", Target=f"integrations/{integration['IntegrationId']}")
        limits = {"ThrottlingRateLimit": 40.0, "ThrottlingBurstLimit": 20} if self._limited else {}
        client.create_stage(ApiId=api, StageName=STAGE, AutoDeploy=True, DefaultRouteSettings=limits, Tags=tags)
        return api


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
