"""The optional stack for Bedrock's invocation logs: how lines come to the function, and what is turned on."""

import json
from pathlib import Path

import pytest
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # it carries no types

from spendplane.contract.yaml_file import FileError
from stacks.inputs import Inputs
from stacks.target import InputError
from tests.stacks.assembly import CONTROL, Assembly, load_only, new_app, synthesise
from tests.stacks.bedrock_logs import GROUP, LOGS, STACK, bucket_of, only
from tests.unit.docs.markdown import DOCS, anchors


def test_without_being_asked_for_there_is_no_such_stack(aws: Assembly) -> None:
    assert STACK not in aws.templates


def test_the_other_stacks_do_not_change_by_it(aws: Assembly, bedrock_cloudwatch: Assembly) -> None:
    assert bedrock_cloudwatch.templates[CONTROL] == aws.templates[CONTROL]


def test_reviews_find_nothing(bedrock_cloudwatch: Assembly, bedrock_s3: Assembly, bedrock_existing: Assembly) -> None:
    for assembly in (bedrock_cloudwatch, bedrock_s3, bedrock_existing):
        assert assembly.report() == []
        assert lint_file(assembly.folder / f"{STACK}.template.json") == []


def test_nothing_is_turned_on_where_logs_are_there(bedrock_existing: Assembly) -> None:
    stack = load_only(bedrock_existing.folder, STACK)
    for type_ in ("Custom::SpendplaneInvocationLogging", "AWS::S3::Bucket", "AWS::KMS::Key"):
        assert stack.resources(type_) == {}
    functions = stack.raw("AWS::Lambda::Function")
    assert [item["Properties"]["FunctionName"] for item in functions] == ["spendplane-bedrock-logs"]


def test_a_log_group_hands_on_every_line_and_what_fails_waits_in_the_queue(bedrock_cloudwatch: Assembly) -> None:
    subscription = only(bedrock_cloudwatch, "AWS::Logs::SubscriptionFilter")
    assert (subscription["FilterPattern"], subscription["LogGroupName"]) == ("", GROUP)
    assert subscription["DestinationArn"] == "Function:spendplane-bedrock-logs.Arn"
    permission = only(bedrock_cloudwatch, "AWS::Lambda::Permission")
    assert permission["Principal"] == "logs.amazonaws.com"
    assert (permission["SourceArn"], permission["SourceAccount"]) == (f"{LOGS}:{GROUP}:*", "<AWS::AccountId>")
    invoked = only(bedrock_cloudwatch, "AWS::Lambda::EventInvokeConfig")
    assert (invoked["MaximumRetryAttempts"], invoked["MaximumEventAgeInSeconds"]) == (2, 6 * 3600)
    queue = "Queue:spendplane-bedrock-logs.Arn"
    assert invoked["DestinationConfig"] == {"OnFailure": {"Destination": queue}}
    source = only(bedrock_cloudwatch, "AWS::Lambda::EventSourceMapping")
    assert (source["EventSourceArn"], source["BatchSize"]) == (queue, 1)


def test_the_queue_is_patient_and_leads_to_the_dead_letters(bedrock_cloudwatch: Assembly) -> None:
    queues = load_only(bedrock_cloudwatch.folder, STACK).resources("AWS::SQS::Queue")
    queue = queues["Queue:spendplane-bedrock-logs"]
    (function,) = (
        item
        for name, item in bedrock_cloudwatch.resources("AWS::Lambda::Function").items()
        if name == "Function:spendplane-bedrock-logs"
    )
    assert queue["VisibilityTimeout"] == 6 * function["Timeout"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == "Queue:spendplane-bedrock-logs-dlq.Arn"
    assert {item["MessageRetentionPeriod"] for item in queues.values()} == {14 * 86_400}


def test_objects_are_announced_by_the_bucket_that_is_read_and_no_other(
    bedrock_s3: Assembly, bedrock_existing: Assembly
) -> None:
    assert load_only(bedrock_s3.folder, STACK).resources("AWS::Logs::SubscriptionFilter") == {}
    for assembly, name in ((bedrock_s3, bucket_of(bedrock_s3)), (bedrock_existing, "their-logs")):
        rule = only(assembly, "AWS::Events::Rule")
        pattern = rule["EventPattern"]
        assert pattern["detail"]["bucket"] == {"name": [name]}
        assert (pattern["source"], pattern["account"]) == (["aws.s3"], ["<AWS::AccountId>"])
        (target,) = rule["Targets"]
        assert target["Arn"] == "Queue:spendplane-bedrock-logs.Arn"
        assert target["DeadLetterConfig"]["Arn"] == "Queue:spendplane-bedrock-logs-dlq.Arn"
    assert only(bedrock_s3, "AWS::S3::Bucket")["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }


def test_what_is_logged_is_what_the_deployment_asks_for(bedrock_cloudwatch: Assembly, bedrock_s3: Assembly) -> None:
    by_default, asked = (only(item, "Custom::SpendplaneInvocationLogging") for item in (bedrock_cloudwatch, bedrock_s3))
    assert (by_default["Bodies"], by_default["LogGroupName"]) == ("", GROUP)
    assert asked["Bodies"] == "text,image"
    assert "LogGroupName" not in asked
    for setting in (by_default, asked):
        assert "/spendplane/bedrock-invocations" in setting["Places"]


def test_every_alarm_reaches_on_call_and_has_a_section_in_the_runbook(bedrock_cloudwatch: Assembly) -> None:
    alarms = load_only(bedrock_cloudwatch.folder, STACK).templates[STACK]["Resources"]
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
