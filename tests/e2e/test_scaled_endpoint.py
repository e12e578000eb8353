"""An endpoint with scaling, schedules and changed weights, and things without any limit: off, and back as they were.

Each right that this takes is held to here: without any of them it would be refused.
"""

from typing import Any

from spendplane.contract.switch_events import ENGAGED
from tests.e2e.deployed import Deployed, eventually, record
from tests.e2e.fleet import Fleet
from tests.e2e.kill_switch import ALL_WELL, DOWN, next_round, told
from tests.e2e.test_hours import ROLE, tags

NAME = "e2e-scaled"
INSTANCES = "sagemaker:variant:DesiredInstanceCount"
PLACE = {"ServiceNamespace": "sagemaker", "ResourceId": f"endpoint/{NAME}/variant/busy"}
VARIANT = {**PLACE, "ScalableDimension": INSTANCES}
TRACKED = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
}


def make(deployed: Deployed) -> None:
    """As its team did: created, scaled, then weighted anew."""
    sagemaker, scaling = deployed.client("sagemaker"), deployed.client("application-autoscaling")
    sagemaker.create_model(ModelName=NAME, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "example/model:1"})
    instances = {"ModelName": NAME, "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
    variants = [{"VariantName": name, **instances, "InitialVariantWeight": 1.0} for name in ("busy", "canary")]
    sagemaker.create_endpoint_config(EndpointConfigName=NAME, ProductionVariants=variants)
    sagemaker.create_endpoint(EndpointName=NAME, EndpointConfigName=NAME, Tags=tags(NAME))
    bearing = {tag["Key"]: tag["Value"] for tag in tags(NAME)} | {"team": "growth"}
    scaling.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=4, Tags=bearing)
    scaling.put_scaling_policy(
        **VARIANT,
        PolicyName="follow-calls",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=TRACKED,
    )
    scaling.put_scheduled_action(
        **VARIANT,
        ScheduledActionName="at-night",
        Schedule="cron(0 22 * * ? *)",
        ScalableTargetAction={"MinCapacity": 1, "MaxCapacity": 1},
    )
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=NAME, DesiredWeightsAndCapacities=[{"VariantName": "canary", "DesiredWeight": 0.25}]
    )


def snapshot(deployed: Deployed) -> dict[str, Any]:
    """All that the team set; what the service says by itself (ARNs, times) is left out."""
    sagemaker, scaling = deployed.client("sagemaker"), deployed.client("application-autoscaling")
    if NAME not in [item["EndpointName"] for item in sagemaker.list_endpoints(NameContains=NAME)["Endpoints"]]:
        return {}
    found = sagemaker.describe_endpoint(EndpointName=NAME)
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=[PLACE["ResourceId"]])[
        "ScalableTargets"
    ]
    (policy,) = scaling.describe_scaling_policies(**PLACE)["ScalingPolicies"]
    (schedule,) = scaling.describe_scheduled_actions(**PLACE)["ScheduledActions"]
    marked = scaling.list_tags_for_resource(ResourceARN=target["ScalableTargetARN"])["Tags"]
    return {
        "weights": {item["VariantName"]: item["DesiredWeight"] for item in found["ProductionVariants"]},
        "range": (target["MinCapacity"], target["MaxCapacity"], marked),
        "policy": (policy["PolicyName"], policy["TargetTrackingScalingPolicyConfiguration"]),
        "schedule": (schedule["ScheduledActionName"], schedule["Schedule"], schedule["ScalableTargetAction"]),
        "tags": {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=found["EndpointArn"])["Tags"]},
    }


def test_a_scaled_endpoint_comes_back_with_weights_policies_and_schedules(deployed: Deployed) -> None:
    make(deployed)
    before = snapshot(deployed)
    assert before["weights"] == {"busy": 1.0, "canary": 0.25}
    deployed.put(record(NAME, cost_usd="11"))
    down = {item["kind"]: item["status"] for item in told(deployed, NAME, ENGAGED)[0].detail["targets"]}
    assert down == {"sagemaker-endpoint": "throttled"}
    assert snapshot(deployed) == {}
    scaling = deployed.client("application-autoscaling")
    assert scaling.describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=[PLACE["ResourceId"]])[
        "ScalableTargets"
    ] == []  # fmt: skip

    # Scaling waits until the weights are back, as on AWS: exit code 3 says so, and the next round goes on.
    deployed.cli("release", NAME, "--reason", "the team waits for it", code=3)
    next_round(deployed, NAME)

    eventually(lambda: snapshot(deployed), lambda seen: seen == before, seconds=40)


def test_what_had_no_limit_of_its_own_has_none_afterwards(deployed: Deployed) -> None:
    """Neither the number 0 nor any other: a function's share, say, is the account's whole concurrency again."""
    twin = Fleet(deployed.account, "e2e-unlimited", limited=False).staging
    before = twin.snapshot()
    assert before["lambda-function"] is None
    deployed.put(record("e2e-unlimited", cost_usd="11"))
    told(deployed, "e2e-unlimited", ENGAGED)
    assert twin.use() == DOWN
    deployed.cli("release", "e2e-unlimited", "--reason", "it was one loop")
    assert twin.snapshot() == before
    eventually(twin.use, lambda seen: seen == ALL_WELL)
