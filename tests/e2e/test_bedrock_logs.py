"""Calls of Bedrock count by its invocation log alone: whoever calls knows nothing of Spendplane."""

import gzip
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import boto3

from tests.e2e.deployed import Deployed, eventually, record
from tests.e2e.test_permissions import refused, role_of

MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
STREAM = "aws/bedrock/modelinvocations"
SAID = {"messages": [{"role": "user", "content": [{"text": "How much is a call?"}]}]}
ANYBODY = "arn:aws:sts::000000000000:assumed-role/e2e-nobody/eve"


def line(**fields: Any) -> dict[str, Any]:
    """A line of the log, of a call that nobody else made."""
    made = {
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "accountId": "000000000000",
        "region": "us-east-1",
        "requestId": str(uuid.uuid4()),
        "operation": "Converse",
        "modelId": MODEL,
        "identity": {"arn": ANYBODY},
        "input": {"inputContentType": "application/json", "inputTokenCount": 1000},
        "output": {"outputContentType": "application/json", "outputTokenCount": 100},
    }
    return {**made, **fields}


def of_project(project: str, **fields: Any) -> dict[str, Any]:
    """The same, of a caller that says in the request's metadata what it is for."""
    return line(requestMetadata={"project_id": project, "environment": "staging"}, **fields)


def log(deployed: Deployed, *lines: Any) -> None:
    """As Bedrock writes them into the log group."""
    client, group = deployed.client("logs"), deployed.account.outputs["InvocationLogGroup"]
    streams = client.describe_log_streams(logGroupName=group)["logStreams"]
    if STREAM not in {stream["logStreamName"] for stream in streams}:
        client.create_log_stream(logGroupName=group, logStreamName=STREAM)
    now = int(datetime.now(UTC).timestamp() * 1000)
    texts = [item if isinstance(item, str) else json.dumps(item) for item in lines]
    events = [{"timestamp": now, "message": text} for text in texts]
    client.put_log_events(logGroupName=group, logStreamName=STREAM, logEvents=events)


def put(deployed: Deployed, *lines: Any, folder: str = "") -> str:
    """As Bedrock leaves them in the bucket: a line each, compressed."""
    bucket = deployed.account.outputs["InvocationLogBucket"]
    day = datetime.now(UTC).strftime("%Y/%m/%d/%H")
    place = f"AWSLogs/000000000000/BedrockModelInvocationLogs/us-east-1/{day}/{folder}"
    key = f"{place}{uuid.uuid4().hex}.json.gz"
    content = gzip.compress("\n".join(json.dumps(item) for item in lines).encode())
    deployed.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
    return f"s3://{bucket}/{key}"


@contextmanager
def caller(deployed: Deployed, role: str, session: str) -> Iterator[Any]:
    """A Bedrock client with a session on a role that may call models, and no more."""
    iam, sts = deployed.client("iam"), deployed.client("sts")
    ours = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [ours]})
    calls = {"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [calls]})
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName=role, PolicyName="calls", PolicyDocument=policy)
    try:
        keys = sts.assume_role(RoleArn=arn, RoleSessionName=session)["Credentials"]
        names = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        yield boto3.Session(*names, region_name="us-east-1").client(
            "bedrock-runtime", endpoint_url=deployed.account.endpoint
        )
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="calls")
        iam.delete_role(RoleName=role)


def test_the_deployment_turned_the_logging_on_without_what_people_write(deployed: Deployed) -> None:
    setting = deployed.client("bedrock").get_model_invocation_logging_configuration()["loggingConfig"]
    assert setting["cloudWatchConfig"]["logGroupName"] == deployed.account.outputs["InvocationLogGroup"]
    assert not any(value for name, value in setting.items() if name.endswith("DataDeliveryEnabled"))


