"""The kill switch's own rights, statement by statement; what sets it off; and what happens when it fails."""

import json
from pathlib import Path

import pytest

from tests.stacks.assembly import Assembly, Json, synthesise
from tests.stacks.policies import AUDIT, Statement, deployed, documents, function_statements, role_statements

ALLOWED = ["staging", "development", "sandbox", "test"]
READING = ("Get", "GET", "List", "Describe", "Query", "BatchGet")
IN_REGION = "<AWS::Region>:<AWS::AccountId>"
FUNCTIONS = f"arn:<AWS::Partition>:lambda:{IN_REGION}:function:*"
ENDPOINTS, CONFIGS, COMPONENTS = (
    f"arn:<AWS::Partition>:sagemaker:{IN_REGION}:{kind}/*"
    for kind in ("endpoint", "endpoint-config", "inference-component")
)
APIS = {
    f"arn:<AWS::Partition>:apigateway:<AWS::Region>::/{place}"
    for place in ("restapis/*/stages/*", "apis/*/stages/*", "usageplans/*")
}
API_LIMITS = "arn:<AWS::Partition>:apigateway:<AWS::Region>::/account"
ROLES = "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/*"
SERVICES = f"arn:<AWS::Partition>:ecs:{IN_REGION}:service/*"
SCALING = f"arn:<AWS::Partition>:application-autoscaling:{IN_REGION}:scalable-target/*"
TURN = {
    "lambda:PutFunctionConcurrency",
    "lambda:DeleteFunctionConcurrency",
    "sagemaker:DeleteEndpoint",
    "sagemaker:UpdateEndpointWeightsAndCapacities",
    "sagemaker:UpdateInferenceComponentRuntimeConfig",
    "apigateway:PATCH",
    "iam:PutRolePolicy",
    "iam:DeleteRolePolicy",
    "ecs:UpdateService",
    "application-autoscaling:RegisterScalableTarget",
    "application-autoscaling:PutScalingPolicy",
    "application-autoscaling:PutScheduledAction",
    "application-autoscaling:DeregisterScalableTarget",
}
TAG = {"sagemaker:AddTags", "application-autoscaling:TagResource"}
FIND = {
    "tag:GetResources",
    "iam:GetAccountAuthorizationDetails",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:DescribeScheduledActions",
}
READ = {
    "lambda:GetFunctionConcurrency",
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:DescribeInferenceComponent",
    "sagemaker:ListTags",
    "apigateway:GET",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListRolePolicies",
    "ecs:DescribeServices",
    "application-autoscaling:ListTagsForResource",
}


def tagged(kind: str, environments: list[str], **also: str) -> Json:
    """The condition that every right to change something carries."""
    return {
        "StringEquals": {f"aws:{kind}/environment": environments, **also},
        "StringLike": {f"aws:{kind}/project": "?*"},
    }


def expected(environments: list[str], protected: list[str]) -> dict[str, Statement]:
    """The switch's rights by name, for these environments."""
    create = {"sagemaker:TaggingAction": "CreateEndpoint"}
    of_endpoints = {"application-autoscaling:service-namespace": "sagemaker"}
    new = {"Null": {"aws:ResourceTag/environment": "true"}}
    turned = {FUNCTIONS, ENDPOINTS, COMPONENTS, *APIS, ROLES, SERVICES, SCALING}
    register = "application-autoscaling:RegisterScalableTarget"
    allows: list[tuple[str, set[str], set[str], Json]] = [
        ("FindTargets", FIND, {"*"}, {}),
        ("ReadTargets", READ, {*turned, CONFIGS, API_LIMITS}, {}),
        ("TurnTargets", TURN, turned, tagged("ResourceTag", environments)),
        ("RestoreEndpoints", {"sagemaker:CreateEndpoint"}, {ENDPOINTS, CONFIGS}, tagged("RequestTag", environments)),
        ("TagRestoredEndpoints", {"sagemaker:AddTags"}, {ENDPOINTS}, tagged("RequestTag", environments, **create)),
        ("RestoreScaling", {register}, {SCALING}, {**tagged("RequestTag", environments, **of_endpoints), **new}),
        (
            "TagRestoredScaling",
            {"application-autoscaling:TagResource"},
            {SCALING},
            {**tagged("RequestTag", environments), **new},
        ),
    ]
    ignoring_case = "StringEqualsIgnoreCase"
    own = {FUNCTIONS.replace("*", "spendplane-*"), ROLES.replace("*", "spendplane/*")}
    bans: list[tuple[str, set[str], set[str], Json]] = [
        ("NeverProtected", TURN | TAG, {"*"}, {ignoring_case: {"aws:ResourceTag/environment": protected}}),
        (
            "NeverAsProtected",
            {"sagemaker:CreateEndpoint", register} | TAG,
            {"*"},
            {ignoring_case: {"aws:RequestTag/environment": protected}},
        ),
        ("NeverSpendplane", TURN | TAG, {"*"}, {ignoring_case: {"aws:ResourceTag/application": "spendplane"}}),
        ("NeverOwnFunctionsAndRoles", {a for a in TURN if a.startswith(("lambda", "iam"))}, own, {}),
    ]
    found = [Statement("Allow", frozenset(a), frozenset(r), c, sid) for sid, a, r, c in allows]
    found += [Statement("Deny", frozenset(a), frozenset(r), c, sid) for sid, a, r, c in bans]
    return {statement.sid: statement for statement in found}


