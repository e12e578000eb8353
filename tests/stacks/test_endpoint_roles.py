"""Whose an endpoint is, what its containers may do, what is encrypted, and who is told."""

from pathlib import Path

import pytest
from aws_cdk import App, Stack, aws_kms, aws_s3, aws_sns
from aws_cdk import Tags as CdkTags

from stacks.endpoints import AsyncEndpoint, Model, Place, RealtimeEndpoint, ServerlessEndpoint
from tests.stacks.assembly import Assembly
from tests.stacks.endpoints_app import (
    BERLIN,
    IMAGE,
    STACK,
    TAGS,
    asynchronous,
    only,
    realtime,
    serverless,
    synthesised,
    tags,
)
from tests.stacks.policies import Statement, role_statements

KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TOPIC = "arn:aws:sns:eu-central-1:111122223333:owners"
REPOSITORY = "arn:<AWS::Partition>:ecr:eu-central-1:763104351884:repository/djl-inference"
S3 = "arn:<AWS::Partition>:s3:::"
COSTLY = ("AWS::SageMaker::Endpoint", "AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Model")
SCALED = ("AWS::SageMaker::InferenceComponent", "AWS::ApplicationAutoScaling::ScalableTarget")


def all_kinds(stack: Stack) -> None:
    """One of each, with a key and a topic."""
    topic = aws_sns.Topic.from_topic_arn(stack, "Owners", TOPIC)
    key = aws_kms.Key.from_key_arn(stack, "Key", KEY)
    ServerlessEndpoint(
        stack, "Intents", serverless(provisioned_concurrency=2, off_peak=BERLIN), alarms_to=topic, key=key
    )
    AsyncEndpoint(stack, "Summaries", asynchronous(), alarms_to=topic, key=key)
    isolated = Model(image=IMAGE, data="s3://models/llama/", isolated=True)
    RealtimeEndpoint(stack, "Chat", realtime(model=isolated), alarms_to=topic, key=key)
    # What an app says of all its resources reaches the endpoint of a component no more than what we say.
    CdkTags.of(stack).add("project", "of-the-app")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """All three kinds."""
    return synthesised(tmp_path_factory.mktemp("kinds"), all_kinds)


def test_everything_that_costs_or_scales_says_whose_it_is(made: Assembly) -> None:
    found = [(kind, tags(it)) for kind in (*COSTLY, *SCALED) for it in made.resources(kind).values()]
    assert len(found) == 3 * 3 + 1 + 3
    for kind, said in found:
        assert said.items() >= {k: v for k, v in TAGS.items() if k != "project"}.items(), kind


def test_the_kill_switch_finds_endpoints_that_it_can_delete_and_components_that_it_can_empty(made: Assembly) -> None:
    endpoints = {it["EndpointName"]: tags(it).get("project") for it in _all(made, "AWS::SageMaker::Endpoint")}
    assert endpoints == {"intents": "summaries", "summaries": "summaries", "chat": None}
    assert {tags(it)["project"] for kind in SCALED for it in _all(made, kind)} == {"summaries"}


def test_the_role_of_an_endpoint_is_no_target_of_the_kill_switch(made: Assembly) -> None:
    assert [tags(role).get("environment") for role in _all(made, "AWS::IAM::Role")] == [None] * 3