def test_a_call_of_a_service_that_nobody_changed_is_in_its_budget(deployed: Deployed) -> None:
    """The role says whose it is, the session who called."""
    with caller(deployed, "e2e-logs-app", "ann") as bedrock:
        answer = bedrock.converse(modelId=MODEL, **SAID)
    found = deployed.counted("e2e-logs", 1, key="ann").spend
    assert (found.requests, found.tokens) == (1, answer["usage"]["totalTokens"])
    assert found.usd > 0
    row = deployed.row(f"r#aws.bedrock#{answer['ResponseMetadata']['RequestId']}")
    assert row is not None
    assert "How much" not in row.row.event.canonical


def test_an_object_in_the_bucket_counts_and_a_body_beside_it_does_not(deployed: Deployed) -> None:
    body = {"usage": {"inputTokens": 10**6, "outputTokens": 10**6}}
    put(deployed, of_project("e2e-logs-bucket"), folder="data/")
    put(deployed, body, folder="data/")
    put(deployed, *(of_project("e2e-logs-bucket") for _ in range(3)))
    found = deployed.counted("e2e-logs-bucket", 3).spend
    deployed.settle()
    assert deployed.counter("e2e-logs-bucket").spend == found
    assert (found.requests, found.tokens) == (3, 3300)


def test_one_call_seen_four_times_counts_once(deployed: Deployed) -> None:
    """By a client, by the log group twice, and by the bucket."""
    seen, project = line(), "e2e-logs-twice"
    seen["requestMetadata"] = {"project_id": project, "environment": "staging"}
    usage = {"input_uncached": 1000, "output": 100}
    deployed.put(record(project, model=MODEL, provider_request_id=seen["requestId"], usage=usage))
    deployed.counted(project, 1)
    log(deployed, seen, seen)
    put(deployed, seen)
    log(deployed, of_project(project))
    assert deployed.counted(project, 2).spend.tokens == 2 * 1100
    eventually(lambda: deployed.depth(queue_url(deployed)), lambda depth: depth == 0)
    deployed.settle()
    assert deployed.counter(project).spend.requests == 2


def test_what_nobody_is_known_for_is_kept_apart_and_so_is_a_forged_claim(deployed: Deployed) -> None:
    """`e2e-logs` belongs to a role; another that claims it spends nothing of it."""
    before = deployed.counter("e2e-logs", "eve").spend
    forged = {"project_id": "e2e-logs", "environment": "staging"}
    log(deployed, line(), line(requestMetadata=forged))
    assert deployed.counted("e2e-logs-nobody", 2, key="eve").spend.tokens == 2200
    assert deployed.counter("e2e-logs", "eve").spend == before


def test_the_tags_of_a_profile_say_whose_a_call_was_and_its_model_what_it_costs(deployed: Deployed) -> None:
    tags = {"project": "e2e-logs-profile", "environment": "staging"}
    made = deployed.client("bedrock").create_inference_profile(
        inferenceProfileName="e2e-logs",
        modelSource={"copyFrom": f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}"},
        tags=[{"key": key, "value": value} for key, value in tags.items()],
    )
    log(deployed, line(modelId=made["inferenceProfileArn"]))
    found = deployed.counted("e2e-logs-profile", 1)
    assert (found.spend.tokens, found.unpriced) == (1100, 0)
    assert found.spend.usd > 0


def test_what_cannot_be_read_is_in_quarantine_with_its_place_and_the_rest_counts(deployed: Deployed) -> None:
    secret = f"secret-{uuid.uuid4().hex}"
    strange = line(schemaType="SomethingElse", note=secret, requestId=f"e2e-strange-{uuid.uuid4()}")
    counts = deployed.counter("e2e-logs-later").spend.requests
    log(deployed, strange, "{not json " + secret, of_project("e2e-logs-later"))
    deployed.counted("e2e-logs-later", counts + 1)
    found = eventually(lambda: deployed.quarantined(strange["requestId"]))
    assert [entry.reason for entry in found] == ["not a ModelInvocationLog: schemaType is 'SomethingElse'"]
    assert STREAM in found[0].body
    eventually(lambda: [entry for entry in deployed.quarantined(STREAM) if entry.reason.startswith("not JSON")])
    assert deployed.quarantined(secret) == []


