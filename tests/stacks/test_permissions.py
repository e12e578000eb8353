"""Each role may do this and nothing else. A right that is not in these tables fails the build, a missing one too."""

from collections import defaultdict

import pytest

from tests.stacks.assembly import Assembly
from tests.stacks.policies import AUDIT, Statement, function_statements, role_statements

TABLE = "GlobalTable:spendplane.Arn"
BUS = "EventBus:spendplane.Arn"
PROFILES = "arn:<AWS::Partition>:bedrock:*:<AWS::AccountId>:application-inference-profile/*"
SAGEMAKER = "arn:<AWS::Partition>:sagemaker:<AWS::Region>:<AWS::AccountId>"
ON_CALL = "Topic:spendplane-on-call"
BUDGET_ALERTS = "Topic:spendplane-budget-alerts"
ANYTHING = {"*": {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}}
"""What every function may do on `*`: X-Ray has no resource that a policy could name."""
AUDIT_BAN = Statement(
    "Deny",
    frozenset({"dynamodb:UpdateItem", "dynamodb:DeleteItem"}),
    frozenset({TABLE}),
    {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["D#*"]}},
    AUDIT,
)

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
        TABLE: {"dynamodb:UpdateItem"},
        ON_CALL: {"sns:Publish"},
        BUDGET_ALERTS: {"sns:Publish"},
        "Key": {"kms:Decrypt", "kms:GenerateDataKey"},
        "Queue:spendplane-notify-dlq.Arn": {"sqs:SendMessage"},
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
    "enforce": {
        TABLE: {
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:Query",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        },
        f"{TABLE}/index/work": {"dynamodb:Query"},
        BUS: {"events:PutEvents"},
        "Queue:spendplane-enforce-dlq.Arn": {"sqs:SendMessage"},
    },
    "hours": {
        TABLE: {"dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
        f"{TABLE}/index/work": {"dynamodb:Query"},
        BUS: {"events:PutEvents"},
        "*": {
            "tag:GetResources",
            "sagemaker:ListEndpoints",
            "sagemaker:ListNotebookInstances",
            "sagemaker:ListTrainingJobs",
        },
        f"{SAGEMAKER}:endpoint/*": {"sagemaker:DescribeEndpoint"},
        f"{SAGEMAKER}:endpoint-config/*": {"sagemaker:DescribeEndpointConfig"},
        f"{SAGEMAKER}:training-job/*": {"sagemaker:DescribeTrainingJob", "sagemaker:ListTags"},
    },
    "idle": {
        TABLE: {"dynamodb:PutItem", "dynamodb:UpdateItem"},
        BUS: {"events:PutEvents"},
        "*": {
            "tag:GetResources",
            "sagemaker:ListEndpoints",
            "sagemaker:ListInferenceComponents",
            "sagemaker:ListNotebookInstances",
            "cloudwatch:GetMetricData",
        },
        f"{SAGEMAKER}:endpoint/*": {"sagemaker:DescribeEndpoint"},
        f"{SAGEMAKER}:endpoint-config/*": {"sagemaker:DescribeEndpointConfig"},
    },
    "define": {
        TABLE: {"dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "Definitions": {"s3:GetObject"},
    },
}


@pytest.mark.parametrize("capability", EXPECTED)
def test_a_function_may_do_this_and_nothing_else(aws: Assembly, capability: str) -> None:
    function = aws.resources("AWS::Lambda::Function")[f"Function:spendplane-{capability}"]
    logs = {f"LogGroup:/aws/lambda/spendplane-{capability}.Arn": {"logs:CreateLogStream", "logs:PutLogEvents"}}
    lists = EXPECTED[capability].get("*", set())
    anything = {"*": ANYTHING["*"] | lists}
    assert _rights(aws, function["Role"]) == {**EXPECTED[capability], **logs, **anything}


@pytest.mark.parametrize("capability", EXPECTED)
def test_a_named_statement_is_the_ban_on_changing_the_audit_trail(aws: Assembly, capability: str) -> None:
    """Those of the kill switch aside: test_kill_switch.py has each of them."""
    named = [statement for statement in function_statements(aws, capability) if statement.sid]
    assert [statement for statement in named if statement.sid == AUDIT] == [AUDIT_BAN]
    assert len(named) == 1 or capability == "enforce"


@pytest.mark.parametrize("capability", ["sweep", "enforce", "hours", "idle"])
def test_a_schedule_may_start_its_function_and_nothing_else(aws: Assembly, capability: str) -> None:
    schedule = aws.resources("AWS::Scheduler::Schedule")[f"Schedule:spendplane-{capability}"]
    assert schedule["Target"]["Arn"] == f"Function:spendplane-{capability}.Arn"
    assert _rights(aws, schedule["Target"]["RoleArn"]) == {
        f"Function:spendplane-{capability}.Arn": {"lambda:InvokeFunction"},
        f"Queue:spendplane-{capability}-dlq.Arn": {"sqs:SendMessage"},
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
    assert services["scheduler.amazonaws.com"] == [{"StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"}}] * 4
    assert len(services) == 2


def test_functions_are_started_only_by_the_rules_that_are_meant_to(aws: Assembly) -> None:
    """People start the kill switch by their own rights; nobody is let in from outside."""
    found = aws.resources("AWS::Lambda::Permission").values()
    permissions = {permission["FunctionName"]: permission for permission in found}
    assert set(permissions) == {"Function:spendplane-notify.Arn", "Function:spendplane-enforce.Arn"}
    assert len(found) == 2
    for capability in ("notify", "enforce"):
        (rule,) = (name for name in aws.resources("AWS::Events::Rule") if capability.title() in name)
        permission = permissions[f"Function:spendplane-{capability}.Arn"]
        assert permission["Principal"] == "events.amazonaws.com"
        assert permission["SourceArn"] == f"{rule}.Arn"


def _rights(assembly: Assembly, role_arn: str) -> dict[str, set[str]]:
    """Actions by resource, over every statement without a name of every policy that is attached to the role."""
    rights: dict[str, set[str]] = defaultdict(set)
    for statement in role_statements(assembly, role_arn):
        if not statement.sid:
            assert (statement.effect, statement.conditions) == ("Allow", {})
            for resource in statement.resources:
                rights[_short(resource)] |= statement.actions
    return dict(rights)


def _short(resource: str) -> str:
    """Without the hashes of logical ids and of the asset; all else must be as expected to the letter."""
    if resource.startswith("Key:TopicsKey"):
        return "Key"
    bucket, _, key = resource.partition("/")
    if ":s3:::cdk-hnb659fds-assets-" in bucket and key.endswith(".json") and "*" not in resource:
        return "Definitions"
    return resource