def test_a_queue_reads_its_requests_and_writes_only_its_answers(tmp_path: Path) -> None:
    made = synthesised(tmp_path, lambda stack: AsyncEndpoint(stack, "Summaries", asynchronous()))
    (log,) = made.resources("AWS::Logs::LogGroup")
    assert _rights(made) == {
        frozenset({"logs:CreateLogStream", "logs:PutLogEvents"}): {f"{log}.Arn"},
        frozenset({"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}): {REPOSITORY},
        frozenset({"ecr:GetAuthorizationToken"}): {"*"},
        frozenset({"cloudwatch:PutMetricData"}): {"*"},
        frozenset({"s3:GetObject"}): {f"{S3}models/llama/model.tar.gz", f"{S3}inbox/requests/*"},
        frozenset({"s3:ListBucket"}): {f"{S3}inbox"},
        frozenset({"s3:PutObject", "s3:AbortMultipartUpload"}): {f"{S3}outbox/answers/*"},
    }
    conditions = {tuple(s.actions): s.conditions for s in _statements(made) if s.conditions}
    assert conditions == {
        ("cloudwatch:PutMetricData",): {"StringLike": {"cloudwatch:namespace": ["AWS/SageMaker", "/aws/sagemaker/*"]}},
        ("s3:ListBucket",): {"StringLike": {"s3:prefix": ["requests/*"]}},
    }


def test_a_serverless_endpoint_without_files_reads_nothing(tmp_path: Path) -> None:
    settings = serverless(model=Model(image=IMAGE))
    made = synthesised(tmp_path, lambda stack: ServerlessEndpoint(stack, "Intents", settings))
    assert not [action for actions in _rights(made) for action in actions if action.startswith(("s3:", "kms:"))]
    assert only(made, "AWS::SageMaker::Model")["PrimaryContainer"] == {"Image": IMAGE}


def test_a_folder_of_files_is_read_as_it_lies_there(made: Assembly) -> None:
    (source,) = [
        model["PrimaryContainer"]["ModelDataSource"]["S3DataSource"]
        for model in _all(made, "AWS::SageMaker::Model")
        if "ModelDataSource" in model["PrimaryContainer"]
    ]
    assert source == {"S3Uri": "s3://models/llama/", "S3DataType": "S3Prefix", "CompressionType": "None"}


def test_folders_may_be_in_a_bucket_of_the_same_stack(tmp_path: Path) -> None:
    def add(stack: Stack) -> None:
        bucket = aws_s3.CfnBucket(stack, "Files").ref
        settings = asynchronous(input=Place(bucket, "in/"), output=Place(bucket, "out/"))
        AsyncEndpoint(stack, "Summaries", settings)

    # A review of the bucket itself is not the matter here.
    app = App(outdir=str(tmp_path), analytics_reporting=False)
    add(Stack(app, STACK))
    app.synth()
    text = (tmp_path / f"{STACK}.template.json").read_text()
    assert '"Ref": "Files"' in text
    acknowledged = (tmp_path / f"{STACK}.metadata.json").read_text()
    assert "Resource::arn:<AWS::Partition>:s3:::<Files>/out/*" in acknowledged


def test_a_key_encrypts_volumes_and_answers_and_the_role_may_use_it(made: Assembly) -> None:
    configs = _all(made, "AWS::SageMaker::EndpointConfig")
    assert [config["KmsKeyId"] for config in configs] == [KEY] * 3
    (queue,) = [config["AsyncInferenceConfig"] for config in configs if "AsyncInferenceConfig" in config]
    assert queue["OutputConfig"]["KmsKeyId"] == KEY
    grants = [s for s in _statements(made) if "kms:CreateGrant" in s.actions]
    assert [(s.resources, s.conditions) for s in grants] == [
        (frozenset({KEY}), {"Bool": {"kms:GrantIsForAWSResource": "true"}})
    ] * 3


def test_a_container_that_is_isolated_is_so_by_model_and_by_endpoint(made: Assembly) -> None:
    configs = [config.get("EnableNetworkIsolation") for config in _all(made, "AWS::SageMaker::EndpointConfig")]
    assert sorted(configs, key=str) == [None, None, True]
    models = [model["EnableNetworkIsolation"] for model in _all(made, "AWS::SageMaker::Model")]
    assert sorted(models) == [False, False, True]


def test_faults_are_told_to_the_topic_and_waking_is_not(made: Assembly) -> None:
    alarms = _all(made, "AWS::CloudWatch::Alarm")
    told = [alarm for alarm in alarms if alarm["AlarmActions"] == [TOPIC]]
    waking = [alarm for alarm in alarms if alarm["AlarmActions"] != [TOPIC]]
    assert {alarm["MetricName"] for alarm in waking} == {"HasBacklogWithoutCapacity", "NoCapacityInvocationFailures"}
    assert all(alarm["AlarmDescription"].endswith("Nothing to do.") for alarm in waking)
    assert all(alarm["OKActions"] == [TOPIC] and alarm["TreatMissingData"] == "notBreaching" for alarm in told)
    assert len(told) == 3 + 5 + 4


def test_nothing_to_call_for_a_quarter_of_an_hour_is_told(made: Assembly) -> None:
    alarms = [a for a in _all(made, "AWS::CloudWatch::Alarm") if a["AlarmDescription"].find("nothing came up") > 0]
    assert {(a["MetricName"], a["EvaluationPeriods"], a["DatapointsToAlarm"]) for a in alarms} == {
        ("HasBacklogWithoutCapacity", 15, 15),
        ("NoCapacityInvocationFailures", 15, 15),
    }


def test_logs_are_in_the_groups_that_sagemaker_writes_and_end(made: Assembly) -> None:
    groups = {group["LogGroupName"]: group["RetentionInDays"] for group in _all(made, "AWS::Logs::LogGroup")}
    assert groups == {
        "/aws/sagemaker/Endpoints/intents": 90,
        "/aws/sagemaker/Endpoints/summaries": 90,
        "/aws/sagemaker/InferenceComponents/chat": 90,
    }


def test_the_model_waits_for_the_rights_of_its_role(made: Assembly) -> None:
    resources = made.templates[STACK]["Resources"]
    for model in made.raw("AWS::SageMaker::Model"):
        assert [resources[id_]["Type"] for id_ in model["DependsOn"]] == ["AWS::IAM::Policy"]


def _all(assembly: Assembly, kind: str) -> list[dict]:
    return list(assembly.resources(kind).values())


def _statements(assembly: Assembly) -> list[Statement]:
    return [s for role in assembly.resources("AWS::IAM::Role") for s in role_statements(assembly, role)]


def _rights(assembly: Assembly) -> dict[frozenset[str], set[str]]:
    found: dict[frozenset[str], set[str]] = {}
    for statement in _statements(assembly):
        assert statement.effect == "Allow"
        found.setdefault(statement.actions, set()).update(statement.resources)
    return found
