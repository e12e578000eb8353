"""The optional stack for Bedrock's invocation logs: its rights, its way of delivery, and what it may turn on."""

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # it carries no types

from app import Inputs
from spendplane.contract.yaml_file import FileError
from stacks.target import InputError
from tests.stacks.assembly import CONTROL, Assembly, load_only, new_app, synthesise
from tests.stacks.policies import Statement, function_statements, role_statements
from tests.unit.docs.markdown import DOCS, anchors

STACK = "SpendplaneBedrockLogs"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/0"
HERE = "<AWS::Region>:<AWS::AccountId>"
GROUP = "LogGroup:/spendplane/bedrock-invocations"
LOGS = "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group"
OF_BEDROCK = {
    "StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"},
    "ArnLike": {"aws:SourceArn": f"arn:<AWS::Partition>:bedrock:{HERE}:*"},
}


@pytest.fixture(scope="session")
def cloudwatch(tmp_path_factory: pytest.TempPathFactory, empty_layers: None) -> Assembly:  # noqa: ARG001
    """Turned on, into a log group."""
    return synthesise(tmp_path_factory.mktemp("cloudwatch"), bedrock_logs="cloudwatch")


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory, empty_layers: None) -> Assembly:  # noqa: ARG001
    """Turned on, into a bucket."""
    context = {"bedrock_logs": "s3", "bedrock_bodies": "text,image", "target": "local"}
    return synthesise(tmp_path_factory.mktemp("s3"), **context)


@pytest.fixture(scope="session")
def existing(tmp_path_factory: pytest.TempPathFactory, empty_layers: None) -> Assembly:  # noqa: ARG001
    """Read where somebody else put them."""
    context = {"bedrock_log_group": "/theirs", "bedrock_log_bucket": "their-logs", "bedrock_log_key": KEY}
    return synthesise(tmp_path_factory.mktemp("existing"), bedrock_logs="existing", **context)


def only(assembly: Assembly, type_: str) -> dict[str, Any]:
    """The one resource of a type in the stack."""
    (found,) = load_only(assembly.folder, STACK).resources(type_).values()
    return found


def allows(*actions: str, on: str, **conditions: Any) -> Statement:
    return Statement("Allow", frozenset(actions), frozenset({on}), conditions)


def bucket_of(assembly: Assembly) -> str:
    (name,) = load_only(assembly.folder, STACK).resources("AWS::S3::Bucket")
    return name


def test_without_being_asked_for_there_is_no_such_stack(aws: Assembly) -> None:
    assert STACK not in aws.templates


def test_the_other_stacks_do_not_change_by_it(aws: Assembly, cloudwatch: Assembly) -> None:
    assert cloudwatch.templates[CONTROL] == aws.templates[CONTROL]


def test_reviews_find_nothing(cloudwatch: Assembly, s3: Assembly, existing: Assembly) -> None:
    for assembly in (cloudwatch, s3, existing):
        assert assembly.report() == []
        assert lint_file(assembly.folder / f"{STACK}.template.json") == []