@pytest.mark.parametrize("sid", expected(ALLOWED, ["production"]))
def test_a_statement_is_as_it_was_reviewed(aws: Assembly, sid: str) -> None:
    (statement,) = (found for found in function_statements(aws, "enforce") if found.sid == sid)
    assert statement == expected(ALLOWED, ["production"])[sid]


def test_there_is_no_statement_that_was_not_reviewed(aws: Assembly) -> None:
    names = {statement.sid for statement in function_statements(aws, "enforce")}
    assert names == {"", AUDIT, *expected(ALLOWED, ["production"])}


def test_no_role_changes_anything_foreign_without_the_tags(aws: Assembly) -> None:
    """Whatever is added to any role later, to `*` or to what another stack made, is held to the same."""
    enforce = aws.resources("AWS::Lambda::Function")["Function:spendplane-enforce"]["Role"]
    changing = set()
    for role in aws.resources("AWS::IAM::Role"):
        for statement in role_statements(aws, f"{role}.Arn"):
            for action in _foreign_changes(statement):
                assert f"{role}.Arn" == enforce, f"{role} may {action}"
                tags = [_asks_for_tags(statement, kind) for kind in ("ResourceTag", "RequestTag")]
                assert any(tags), f"{action} needs no tag"
                changing.add(action)
    assert changing == TURN | TAG | {"sagemaker:CreateEndpoint"}


def test_the_policy_fits_into_a_role_in_the_longest_partition_and_region(aws: Assembly) -> None:
    """IAM's bound is 10,240 characters over all inline policies of a role; before that CDK adds a managed one."""
    role = aws.resources("AWS::Lambda::Function")["Function:spendplane-enforce"]["Role"]
    text = json.dumps(deployed(documents(aws, role), "us-gov-west-1", "aws-us-gov"), separators=(",", ":"))
    assert len(text) < 9_000
    assert not aws.resources("AWS::IAM::ManagedPolicy")


def test_more_protection_leaves_less_to_the_switch(tmp_path: Path, empty_layers: None) -> None:  # noqa: ARG001
    assembly = _with_protected(tmp_path, "production, staging")
    left = ["development", "sandbox", "test"]
    found = {s.sid: s for s in function_statements(assembly, "enforce") if s.sid not in {"", AUDIT}}
    assert found == expected(left, ["production", "staging"])
    assert _environment(assembly)["THROTTLEABLE_ENVIRONMENTS"] == "development,sandbox,test"


def test_where_everything_is_protected_the_switch_only_reads(tmp_path: Path, empty_layers: None) -> None:  # noqa: ARG001
    assembly = _with_protected(tmp_path, "production, staging, development, sandbox, test")
    allowed = {s.sid for s in function_statements(assembly, "enforce") if s.sid and s.effect == "Allow"}
    assert allowed == {"FindTargets", "ReadTargets"}
    assert _environment(assembly)["THROTTLEABLE_ENVIRONMENTS"] == ""


