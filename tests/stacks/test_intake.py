"""Bus, queues and topics: nothing lost, nothing readable on the way, nobody speaking in our name."""

from datetime import timedelta

import pytest

from cli.checks.resources import ARCHIVE
from spendplane.contract.usage_event import MAX_AGE
from spendplane.domain.ledger import RETENTION
from spendplane.domain.producers import OWN
from tests.stacks.assembly import CONTROL, STATE, Assembly, Json

DEAD_LETTERS = {
    "spendplane-usage-dlq",
    "spendplane-usage-undelivered-dlq",
    "spendplane-notify-dlq",
    "spendplane-sweep-dlq",
    "spendplane-enforce-dlq",
    "spendplane-hours-dlq",
    "spendplane-idle-dlq",
}
PEOPLE_HEAR_OF = [
    "Budget Threshold Crossed",
    "Usage Unpriced",
    "Kill Switch Engaged",
    "Kill Switch Refused",
    "Kill Switch Released",
    "Degrade Requested",
    "Degrade Ended",
    "Idle Announced",
    "Idle Reported",
]
DAYS_14 = 14 * 24 * 3600


def test_the_usage_queue_waits_six_times_a_batch_and_gives_up_after_five_deliveries(aws: Assembly) -> None:
    queue = aws.resources("AWS::SQS::Queue")["Queue:spendplane-usage"]
    meter = aws.resources("AWS::Lambda::Function")["Function:spendplane-meter"]
    (source,) = aws.resources("AWS::Lambda::EventSourceMapping").values()
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": "Queue:spendplane-usage-dlq.Arn", "maxReceiveCount": 5}
    assert queue["VisibilityTimeout"] >= 6 * meter["Timeout"] + source["MaximumBatchingWindowInSeconds"]


def test_the_meter_reads_in_bounded_batches_and_gives_back_only_what_failed(aws: Assembly) -> None:
    (source,) = aws.resources("AWS::Lambda::EventSourceMapping").values()
    assert source == {
        "BatchSize": 500,
        "EventSourceArn": "Queue:spendplane-usage.Arn",
        "FunctionName": "Function:spendplane-meter",
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "MaximumBatchingWindowInSeconds": 1,
        "ScalingConfig": {"MaximumConcurrency": 5},
        "Tags": [{"Key": "application", "Value": "spendplane"}],
    }


def test_every_queue_is_encrypted_kept_for_14_days_and_refuses_plain_http(aws: Assembly) -> None:
    queues = aws.resources("AWS::SQS::Queue")
    assert {properties["QueueName"] for properties in queues.values()} == {"spendplane-usage", *DEAD_LETTERS}
    policies = aws.resources("AWS::SQS::QueuePolicy").values()
    for name, queue in queues.items():
        assert queue["SqsManagedSseEnabled"] is True
        assert queue["MessageRetentionPeriod"] == DAYS_14
        (policy,) = (policy for policy in policies if name in policy["Queues"])
        assert _denies_plain_http(policy["PolicyDocument"], "sqs:*", f"{name}.Arn")


def test_both_topics_are_encrypted_and_refuse_plain_http(aws: Assembly) -> None:
    topics = aws.resources("AWS::SNS::Topic")
    assert set(topics) == {"Topic:spendplane-on-call", "Topic:spendplane-budget-alerts"}
    (key,) = aws.resources("AWS::KMS::Key")
    for name, topic in topics.items():
        assert topic["KmsMasterKeyId"] == f"{key}.Arn"
        (policy,) = (p for p in aws.resources("AWS::SNS::TopicPolicy").values() if name in p["Topics"])
        assert _denies_plain_http(policy["PolicyDocument"], "sns:Publish", name)


