"""The stack for Bedrock's invocation logs: who may do what, statement by statement."""

import json
from typing import Any

from tests.stacks.assembly import Assembly, load_only
from tests.stacks.bedrock_logs import KEY, LOGS, STACK, bucket_of, only
from tests.stacks.policies import Statement, function_statements, role_statements

HERE = "<AWS::Region>:<AWS::AccountId>"
OF_BEDROCK = {
    "StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"},
    "ArnLike": {"aws:SourceArn": f"arn:<AWS::Partition>:bedrock:{HERE}:*"},
}


def allows(*actions: str, on: str, **conditions: Any) -> Statement:
    return Statement("Allow", frozenset(actions), frozenset({on}), conditions)


def test_exceptions_of_the_review_are_the_known_ones(bedrock_cloudwatch: Assembly) -> None:
    metadata = json.loads((bedrock_cloudwatch.folder / f"{STACK}.metadata.json").read_text())
    found: dict[str, str] = {}
    for entry in (entry for entries in metadata.values() for entry in entries):
        if entry["type"] == "aws:cdk:acknowledged-rules":
            found |= {rule.split("::", 1)[1]: reason for rule, reason in entry["data"].items()}
    bucket = bucket_of(bedrock_cloudwatch).removeprefix("Bucket:")
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


def test_the_function_reads_the_logs_and_publishes_and_nothing_else(
    bedrock_cloudwatch: Assembly, bedrock_existing: Assembly
) -> None:
    """It has no right on the table: what it cannot read, the meter puts into quarantine."""
    (key,) = load_only(bedrock_cloudwatch.folder, STACK).resources("AWS::KMS::Key")
    expected = reading(bucket_of(bedrock_cloudwatch), f"{key}.Arn")
    assert merged(function_statements(bedrock_cloudwatch, "bedrock-logs")) == merged(list(expected))
    expected = reading("their-logs", KEY)
    assert merged(function_statements(bedrock_existing, "bedrock-logs")) == merged(list(expected))


def test_what_turns_the_logging_on_can_pass_one_role_to_bedrock_and_reads_no_log(bedrock_cloudwatch: Assembly) -> None:
    role = next(name for name in bedrock_cloudwatch.resources("AWS::IAM::Role") if name.startswith("Role:StoreRole"))
    statements = function_statements(bedrock_cloudwatch, "bedrock-logging")
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


def test_bedrock_writes_into_its_one_stream_for_this_account_only(bedrock_cloudwatch: Assembly) -> None:
    roles = load_only(bedrock_cloudwatch.folder, STACK).resources("AWS::IAM::Role")
    name, role = next((name, role) for name, role in roles.items() if name.startswith("Role:StoreRole"))
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert (trust["Principal"], trust["Condition"]) == ({"Service": "bedrock.amazonaws.com"}, OF_BEDROCK)
    stream = f"{LOGS}:/spendplane/bedrock-invocations:log-stream:aws/bedrock/modelinvocations"
    assert role_statements(bedrock_cloudwatch, f"{name}.Arn") == [
        allows("logs:CreateLogStream", "logs:PutLogEvents", on=stream)
    ]


def test_the_bucket_takes_logs_of_bedrock_over_tls_encrypts_and_forgets_them(bedrock_cloudwatch: Assembly) -> None:
    bucket = only(bedrock_cloudwatch, "AWS::S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 90
    policy = only(bedrock_cloudwatch, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    tls, write = policy
    assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (write["Principal"], write["Action"]) == ({"Service": "bedrock.amazonaws.com"}, "s3:PutObject")
    assert write["Condition"] == OF_BEDROCK
    assert write["Resource"].endswith(".Arn/AWSLogs/<AWS::AccountId>/BedrockModelInvocationLogs/*")
    (raw,) = load_only(bedrock_cloudwatch.folder, STACK).raw("AWS::S3::Bucket")
    assert raw["DeletionPolicy"] == "Retain"


def test_the_key_serves_bedrock_for_this_account_and_one_log_group(bedrock_cloudwatch: Assembly) -> None:
    key = only(bedrock_cloudwatch, "AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True
    statements = {item.get("Sid"): item for item in key["KeyPolicy"]["Statement"]}
    assert statements["BedrockEncrypts"]["Condition"] == OF_BEDROCK
    (context,) = statements["LogsEncrypt"]["Condition"]["ArnEquals"].values()
    assert context == f"{LOGS}:/spendplane/bedrock-invocations"