def test_the_bounds_of_budgets_yaml_reach_the_function(tmp_path: Path, empty_layers: None) -> None:  # noqa: ARG001
    bounds = "kill_switch: {max_targets: 7, max_attempts: 2, max_drift_percent: 0}\n"
    environment = _environment(_with_protected(tmp_path, "production", bounds))
    assert [environment[f"MAX_{name}"] for name in ("TARGETS", "ATTEMPTS", "DRIFT_PERCENT")] == ["7", "2", "0"]


def test_idle_gives_it_an_hourly_round_and_the_right_to_read_metrics(tmp_path: Path, empty_layers: None) -> None:  # noqa: ARG001
    assembly = _with_protected(tmp_path, "production", "idle: {after_hours: 48, mode: enforce}\n")
    assert _environment(assembly)["IDLE"] == "enforce,48,24,24"
    (find,) = (s for s in function_statements(assembly, "enforce") if s.sid == "FindTargets")
    assert find.actions == expected(ALLOWED, ["production"])["FindTargets"].actions | {"cloudwatch:GetMetricData"}
    others = {s.sid: s for s in function_statements(assembly, "enforce") if s.sid not in {"", AUDIT, "FindTargets"}}
    assert others == {sid: s for sid, s in expected(ALLOWED, ["production"]).items() if sid != "FindTargets"}
    schedule = assembly.resources("AWS::Scheduler::Schedule")["Schedule:spendplane-enforce-idle"]
    assert schedule["ScheduleExpression"] == "rate(60 minutes)"
    assert json.loads(schedule["Target"]["Input"]) == {"command": "idle"}


def test_a_crossing_in_a_running_period_sets_it_off(aws: Assembly) -> None:
    (rule,) = (found for name, found in aws.resources("AWS::Events::Rule").items() if "Enforce" in name)
    assert rule["EventBusName"] == "EventBus:spendplane"
    assert rule["EventPattern"] == {
        "source": ["spendplane"],
        "detail-type": ["Budget Threshold Crossed"],
        "detail": {"late": [False]},
    }
    (target,) = rule["Targets"]
    assert target["Arn"] == "Function:spendplane-enforce.Arn"
    assert target["DeadLetterConfig"] == {"Arn": "Queue:spendplane-enforce-dlq.Arn"}
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600}


def test_the_minute_sets_it_off_and_a_lost_tick_is_not_repeated(aws: Assembly) -> None:
    schedule = aws.resources("AWS::Scheduler::Schedule")["Schedule:spendplane-enforce"]
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert json.loads(schedule["Target"]["Input"]) == {"command": "reconcile"}
    assert schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 0
    assert schedule["Target"]["DeadLetterConfig"] == {"Arn": "Queue:spendplane-enforce-dlq.Arn"}


def test_what_fails_three_times_is_kept_for_people(aws: Assembly) -> None:
    configs = {c["FunctionName"]: c for c in aws.resources("AWS::Lambda::EventInvokeConfig").values()}
    config = configs["Function:spendplane-enforce"]
    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (2, 3600)
    assert config["DestinationConfig"]["OnFailure"] == {"Destination": "Queue:spendplane-enforce-dlq.Arn"}


def _foreign_changes(statement: Statement) -> list[str]:
    """What it allows beyond reading, on anything that is no resource of these stacks; X-Ray's own data aside."""
    foreign = [resource for resource in statement.resources if resource.startswith(("arn:", "*"))]
    if statement.effect != "Allow" or not foreign:
        return []
    actions = [action.split(":") for action in statement.actions]
    return [f"{service}:{verb}" for service, verb in actions if service != "xray" and not verb.startswith(READING)]


def _asks_for_tags(statement: Statement, kind: str) -> bool:
    values = statement.conditions.get("StringEquals", {}).get(f"aws:{kind}/environment")
    project = statement.conditions.get("StringLike", {}).get(f"aws:{kind}/project")
    return bool(values == ALLOWED and project == "?*")


def _with_protected(folder: Path, environments: str, more: str = "") -> Assembly:
    budgets = folder / "budgets.yaml"
    budgets.write_text(f"version: 1\nprotected_environments: [{environments}]\n{more}")
    return synthesise(folder / "out", budgets=str(budgets))


def _environment(assembly: Assembly) -> dict[str, str]:
    function = assembly.resources("AWS::Lambda::Function")["Function:spendplane-enforce"]
    return dict(function["Environment"]["Variables"])