def test_an_outage_of_the_bus_loses_nothing(deployed: Deployed) -> None:
    """Longer than Lambda's own retries: then the lines wait in the queue."""
    sqs, iam, url = deployed.client("sqs"), deployed.client("iam"), queue_url(deployed)
    role = deployed.client("lambda").get_function_configuration(FunctionName="spendplane-bedrock-logs")["Role"]
    deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "events:PutEvents", "Resource": "*"}}
    name, lost = role.rpartition("/")[2], of_project("e2e-logs-later")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "2"})
    iam.put_role_policy(RoleName=name, PolicyName="outage", PolicyDocument=json.dumps(deny))
    before = deployed.counter("e2e-logs-later").spend.requests
    try:
        log(deployed, lost)
        eventually(lambda: deployed.depth(url))
        assert deployed.counter("e2e-logs-later").spend.requests == before
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName="outage")
    deployed.counted("e2e-logs-later", before + 1)
    assert deployed.row(f"r#aws.bedrock#{lost['requestId']}") is not None
    eventually(lambda: deployed.depth(url), lambda depth: depth == 0)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "720"})


def test_the_function_reads_logs_publishes_and_can_do_nothing_else(deployed: Deployed) -> None:
    where = put(deployed, of_project("e2e-logs-bucket"), folder="data/")
    bucket, _, key = where.removeprefix("s3://").partition("/")
    with role_of(deployed, "bedrock-logs") as clients:
        s3 = clients("s3")
        assert s3.get_object(Bucket=bucket, Key=key)["ContentLength"] > 0
        assert refused(s3.get_object, Bucket=bucket, Key="elsewhere/x.json.gz")
        assert refused(s3.put_object, Bucket=bucket, Key=key, Body=b"")
        assert refused(s3.delete_object, Bucket=bucket, Key=key)
        assert refused(clients("dynamodb").get_item, TableName="spendplane", Key={"pk": {"S": "x"}, "sk": {"S": "x"}})
        assert refused(clients("bedrock").delete_model_invocation_logging_configuration)
        assert refused(clients("logs").filter_log_events, logGroupName=deployed.account.outputs["InvocationLogGroup"])


def test_a_stack_that_goes_turns_its_logging_off_and_one_that_comes_back_turns_it_on(deployed: Deployed) -> None:
    """The function alone, by CloudFormation's requests: the stack itself is needed by other tests."""

    def setting() -> dict[str, Any]:
        found: dict[str, Any] = deployed.client("bedrock").get_model_invocation_logging_configuration()
        return found.get("loggingConfig") or {}

    before, outputs = setting(), deployed.account.outputs
    places = {"BucketName": outputs["InvocationLogBucket"], "LogGroupName": outputs["InvocationLogGroup"]}
    properties = {
        **places, "RoleArn": before["cloudWatchConfig"]["roleArn"], "Bodies": "", "Places": ",".join(places.values())
    }  # fmt: skip
    for kind, expected in (("Delete", {}), ("Create", before)):
        assert requested(deployed, kind, properties)["Status"] == "SUCCESS"
        assert setting() == expected


def requested(deployed: Deployed, kind: str, properties: dict[str, str]) -> Any:
    """What CloudFormation is told by the function."""
    s3, key = deployed.client("s3"), f"e2e-answers/{uuid.uuid4().hex}"
    place = {"Bucket": deployed.account.outputs["InvocationLogBucket"], "Key": key}
    ids = {"StackId": "e2e", "RequestId": "e2e", "LogicalResourceId": "Setting"}
    url = s3.generate_presigned_url("put_object", Params=place)
    event = {**ids, "RequestType": kind, "ResponseURL": url, "ResourceProperties": properties}
    deployed.invoke("bedrock-logging", event)
    return json.load(s3.get_object(**place)["Body"])


def queue_url(deployed: Deployed) -> str:
    """Of what waits to be read."""
    found: str = deployed.client("sqs").get_queue_url(QueueName="spendplane-bedrock-logs")["QueueUrl"]
    return found