def test_exceptions_of_the_review_are_the_known_ones(cloudwatch: Assembly) -> None:
    metadata = json.loads((cloudwatch.folder / f"{STACK}.metadata.json").read_text())
    found: dict[str, str] = {}
    for entry in (entry for entries in metadata.values() for entry in entries):
        if entry["type"] == "aws:cdk:acknowledged-rules":
            found |= {rule.split("::", 1)[1]: reason for rule, reason in entry["data"].items()}
    bucket = bucket_of(cloudwatch).removeprefix("Bucket:")
    assert set(found) == {
        "AwsSolutions-IAM5[Resource::*]",
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:bedrock:*:<AWS::AccountId>:application-inference-profile/*]",
        f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::<{bucket}>/*AWSLogs/<AWS::AccountId>/BedrockModelInvocationLogs/*]",
        "AwsSolutions-L1",
        "AwsSolutions-S1",
        "AwsSolutions-SQS3",
    }
    assert all(len(reason) > 40 for reason in found.values())


def reading(bucket: str, key: str) -> set[Statement]:
    """All that the function may do."""
    objects = f"arn:<AWS::Partition>:s3:::{bucket}/*AWSLogs/<AWS::AccountId>/BedrockModelInvocationLogs/*"
    queue = "Queue:spendplane-bedrock-logs.Arn"
    return {
        allows("events:PutEvents", on="EventBus:spendplane.Arn"),
        allows("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", on=queue),
        allows("sqs:SendMessage", on=queue),
        allows(
            "bedrock:ListTagsForResource",
            on="arn:<AWS::Partition>:bedrock:*:<AWS::AccountId>:application-inference-profile/*",
        ),
        allows("s3:GetObject", on=objects),
        allows("kms:Decrypt", on=key),
        allows("xray:PutTraceSegments", "xray:PutTelemetryRecords", on="*"),
        allows("logs:CreateLogStream", "logs:PutLogEvents", on="LogGroup:/aws/lambda/spendplane-bedrock-logs.Arn"),
    }


def merged(statements: list[Statement]) -> set[tuple[str, str, str]]:
    """Effect, action and resource, however they are put into statements; none has a condition."""
    assert all(not statement.conditions for statement in statements)
    return {
        (item.effect, action, resource) for item in statements for action in item.actions for resource in item.resources
    }


def test_the_function_reads_the_logs_and_publishes_and_nothing_else(cloudwatch: Assembly, existing: Assembly) -> None:
    """It has no right on the table: what it cannot read, the meter puts into quarantine."""
    (key,) = load_only(cloudwatch.folder, STACK).resources("AWS::KMS::Key")
    expected = reading(bucket_of(cloudwatch), f"{key}.Arn")
    assert merged(function_statements(cloudwatch, "bedrock-logs")) == merged(list(expected))
    expected = reading("their-logs", KEY)
    assert merged(function_statements(existing, "bedrock-logs")) == merged(list(expected))


def test_what_turns_the_logging_on_can_pass_one_role_to_bedrock_and_reads_no_log(cloudwatch: Assembly) -> None:
    role = next(name for name in cloudwatch.resources("AWS::IAM::Role") if name.startswith("Role:StoreRole"))
    statements = function_statements(cloudwatch, "bedrock-logging")
    passing = [item for item in statements if item.sid]
    condition = {"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}}
    assert passing == [
        Statement("Allow", frozenset({"iam:PassRole"}), frozenset({f"{role}.Arn"}), condition, "OnlyToBedrock")
    ]
    verbs = ("Get", "Put", "Delete")
    setting = {("Allow", f"bedrock:{verb}ModelInvocationLoggingConfiguration", "*") for verb in verbs}
    log = "LogGroup:/aws/lambda/spendplane-bedrock-logging.Arn"
    own = {("Allow", action, log) for action in ("logs:CreateLogStream", "logs:PutLogEvents")}
    traces = {("Allow", action, "*") for action in ("xray:PutTraceSegments", "xray:PutTelemetryRecords")}
    assert merged([item for item in statements if not item.sid]) == setting | own | traces


def test_nothing_is_turned_on_where_logs_are_there(existing: Assembly) -> None:
    stack = load_only(existing.folder, STACK)
    for type_ in ("Custom::SpendplaneInvocationLogging", "AWS::S3::Bucket", "AWS::KMS::Key"):
        assert stack.resources(type_) == {}
    functions = stack.raw("AWS::Lambda::Function")
    assert [item["Properties"]["FunctionName"] for item in functions] == ["spendplane-bedrock-logs"]


def test_bedrock_writes_into_its_one_stream_for_this_account_only(cloudwatch: Assembly) -> None:
    roles = load_only(cloudwatch.folder, STACK).resources("AWS::IAM::Role")
    name, role = next((name, role) for name, role in roles.items() if name.startswith("Role:StoreRole"))
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert (trust["Principal"], trust["Condition"]) == ({"Service": "bedrock.amazonaws.com"}, OF_BEDROCK)
    stream = f"{LOGS}:/spendplane/bedrock-invocations:log-stream:aws/bedrock/modelinvocations"
    assert role_statements(cloudwatch, f"{name}.Arn") == [
        allows("logs:CreateLogStream", "logs:PutLogEvents", on=stream)
    ]


def test_the_bucket_takes_logs_of_bedrock_over_tls_encrypts_and_forgets_them(cloudwatch: Assembly) -> None:
    bucket = only(cloudwatch, "AWS::S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 90
    policy = only(cloudwatch, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    tls, write = policy
    assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (write["Principal"], write["Action"]) == ({"Service": "bedrock.amazonaws.com"}, "s3:PutObject")
    assert write["Condition"] == OF_BEDROCK
    assert write["Resource"].endswith(".Arn/AWSLogs/<AWS::AccountId>/BedrockModelInvocationLogs/*")
    (raw,) = load_only(cloudwatch.folder, STACK).raw("AWS::S3::Bucket")
    assert raw["DeletionPolicy"] == "Retain"


def test_the_key_serves_bedrock_for_this_account_and_one_log_group(cloudwatch: Assembly) -> None:
    key = only(cloudwatch, "AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True
    statements = {item.get("Sid"): item for item in key["KeyPolicy"]["Statement"]}
    assert statements["BedrockEncrypts"]["Condition"] == OF_BEDROCK
    (context,) = statements["LogsEncrypt"]["Condition"]["ArnEquals"].values()
    assert context == f"{LOGS}:/spendplane/bedrock-invocations"


def test_a_log_group_hands_on_every_line_and_what_fails_waits_in_the_queue(cloudwatch: Assembly) -> None:
    subscription = only(cloudwatch, "AWS::Logs::SubscriptionFilter")
    assert (subscription["FilterPattern"], subscription["LogGroupName"]) == ("", GROUP)
    assert subscription["DestinationArn"] == "Function:spendplane-bedrock-logs.Arn"
    permission = only(cloudwatch, "AWS::Lambda::Permission")
    assert permission["Principal"] == "logs.amazonaws.com"
    assert (permission["SourceArn"], permission["SourceAccount"]) == (f"{LOGS}:{GROUP}:*", "<AWS::AccountId>")
    invoked = only(cloudwatch, "AWS::Lambda::EventInvokeConfig")
    assert (invoked["MaximumRetryAttempts"], invoked["MaximumEventAgeInSeconds"]) == (2, 6 * 3600)
    queue = "Queue:spendplane-bedrock-logs.Arn"
    assert invoked["DestinationConfig"] == {"OnFailure": {"Destination": queue}}
    source = only(cloudwatch, "AWS::Lambda::EventSourceMapping")
    assert (source["EventSourceArn"], source["BatchSize"]) == (queue, 1)


def test_the_queue_is_patient_and_leads_to_the_dead_letters(cloudwatch: Assembly) -> None:
    queues = load_only(cloudwatch.folder, STACK).resources("AWS::SQS::Queue")
    queue = queues["Queue:spendplane-bedrock-logs"]
    (function,) = (
        item
        for name, item in cloudwatch.resources("AWS::Lambda::Function").items()
        if name == "Function:spendplane-bedrock-logs"
    )
    assert queue["VisibilityTimeout"] == 6 * function["Timeout"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == "Queue:spendplane-bedrock-logs-dlq.Arn"
    assert {item["MessageRetentionPeriod"] for item in queues.values()} == {14 * 86_400}


def test_objects_are_announced_by_the_bucket_that_is_read_and_no_other(s3: Assembly, existing: Assembly) -> None:
    assert load_only(s3.folder, STACK).resources("AWS::Logs::SubscriptionFilter") == {}
    for assembly, name in ((s3, bucket_of(s3)), (existing, "their-logs")):
        rule = only(assembly, "AWS::Events::Rule")
        pattern = rule["EventPattern"]
        assert pattern["detail"]["bucket"] == {"name": [name]}
        assert (pattern["source"], pattern["account"]) == (["aws.s3"], ["<AWS::AccountId>"])
        (target,) = rule["Targets"]
        assert target["Arn"] == "Queue:spendplane-bedrock-logs.Arn"
        assert target["DeadLetterConfig"]["Arn"] == "Queue:spendplane-bedrock-logs-dlq.Arn"
    assert only(s3, "AWS::S3::Bucket")["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }


def test_what_is_logged_is_what_the_deployment_asks_for(cloudwatch: Assembly, s3: Assembly) -> None:
    by_default, asked = (only(item, "Custom::SpendplaneInvocationLogging") for item in (cloudwatch, s3))
    assert (by_default["Bodies"], by_default["LogGroupName"]) == ("", GROUP)
    assert asked["Bodies"] == "text,image"
    assert "LogGroupName" not in asked
    for setting in (by_default, asked):
        assert "/spendplane/bedrock-invocations" in setting["Places"]


def test_every_alarm_reaches_on_call_and_has_a_section_in_the_runbook(cloudwatch: Assembly) -> None:
    alarms = load_only(cloudwatch.folder, STACK).templates[STACK]["Resources"]
    found = {id_: item["Properties"] for id_, item in alarms.items() if item["Type"] == "AWS::CloudWatch::Alarm"}
    names = {id_.removeprefix("Alarms")[:-8] for id_ in found}
    assert names == {
        "BedrockLogsErrors",
        "BedrockLogsThrottles",
        "BedrockLogsDlqDepth",
        "BedrockLogsUndelivered",
        "InvocationsUnattributed",
        "ProjectClaimsRefused",
    }
    assert {name.lower() for name in names} <= set(anchors((DOCS / "runbook.md").read_text(encoding="utf-8")))
    for alarm in found.values():
        assert len(alarm["AlarmActions"]) == len(alarm["OKActions"]) == 1
        assert len(alarm["AlarmDescription"]) > 100


def test_the_rules_travel_with_the_code(tmp_path: Path, empty_layers: None) -> None:  # noqa: ARG001
    rules = tmp_path / "identities.yaml"
    rules.write_text("version: 1\nidentities: [{role: chat, project_id: chat}]\n")
    assembly = synthesise(tmp_path / "out", bedrock_logs="cloudwatch", identities=str(rules))
    (file,) = assembly.folder.glob("asset.*/identities.json")
    assert json.loads(file.read_text())["identities"][0]["project_id"] == "chat"
    assert (file.parent / "bedrock_logs" / "handler.py").exists()


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"bedrock_logs": "kinesis"}, "unknown bedrock_logs 'kinesis': use -c bedrock_logs=cloudwatch or -c"),
        ({"bedrock_logs": "existing"}, "needs -c bedrock_log_group=NAME"),
        ({"bedrock_logs": "s3", "bedrock_log_group": "x"}, "-c bedrock_log_group goes with -c bedrock_logs=existing"),
        ({"bedrock_logs": "s3", "bedrock_bodies": "text,prompts"}, "unknown bedrock_bodies 'prompts'"),
        (
            {"bedrock_logs": "existing", "bedrock_log_group": "x", "bedrock_bodies": "text"},
            "-c bedrock_bodies goes with logs that are turned on",
        ),
        ({"identities": "nowhere.yaml"}, "nowhere.yaml"),
    ],
)
def test_wrong_context_is_named(context: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises((FileError, InputError)) as raised:
        Inputs.of(new_app(tmp_path, **context))
    assert message in str(raised.value)
