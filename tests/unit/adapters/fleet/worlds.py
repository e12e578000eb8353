"""For each kind a small account with one target in it, in any state that it may be found in."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spendplane.adapters.fleet.api_stage import ApiStage
from spendplane.adapters.fleet.bedrock_role import BedrockRole
from spendplane.adapters.fleet.ecs_service import EcsService
from spendplane.adapters.fleet.http_api_stage import HttpApiStage
from spendplane.adapters.fleet.kind import Kind
from spendplane.adapters.fleet.lambda_function import LambdaFunction
from spendplane.adapters.fleet.sagemaker_component import InferenceComponent
from spendplane.adapters.fleet.sagemaker_endpoint import SageMakerEndpoint
from spendplane.adapters.fleet.usage_plan import UsagePlan
from spendplane.domain.targets import Target
from tests.unit.adapters.fleet.cloud import Cloud
from tests.unit.adapters.fleet.fakes.compute import FakeEcs, FakeLambda
from tests.unit.adapters.fleet.fakes.directory import FakeIam
from tests.unit.adapters.fleet.fakes.gateway import STANDARD, FakeHttpApis, FakeRestApis
from tests.unit.adapters.fleet.fakes.sagemaker import FakeSageMaker
from tests.unit.adapters.fleet.fakes.scaling import FakeScaling

TAGS = {"environment": "staging", "project": "demo"}
LAMBDA_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:summarise"
ENDPOINT_ARN = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/chat-llama"
COMPONENT_ARN = "arn:aws:sagemaker:eu-west-1:123456789012:inference-component/chat-a"
STAGE_ARN = "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3/stages/dev"
PLAN_ARN = "arn:aws:apigateway:eu-west-1::/usageplans/p1"
HTTP_ARN = "arn:aws:apigateway:eu-west-1::/apis/h1/stages/$default"
ROLE_ARN = "arn:aws:iam::123456789012:role/apps/shared"
ECS_ARN = "arn:aws:ecs:eu-west-1:123456789012:service/web/inference"


@dataclass
class World:
    """`look` is all that there is in the account, but for ARNs; `settle` lets pending changes come about."""

    cloud: Cloud
    kind: Kind
    target: Target
    look: Callable[[], Any]
    settle: Callable[[], None] = lambda: None

    def seen(self) -> Any:
        """A copy, to compare with later."""
        return copy.deepcopy(self.look())


def target_of(kind: type[Kind] | Kind, arn: str, scope: str | None = None) -> Target:
    """As the finder would make it."""
    match = kind.arn.fullmatch(arn)
    assert match is not None
    return Target(kind.kind, arn, "/".join(match.groups("default")), TAGS, scope)


def _world(cloud: Cloud, kind: type[Kind], arn: str, look: Callable[[], Any], scope: str | None = None) -> World:
    return World(cloud, kind(cloud), target_of(kind, arn, scope), look)


def of_lambda(reserved: int | None) -> World:
    cloud = Cloud()
    fake = FakeLambda(cloud, summarise=reserved, other=7)
    return _world(cloud, LambdaFunction, LAMBDA_ARN, lambda: fake.functions)


def of_ecs(desired: int, scaling: tuple[int, int] | None) -> World:
    cloud = Cloud()
    fake, scales = FakeEcs(cloud, {("web", "inference"): desired, ("other", "inference"): 4}), FakeScaling(cloud)
    if scaling:
        _register(scales, "service/web/inference", "ecs:service:DesiredCount", scaling, "ecs")
        scales.clamp = fake.clamp
    return _world(cloud, EcsService, ECS_ARN, lambda: [fake.services, *_of_scaling(scales)])


def of_component(copies: int, scaling: tuple[int, int] | None) -> World:
    cloud = Cloud()
    scales = FakeScaling(cloud)
    fake = FakeSageMaker(cloud, scales)
    fake.add_component("chat-A", copies)
    if scaling:
        _register(
            scales, "inference-component/chat-A", "sagemaker:inference-component:DesiredCopyCount", scaling, "sagemaker"
        )
        fake.settle()
    world = _world(cloud, InferenceComponent, COMPONENT_ARN, lambda: [fake.components, *_of_scaling(scales)])
    world.settle = fake.settle
    return world


def of_endpoint(variants: dict[str, dict[str, Any]], tags: dict[str, str]) -> World:
    """Variants with `weight`, `count` (None: serverless), `now` (weight and count by now) and `scaling`."""
    cloud = Cloud()
    scales = FakeScaling(cloud)
    fake = FakeSageMaker(cloud, scales)
    fake.configs["Chat-v7"] = [
        {"VariantName": name, "ModelName": "m", "InitialVariantWeight": item["weight"]}
        | ({} if item["count"] is None else {"InitialInstanceCount": item["count"]})
        for name, item in variants.items()
    ]
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    fake.create({"EndpointName": "Chat-Llama", "EndpointConfigName": "Chat-v7", "Tags": listed})
    fake.settle()
    for name, item in variants.items():
        change = {"VariantName": name, "DesiredWeight": item["now"][0]}
        if item["count"] is not None:
            change["DesiredInstanceCount"] = item["now"][1]
        fake.update({"EndpointName": "Chat-Llama", "DesiredWeightsAndCapacities": [change]})
        fake.settle()
        if item["scaling"]:
            _scale_variant(scales, name, *item["scaling"])
    world = _world(
        cloud,
        SageMakerEndpoint,
        ENDPOINT_ARN,
        lambda: [
            _without_scaled_counts(fake.endpoints, scales),
            *_of_scaling(scales),
            scales.policies,
            scales.schedules,
        ],
    )
    world.settle = fake.settle
    return world


def of_stage(methods: dict[str, tuple[float, int]], **others: Any) -> World:
    cloud = Cloud()
    settings = {
        key: {**STANDARD, **others, "throttlingRateLimit": rate, "throttlingBurstLimit": burst}
        for key, (rate, burst) in methods.items()
    }
    fake = FakeRestApis(cloud, settings)
    return _world(cloud, ApiStage, STAGE_ARN, lambda: fake.settings)


def of_plan(plan: tuple[float, int] | None, methods: dict[str, tuple[float, int]]) -> World:
    cloud = Cloud()
    throttle = {key: {"rateLimit": rate, "burstLimit": burst} for key, (rate, burst) in methods.items()}
    described: dict[str, Any] = {
        "quota": {"limit": 500, "period": "DAY"},
        "apiStages": [{"apiId": "a1b2c3", "stage": "dev", "throttle": throttle}, {"apiId": "d4e5f6", "stage": "qa"}],
    }
    if plan:
        described["throttle"] = {"rateLimit": plan[0], "burstLimit": plan[1]}
    fake = FakeRestApis(cloud, plan=described)
    return _world(cloud, UsagePlan, PLAN_ARN, lambda: fake.plan)


def of_http(default: dict[str, Any], routes: dict[str, dict[str, Any]]) -> World:
    cloud = Cloud()
    fake = FakeHttpApis(cloud, {"DefaultRouteSettings": default, "RouteSettings": routes, "AutoDeploy": True})
    return _world(cloud, HttpApiStage, HTTP_ARN, lambda: fake.stage)


def of_role(session: str | None, others: int) -> World:
    cloud = Cloud()
    fake = FakeIam(cloud)
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}]}
    fake.add("shared", path="/apps/", policies={f"own-{number}": allow for number in range(others)})
    return _world(cloud, BedrockRole, ROLE_ARN, lambda: fake.policies, session)


def _register(
    scales: FakeScaling, resource: str, dimension: str, limits: tuple[int, int], namespace: str, **more: Any
) -> None:
    scales.register({
        "ServiceNamespace": namespace,
        "ResourceId": resource,
        "ScalableDimension": dimension,
        "MinCapacity": limits[0],
        "MaxCapacity": limits[1],
        **more,
    })  # fmt: skip


def _scale_variant(scales: FakeScaling, variant: str, low: int, high: int, policies: int, schedules: int) -> None:
    place = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/Chat-Llama/variant/{variant}",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    # Tagged as its endpoint is: what IAM asks of a scalable target that may be touched.
    scales.register({**place, "MinCapacity": low, "MaxCapacity": high, "Tags": {**TAGS, "team": "ml"}})
    for number in range(policies):
        tracking = {
            "TargetValue": 70.5 + number,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
            "ScaleInCooldown": 300,
        }
        policy = {"PolicyName": f"p{number}", "PolicyType": "TargetTrackingScaling"}
        scales.put_policy({**place, **policy, "TargetTrackingScalingPolicyConfiguration": tracking})
    for number in range(schedules):
        when = {"ScheduledActionName": f"night{number}", "Schedule": "cron(0 20 * * ? *)", "Timezone": "Europe/Berlin"}
        action = {"EndTime": "2027-01-01T00:00:00Z", "ScalableTargetAction": {"MinCapacity": 0, "MaxCapacity": 1}}
        scales.put_schedule({**place, **when, **action})


def _of_scaling(scales: FakeScaling) -> list[Any]:
    return [
        {place: {name: value for name, value in item.items() if name != "ScalableTargetARN"}}
        for place, item in sorted(scales.targets.items())
    ]


def _without_scaled_counts(endpoints: dict[str, Any], scales: FakeScaling) -> dict[str, Any]:
    """The scaling rules these; nobody restores them."""
    found = copy.deepcopy(endpoints)
    scaled = {resource.rpartition("/")[2] for resource, _ in scales.targets}
    for endpoint in found.values():
        endpoint["tags"] = sorted(endpoint["tags"], key=str)
        for variant in endpoint["described"]["ProductionVariants"]:
            if variant["VariantName"] in scaled:
                variant.pop("DesiredInstanceCount", None)
    return found
