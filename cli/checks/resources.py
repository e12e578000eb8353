"""What the deployment made: bus, table, queues, topics."""

from collections.abc import Iterator
from typing import Any

from cli import output
from cli.checks.finding import Finding, State
from cli.context import Session

USAGE = "AI Usage Recorded"
QUEUE = "spendplane-usage"
QUEUES = "spendplane-"
ARCHIVE = "spendplane-usage"
TOPICS = {"on-call": "spendplane-on-call", "budget-alerts": "spendplane-budget-alerts"}
WAITING_LONG = 10_000
USAGE_DEAD = ("spendplane-usage-dlq", "spendplane-usage-undelivered-dlq")
"""Both hold usage events as the bus gave them out: what the meter failed on, and what never got into the queue."""
_LOOK = "look at it, mend the cause, then: "
_OTHERS = "purge it (what its messages ask for, the next rounds do): aws sqs purge-queue --queue-url {url}"


def bus(run: Session) -> Iterator[Finding]:
    """The bus, and a rule on it that takes usage events."""
    client, name = run.clients("events"), run.settings.bus
    client.describe_event_bus(Name=name)
    yield Finding("bus", State.OK, name)
    taking = usage_rules(client, name)
    if not taking:
        yield Finding("rule", State.FAIL, "no rule sends usage events to the queue", "deploy again: cdk deploy --all")
    elif any(rule.get("State", "ENABLED") != "ENABLED" for rule in taking):
        off = next(rule["Name"] for rule in taking if rule.get("State") != "ENABLED")
        mend = f"aws events enable-rule --event-bus-name {name} --name {off}"
        yield Finding("rule", State.FAIL, f"the rule for usage events is disabled ({off})", mend)
    else:
        yield Finding("rule", State.OK, "usage events go to the queue")
    yield _archive(client)


def usage_rules(client: Any, bus: str) -> list[dict[str, Any]]:  # boto3 makes its clients at run time
    """Those that take usage events, less AWS's own: an archive has a rule on the bus, with the same pattern."""
    rules = client.list_rules(EventBusName=bus)["Rules"]
    return [rule for rule in rules if USAGE in rule.get("EventPattern", "") and "ManagedBy" not in rule]


def _archive(client: Any) -> Finding:  # boto3 makes its clients at run time
    """What was lost on the way can come again from it; counting does not need it."""
    from botocore.exceptions import ClientError

    try:
        found = client.describe_archive(ArchiveName=ARCHIVE)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        detail = f"there is no archive {ARCHIVE}: what gets lost behind the bus cannot come again"
        return Finding("archive", State.WARN, detail, "deploy again: cdk deploy --all")
    if found.get("State") != "ENABLED":
        detail = f"the archive {ARCHIVE} is {found.get('State', '?')}: {found.get('StateReason', 'no reason is given')}"
        return Finding("archive", State.WARN, detail, "deploy again: cdk deploy --all")
    return Finding("archive", State.OK, f"usage events are kept for {found.get('RetentionDays') or 'ever, in'} days")


def table(run: Session) -> Iterator[Finding]:
    """The table, its index, the expiry of items, and recovery."""
    from spendplane.adapters.dynamodb.keys import INDEX

    client, name = run.clients("dynamodb"), run.settings.table
    described = client.describe_table(TableName=name)["Table"]
    status = described.get("TableStatus", "?")
    state = State.OK if status in {"ACTIVE", "UPDATING"} else State.FAIL
    yield Finding("table", state, f"{name} is {status}", "" if state is State.OK else "wait, or deploy again")
    if INDEX in {index["IndexName"] for index in described.get("GlobalSecondaryIndexes", [])}:
        yield Finding("index", State.OK, f"`{INDEX}`")
    else:
        yield Finding("index", State.FAIL, f"there is no index `{INDEX}`: the sweep finds nothing", "cdk deploy --all")
    yield from _care(client, name)


def _care(client: Any, name: str) -> Iterator[Finding]:  # boto3 makes its clients at run time
    ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if (
        ttl.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}
        and ttl.get("AttributeName", "expires_at") == "expires_at"
    ):
        yield Finding("expiry", State.OK, "items expire by `expires_at`")
    else:
        mend = (
            f"aws dynamodb update-time-to-live --table-name {name}"
            " --time-to-live-specification Enabled=true,AttributeName=expires_at"
        )
        yield Finding("expiry", State.WARN, "items do not expire: the table grows for ever", mend)
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    if recovery == "ENABLED":
        yield Finding("recovery", State.OK, "point-in-time recovery is on")
    else:
        mend = (
            f"aws dynamodb update-continuous-backups --table-name {name}"
            " --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
        )
        yield Finding("recovery", State.WARN, "point-in-time recovery is off", mend)


def queues(run: Session) -> Iterator[Finding]:
    """How much waits in the usage queue, and whether a dead-letter queue holds anything."""
    client = run.clients("sqs")
    url = run.settings.queue_url or client.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    waiting, flying = _depth(client, url)
    detail = f"{output.count(waiting, 'message')} waiting, {flying:,} in work"
    if waiting > WAITING_LONG:
        yield Finding("queue", State.WARN, detail, "see the meter's errors and throttles on the dashboard")
    else:
        yield Finding("queue", State.OK, detail)
    dead = [each for each in client.list_queues(QueueNamePrefix=QUEUES).get("QueueUrls", []) if each.endswith("-dlq")]
    if not dead:
        yield Finding("dead letters", State.FAIL, "no dead-letter queue was found", "deploy again: cdk deploy --all")
    for each in dead:
        count, _ = _depth(client, each)
        name = each.rpartition("/")[2]
        if count:
            back = "spendplane recover redrive" if name in USAGE_DEAD else _OTHERS.format(url=each)
            detail = f"{name} holds {output.count(count, 'message')}"
            yield Finding("dead letters", State.FAIL, detail, _LOOK + back)
        else:
            yield Finding("dead letters", State.OK, f"{name} is empty")


def _depth(client: Any, url: str) -> tuple[int, int]:  # boto3 makes its clients at run time
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return int(found.get(names[0], 0)), int(found.get(names[1], 0))


def topics(run: Session) -> Iterator[Finding]:
    """Whether anybody hears."""
    given = {"on-call": run.settings.oncall_topic_arn, "budget-alerts": run.settings.alerts_topic_arn}
    client = run.clients("sns")
    for kind, name in TOPICS.items():
        arn = given[kind] or _topic_arn(run, name)
        found = client.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
        confirmed = [item for item in found if item["SubscriptionArn"].startswith("arn:")]
        pending = len(found) - len(confirmed)
        if confirmed:
            also = f", {pending} not confirmed" if pending else ""
            yield Finding(
                "topic", State.OK, f"{kind} has {output.count(len(confirmed), 'confirmed subscription')}{also}"
            )
            continue
        told = f"{output.count(pending, 'subscription')}, none confirmed" if pending else "no subscription"
        mend = f"aws sns subscribe --topic-arn {arn} --protocol email --notification-endpoint you@example.com"
        yield Finding(
            "topic",
            State.WARN,
            f"{kind} has {told}: nobody is told",
            "confirm it by the link in the mail" if pending else mend,
        )


def _topic_arn(run: Session, name: str) -> str:
    sts = run.clients("sts")
    answer = sts.get_caller_identity()
    partition = answer["Arn"].split(":")[1]
    return f"arn:{partition}:sns:{sts.meta.region_name}:{answer['Account']}:{name}"
