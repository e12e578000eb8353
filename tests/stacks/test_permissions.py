"""Each role may do this and nothing else. A right that is not in these tables fails the build, a missing one too."""

from collections import defaultdict

import pytest

from tests.stacks.assembly import Assembly, Json

TABLE = "GlobalTable:spendplane.Arn"
BUS = "EventBus:spendplane.Arn"
PROFILES = "arn:<AWS::Partition>:bedrock:*:<AWS::AccountId>:application-inference-profile/*"
ON_CALL = "Topic:spendplane-on-call"
BUDGET_ALERTS = "Topic:spendplane-budget-alerts"
SEND = {"sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"}
ANYTHING = {"*": {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}}
"""The only actions on `*`: X-Ray has no resource that a policy could name."""

EXPECTED = {
    "meter": {
        TABLE: {
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:Query",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        },
        BUS: {"events:PutEvents"},
        PROFILES: {"bedrock:GetInferenceProfile"},
        "Queue:spendplane-usage.Arn": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
    },
    "notify": {
        TABLE: {"dynamodb:GetItem", "dynamodb:UpdateItem"},
        ON_CALL: {"sns:Publish"},
        BUDGET_ALERTS: {"sns:Publish"},
        "Key": {"kms:Decrypt", "kms:GenerateDataKey"},
        "Queue:spendplane-notify-dlq.Arn": SEND,
    },
    "sweep": {
        TABLE: {
            "dynamodb:Query",
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        },
        f"{TABLE}/index/work": {"dynamodb:Query"},
        BUS: {"events:PutEvents"},
    },
    "define": {
        TABLE: {"dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "Definitions": {"s3:GetObject"},
    },
}


@pytest.mark.parametrize("capability", EXPECTED)
def test_a_function_may_do_this_and_nothing_else(aws: Assembly, capability: str) -> None:
    function = aws.resources("AWS::Lambda::Function")[f"Function:spendplane-{capability}"]
    logs = {f"LogGroup:/aws/lambda/spendplane-{capability}.Arn": {"logs:CreateLogStream", "logs:PutLogEvents"}}
    assert _rights(aws, function["Role"]) == {**EXPECTED[capability], **logs, **ANYTHING}


def test_the_schedule_may_start_the_sweep_and_nothing_else(aws: Assembly) -> None:
    (schedule,) = aws.resources("AWS::Scheduler::Schedule").values()
    assert _rights(aws, schedule["Target"]["RoleArn"]) == {
        "Function:spendplane-sweep.Arn": {"lambda:InvokeFunction"},
        "Queue:spendplane-sweep-dlq.Arn": {"sqs:SendMessage"},
    }


def test_each_role_has_one_user_no_managed_policy_and_the_path_that_the_bus_knows(aws: Assembly) -> None:
    roles = aws.resources("AWS::IAM::Role")
    functions = aws.resources("AWS::Lambda::Function")
    users = [function["Role"] for function in functions.values()]
    users += [schedule["Target"]["RoleArn"] for schedule in aws.resources("AWS::Scheduler::Schedule").values()]
    assert sorted(users) == sorted(f"{name}.Arn" for name in roles)
    for role in roles.values():
        assert role["Path"] == "/spendplane/"
        assert "ManagedPolicyArns" not in role
        assert "Policies" not in role


def test_only_the_lambda_service_and_this_accounts_scheduler_take_on_a_role(aws: Assembly) -> None:
    trusts = [role["AssumeRolePolicyDocument"]["Statement"] for role in aws.resources("AWS::IAM::Role").values()]
    services = defaultdict(list)
    for (statement,) in trusts:
        assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRole")
        services[statement["Principal"]["Service"]].append(statement.get("Condition"))
    assert services["lambda.amazonaws.com"] == [None] * len(EXPECTED)
    assert services["scheduler.amazonaws.com"] == [{"StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"}}]
    assert len(services) == 2


def test_functions_are_started_only_by_the_rule_that_is_meant_to(aws: Assembly) -> None:
    (permission,) = aws.resources("AWS::Lambda::Permission").values()
    (rule,) = (name for name in aws.resources("AWS::Events::Rule") if "Notify" in name)
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["FunctionName"] == "Function:spendplane-notify.Arn"
    assert permission["SourceArn"] == f"{rule}.Arn"


def _rights(assembly: Assembly, role_arn: str) -> dict[str, set[str]]:
    """Actions by resource, over every policy that is attached to the role."""
    role = role_arn.removesuffix(".Arn")
    rights: dict[str, set[str]] = defaultdict(set)
    for policy in assembly.resources("AWS::IAM::Policy").values():
        if role in policy["Roles"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                _add(rights, statement)
    return dict(rights)


def _add(rights: dict[str, set[str]], statement: Json) -> None:
    assert statement["Effect"] == "Allow"
    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    for resource in resources:
        rights[_short(resource)].update(actions)


def _short(resource: str) -> str:
    """Without the hashes of logical ids and of the asset; all else must be as expected to the letter."""
    if resource.startswith("Key:TopicsKey"):
        return "Key"
    bucket, _, key = resource.partition("/")
    if ":s3:::cdk-hnb659fds-assets-" in bucket and key.endswith(".json") and "*" not in resource:
        return "Definitions"
    return resource
