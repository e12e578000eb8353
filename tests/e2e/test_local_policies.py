"""The local account holds callers to policies on tags, as AWS does: else passing here would say nothing of rights."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.account import LocalAccount
from tests.e2e.deployed import Deployed
from tests.e2e.fleet import ROOT, Fleet
from tests.e2e.twin import OK, STAGE, Twin

Clients = Callable[[str], Any]
DENY_BEDROCK = {"Effect": "Deny", "Action": "bedrock:InvokeModel*", "Resource": "*"}
CHANGES = (
    *("apigateway:PATCH", "ecs:UpdateService", "lambda:PutFunctionConcurrency", "iam:PutRolePolicy"),
    *("iam:DeleteRolePolicy", "sagemaker:DeleteEndpoint", "sagemaker:UpdateEndpointWeightsAndCapacities"),
    "sagemaker:UpdateInferenceComponentRuntimeConfig",
)
REFUSED = {"AccessDenied", "AccessDeniedException"}
LIMITS = {"ThrottlingRateLimit": 0.0, "ThrottlingBurstLimit": 0}


@pytest.fixture(scope="module")
def fleet(deployed: Deployed) -> Fleet:
    return Fleet(deployed.account, "tagged")


def statement(*actions: str, **conditions: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", "Condition": conditions}


@contextmanager
def role(account: LocalAccount, *statements: dict[str, Any]) -> Iterator[Clients]:
    """Clients with these rights only."""
    iam, document = account.client("iam"), {"Version": "2012-10-17", "Statement": statements}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [ROOT]})
    arn = iam.create_role(RoleName="of-a-test", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName="of-a-test", PolicyName="rights", PolicyDocument=json.dumps(document))
    try:
        keys = account.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        session = boto3.Session(
            keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name="us-east-1"
        )
        yield lambda service: session.client(service, endpoint_url=account.endpoint)  # type: ignore[call-overload]
    finally:
        iam.delete_role_policy(RoleName="of-a-test", PolicyName="rights")
        iam.delete_role(RoleName="of-a-test")


def turn_down(clients: Clients, twin: Twin) -> Iterator[tuple[str, Callable[[], object]]]:
    """One change of each kind, to be made as the caller."""
    zero = [{"op": "replace", "path": f"/throttle/{limit}", "value": "0"} for limit in ("rateLimit", "burstLimit")]
    for_all = [patch | {"path": patch["path"].replace("/throttle", "/*/*/throttling")} for patch in zero]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [DENY_BEDROCK]})
    api, http_api = clients("apigateway"), clients("apigatewayv2")
    yield (
        "lambda-function",
        lambda: clients("lambda").put_function_concurrency(FunctionName=twin.name, ReservedConcurrentExecutions=0),
    )
    yield "sagemaker-endpoint", lambda: clients("sagemaker").delete_endpoint(EndpointName=twin.name)
    yield (
        "sagemaker-inference-component",
        lambda: clients("sagemaker").update_inference_component_runtime_config(
            InferenceComponentName=twin.name, DesiredRuntimeConfig={"CopyCount": 0}
        ),
    )
    yield "api-stage", lambda: api.update_stage(restApiId=twin.rest_api, stageName=STAGE, patchOperations=for_all)
    yield "usage-plan", lambda: api.update_usage_plan(usagePlanId=twin.usage_plan, patchOperations=zero)
    yield (
        "http-api-stage",
        lambda: http_api.update_stage(ApiId=twin.http_api, StageName=STAGE, DefaultRouteSettings=LIMITS),
    )
    yield (
        "bedrock-role",
        lambda: clients("iam").put_role_policy(RoleName=twin.name, PolicyName="deny", PolicyDocument=policy),
    )
    yield "ecs-service", lambda: clients("ecs").update_service(cluster=twin.cluster, service=twin.name, desiredCount=0)


def error(call: Callable[[], object]) -> str | None:
    """Its code; None when it worked."""
    try:
        call()
    except ClientError as failure:
        code: str = failure.response["Error"]["Code"]
        return code
    return None


@pytest.mark.parametrize("environment", ["production", None])
def test_what_has_another_environment_or_none_cannot_be_changed(fleet: Fleet, environment: str | None) -> None:
    twin = fleet.production if environment else fleet.twin(None)
    before = twin.snapshot()
    rights = statement(*CHANGES, StringEquals={"aws:ResourceTag/environment": ["staging", "development"]})

    with role(twin.account, rights) as clients:
        codes = {kind: error(change) for kind, change in turn_down(clients, twin)}

    assert set(codes.values()) <= REFUSED, codes
    assert twin.snapshot() == before
    assert set(twin.use().values()) == {OK}


def test_what_has_an_allowed_environment_can_and_people_feel_it(deployed: Deployed) -> None:
    twin = Fleet(deployed.account, "turned-down").staging
    rights = statement(*CHANGES, StringEquals={"aws:ResourceTag/environment": ["staging", "development"]})

    with role(twin.account, rights) as clients:
        codes = {kind: error(change) for kind, change in turn_down(clients, twin)}

    assert set(codes.values()) == {None}, codes
    assert twin.use() == {
        "lambda-function": "TooManyRequestsException",
        "sagemaker-endpoint": "ValidationException",
        "sagemaker-inference-component": "no copy",
        "api-stage": "429",
        "usage-plan": "429",
        "http-api-stage": "429",
        "bedrock-role": "AccessDeniedException",
        "ecs-service": "no task",
    }


def test_an_endpoint_comes_back_only_with_the_tags_that_policies_allow(fleet: Fleet) -> None:
    twin, environment = fleet.staging, {"aws:RequestTag/environment": ["staging"]}
    tags = [{"Key": key, "Value": value} for key, value in {"project": "tagged", "environment": "staging"}.items()]
    others = [tag | {"Value": "production"} if tag["Key"] == "environment" else tag for tag in tags]
    again = {"EndpointName": twin.name, "EndpointConfigName": twin.name}
    before = twin.snapshot()
    twin.client("sagemaker").delete_endpoint(EndpointName=twin.name)
    creating = statement("sagemaker:AddTags", StringEquals={**environment, "sagemaker:TaggingAction": "CreateEndpoint"})

    with role(twin.account, statement("sagemaker:CreateEndpoint", StringEquals=environment)) as clients:
        assert error(lambda: clients("sagemaker").create_endpoint(**again, Tags=tags)) in REFUSED
    with role(twin.account, statement("sagemaker:CreateEndpoint", StringEquals=environment), creating) as clients:
        sagemaker = clients("sagemaker")
        assert error(lambda: sagemaker.create_endpoint(**again)) in REFUSED
        assert error(lambda: sagemaker.create_endpoint(**again, Tags=others)) in REFUSED
        assert error(lambda: sagemaker.create_endpoint(**again, Tags=tags)) is None
        assert error(lambda: sagemaker.add_tags(ResourceArn=twin.arns["sagemaker-endpoint"], Tags=tags)) in REFUSED

    assert twin.snapshot() == before


def test_one_persons_session_is_cut_off_and_no_other(fleet: Fleet, deployed: Deployed) -> None:
    twin, iam = fleet.staging, deployed.client("iam")
    deny = {**DENY_BEDROCK, "Condition": {"StringLike": {"aws:userid": "*:employee-452"}}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})

    iam.put_role_policy(RoleName=twin.name, PolicyName="one-session", PolicyDocument=document)

    assert twin.converse("employee-452") == "AccessDeniedException"
    assert twin.converse("employee-453") == OK
    iam.delete_role_policy(RoleName=twin.name, PolicyName="one-session")
    assert twin.converse("employee-452") == OK
