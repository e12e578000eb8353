"""Bedrock's invocation logs: whether they are read, whether there are any, and whether one leads to the other."""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from cli.checks.finding import Finding, State
from cli.context import Session

CHECK = "bedrock logs"
FUNCTION = "spendplane-bedrock-logs"
QUEUE = "spendplane-bedrock-logs"
_GUIDE = "see docs/bedrock-logs.md"


def bedrock_logs(run: Session) -> Iterator[Finding]:
    """The stack is optional: without it nothing is wrong."""
    if not _deployed(run):
        detail = "not read: calls of Bedrock count where services publish them, and nowhere else"
        yield Finding(CHECK, State.OK, detail)
        return
    setting = run.clients("bedrock").get_model_invocation_logging_configuration().get("loggingConfig") or {}
    places = list(_places(setting))
    if not places:
        detail = "the logging of model invocations is off in this account and Region: nothing comes, nothing counts"
        yield Finding(CHECK, State.FAIL, detail, f"deploy with -c bedrock_logs=cloudwatch, {_GUIDE}")
        return
    read = [name for kind, name in places if (_subscribed if kind == "log group" else _announced)(run, name)]
    if not read:
        told = " and ".join(f"{kind} {name}" for kind, name in places)
        detail = f"Bedrock logs into {told}, which nobody reads"
        mend = f"deploy again; where the logs are somebody else's, with -c bedrock_logs=existing, {_GUIDE}"
        yield Finding(CHECK, State.FAIL, detail, mend)
        return
    bodies = "with" if setting.get("textDataDeliveryEnabled") else "without"
    yield Finding(CHECK, State.OK, f"{read[0]} is read; it is logged {bodies} what people write")


def _deployed(run: Session) -> bool:
    try:
        run.clients("lambda").get_function_configuration(FunctionName=FUNCTION)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return False
        raise
    return True


def _places(setting: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if group := (setting.get("cloudWatchConfig") or {}).get("logGroupName"):
        yield "log group", group
    if bucket := (setting.get("s3Config") or {}).get("bucketName"):
        yield "bucket", bucket


def _subscribed(run: Session, group: str) -> bool:
    found = run.clients("logs").describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
    return any(each["destinationArn"].endswith(f":{FUNCTION}") for each in found)


def _announced(run: Session, bucket: str) -> bool:
    """Whether a rule brings the bucket's objects into the queue. Whether the bucket tells of them, S3 alone knows."""
    sqs, events = run.clients("sqs"), run.clients("events")
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    names = events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
    return any(f'"{bucket}"' in events.describe_rule(Name=name).get("EventPattern", "") for name in names)