def test_alarms_of_this_account_may_publish_to_on_call_and_use_its_key(aws: Assembly) -> None:
    (policy,) = (
        p for p in aws.resources("AWS::SNS::TopicPolicy").values() if "Topic:spendplane-on-call" in p["Topics"]
    )
    (key,) = aws.resources("AWS::KMS::Key").values()
    publish = _statement(policy["PolicyDocument"], "AlarmsMayPublish")
    encrypt = _statement(key["KeyPolicy"], "AlarmsMayPublish")
    for statement in (publish, encrypt):
        assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "<AWS::AccountId>"}
    assert publish["Action"] == "sns:Publish"
    assert set(encrypt["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    assert key["EnableKeyRotation"] is True


@pytest.mark.parametrize(
    ("rule", "pattern", "target", "dead_letters"),
    [
        (
            "IntakeUsageRule",
            {"detail-type": ["AI Usage Recorded", "AI Usage Batch Recorded"]},
            "Queue:spendplane-usage.Arn",
            "Queue:spendplane-usage-undelivered-dlq.Arn",
        ),
        (
            "NotifyRule",
            {"source": ["spendplane"], "detail-type": PEOPLE_HEAR_OF},
            "Function:spendplane-notify.Arn",
            "Queue:spendplane-notify-dlq.Arn",
        ),
    ],
)
def test_a_rule_takes_its_events_and_keeps_what_it_cannot_deliver(
    aws: Assembly, rule: str, pattern: Json, target: str, dead_letters: str
) -> None:
    (found,) = (properties for name, properties in aws.resources("AWS::Events::Rule").items() if rule in name)
    assert found["EventBusName"] == "EventBus:spendplane"
    assert found["EventPattern"] == pattern
    (only,) = found["Targets"]
    assert only["Arn"] == target
    assert only["DeadLetterConfig"] == {"Arn": dead_letters}


def test_the_bus_is_for_this_account_and_its_own_source_for_its_own_roles(aws: Assembly) -> None:
    policy = aws.resources("AWS::Events::EventBus")["EventBus:spendplane"]["Policy"]
    account = "arn:<AWS::Partition>:iam::<AWS::AccountId>"
    own = _statement(policy, "OwnAccountMayPublish")
    foreign = _statement(policy, "NobodyElseMayPublish")
    impostor = _statement(policy, "OnlySpendplaneSpeaksAsSpendplane")
    assert (own["Effect"], own["Principal"]) == ("Allow", {"AWS": f"{account}:root"})
    assert (foreign["Effect"], foreign["Principal"]) == ("Deny", "*")
    assert foreign["Condition"]["StringNotEquals"] == {"aws:PrincipalAccount": "<AWS::AccountId>"}
    assert (impostor["Effect"], impostor["Principal"]) == ("Deny", "*")
    assert set(impostor["Condition"]["ForAnyValue:StringLike"]["events:source"]) > OWN, "what is never bound is ours"
    assert impostor["Condition"] == {
        "ForAnyValue:StringLike": {
            "events:source": ["spendplane", "spendplane.bedrock-logs", "spendplane.hours", "spendplane.http/*"]
        },
        "ArnNotLike": {"aws:PrincipalArn": f"{account}:role/spendplane/*"},
    }
    assert {statement["Action"] for statement in policy["Statement"]} == {"events:PutEvents"}
    assert not any(t == "AWS::Events::EventBusPolicy" for t in _types(aws)), "the local account knows no such type"


def test_notices_and_rounds_end_in_a_dead_letter_queue_when_they_cannot_run(aws: Assembly) -> None:
    schedule = aws.resources("AWS::Scheduler::Schedule")["Schedule:spendplane-sweep"]
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["Target"]["DeadLetterConfig"] == {"Arn": "Queue:spendplane-sweep-dlq.Arn"}
    invokes = {c["FunctionName"]: c for c in aws.resources("AWS::Lambda::EventInvokeConfig").values()}
    failed = invokes["Function:spendplane-notify"]["DestinationConfig"]["OnFailure"]
    assert failed == {"Destination": "Queue:spendplane-notify-dlq.Arn"}
    assert invokes["Function:spendplane-sweep"]["MaximumRetryAttempts"] == 0
    hours = aws.resources("AWS::Scheduler::Schedule")["Schedule:spendplane-hours"]
    assert hours["ScheduleExpression"] == "rate(5 minutes)"
    assert hours["Target"]["DeadLetterConfig"] == {"Arn": "Queue:spendplane-hours-dlq.Arn"}
    assert invokes["Function:spendplane-hours"]["MaximumRetryAttempts"] == 0


def test_outputs_name_what_clients_need(aws: Assembly) -> None:
    outputs = aws.outputs(STATE)
    expected = {
        "BusName": "EventBus:spendplane",
        "TableName": "GlobalTable:spendplane",
        "QueueUrl": "Queue:spendplane-usage",
        "DlqUrl": "Queue:spendplane-usage-dlq",
        "OnCallTopicArn": "Topic:spendplane-on-call",
        "BudgetAlertsTopicArn": "Topic:spendplane-budget-alerts",
    }
    assert {name: outputs[name] for name in expected} == expected
    assert "Outputs" not in aws.templates[CONTROL]


def _types(assembly: Assembly) -> set[str]:
    return {r["Type"] for template in assembly.templates.values() for r in template["Resources"].values()}


def _statement(policy: Json, sid: str) -> Json:
    (statement,) = (statement for statement in policy["Statement"] if statement.get("Sid") == sid)
    return dict(statement)


def _denies_plain_http(policy: Json, action: str, resource: str) -> bool:
    return any(
        statement["Effect"] == "Deny"
        and statement["Action"] == action
        and statement["Resource"] == resource
        and statement["Principal"] in ("*", {"AWS": "*"})
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in policy["Statement"]
    )


def test_usage_events_are_archived_as_long_as_a_replay_is_recognised(aws: Assembly) -> None:
    """SourceArn is required; RetentionDays 0 means for ever
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-archive.html).
    """
    (archive,) = aws.resources("AWS::Events::Archive").values()
    assert archive["SourceArn"] == "EventBus:spendplane.Arn"
    (rule,) = [it for it in aws.resources("AWS::Events::Rule").values() if "AI Usage" in str(it["EventPattern"])]
    assert archive["EventPattern"] == rule["EventPattern"], "what is counted is archived, and nothing else"
    assert timedelta(days=archive["RetentionDays"]) == MAX_AGE < RETENTION


def test_archive_and_command_line_know_the_same_name(aws: Assembly) -> None:
    (archive,) = aws.resources("AWS::Events::Archive").values()
    assert archive["ArchiveName"] == ARCHIVE
