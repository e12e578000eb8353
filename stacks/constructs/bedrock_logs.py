"""Reads Bedrock's invocation logs, as they come into a log group or a bucket, and publishes usage."""

from dataclasses import dataclass

from aws_cdk import Acknowledgment, Aws, Duration, Validations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks import names
from stacks.constructs.bus import Bus
from stacks.constructs.function import Function, Runtime
from stacks.constructs.queues import FailuresTo, dead_letter_queue, queue

_TIMEOUT = Duration.minutes(2)
_AGE = Duration.hours(6)
_RECEIVES = 10
"""Tries of one message, twelve minutes apart after a crash: two hours of an outage are sat out without a person."""
_AT_ONCE = 5
_LOGS = "*AWSLogs/*/BedrockModelInvocationLogs/*.json.gz"
_PROFILES = "arn:<AWS::Partition>:bedrock:*:<AWS::AccountId>:application-inference-profile/*"
_KEYS = "AWSLogs/<AWS::AccountId>/BedrockModelInvocationLogs/*"


@dataclass(frozen=True)
class Places:
    """Names of what is read; `key_arn` is that of the bucket's key. One of group and bucket is there.

    `readable` is how the security review sees the bucket's name.
    """

    log_group: str | None
    bucket: str | None
    readable: str | None
    key_arn: str | None


class BedrockLogs(Construct):
    """Nothing is lost on the way: what a log group hands over in vain three times goes to the queue in which objects
    are announced; the queue is tried ten times; then it is in the dead-letter queue, which alarms and leads back.
    """

    def __init__(
        self, scope: Construct, id_: str, *, bus: Bus, places: Places, identities: str, runtime: Runtime
    ) -> None:
        """`identities` is the checked identities.yaml as JSON."""
        super().__init__(scope, id_)
        self.dead_letters = dead_letter_queue(self, "Dlq", name=names.BEDROCK_LOGS_DLQ)
        self.queue = queue(
            self,
            "Queue",
            name=names.BEDROCK_LOGS_QUEUE,
            visibility=Duration.seconds(6 * int(_TIMEOUT.to_seconds())),
            dead_letters=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=_RECEIVES),
        )
        self.function = Function(
            self,
            "BedrockLogs",
            capability="bedrock-logs",
            description="Publishes the lines of Bedrock's invocation log as usage",
            runtime=runtime,
            environment={"BUS_NAME": bus.bus.event_bus_name},
            statements=[bus.publish_statement(), self._consume(), self._profiles(), *_reading(places)],
            timeout=_TIMEOUT,
            memory_mb=512,
            files={"identities.json": identities},
        )
        Validations.of(self.function.role).acknowledge(*_acknowledgments(places))
        self._from_queue()
        if places.log_group:
            self._from_log_group(places.log_group)
        if places.bucket:
            self._from_bucket(places.bucket)

    def _from_queue(self) -> None:
        lambda_.EventSourceMapping(
            self,
            "Source",
            target=self.function.function,
            event_source_arn=self.queue.queue_arn,
            batch_size=1,  # an object has as many lines as it likes, and one that cannot be read holds up no other
            max_concurrency=_AT_ONCE,
        )
        self.function.function.configure_async_invoke(
            max_event_age=_AGE, retry_attempts=2, on_failure=FailuresTo(self.queue)
        )

    def _from_log_group(self, name: str) -> None:
        arn = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:{name}:*"
        lambda_.CfnPermission(
            self,
            "FromLogs",
            action="lambda:InvokeFunction",
            function_name=self.function.function.function_arn,
            principal="logs.amazonaws.com",
            source_account=Aws.ACCOUNT_ID,
            source_arn=arn,
        )
        subscription = logs.CfnSubscriptionFilter(
            self,
            "Subscription",
            log_group_name=name,
            filter_name=names.function("bedrock-logs"),
            filter_pattern="",  # a pattern would drop, unseen, what looks otherwise than we think
            destination_arn=self.function.function.function_arn,
        )
        subscription.node.add_dependency(self.node.find_child("FromLogs"))

    def _from_bucket(self, name: str) -> None:
        events.Rule(
            self,
            "Objects",
            description="New objects of Bedrock's invocation log",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                account=[Aws.ACCOUNT_ID],
                detail={"bucket": {"name": [name]}, "object": {"key": [{"wildcard": _LOGS}]}},
            ),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters)],
        )

    def _consume(self) -> iam.PolicyStatement:
        actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        return iam.PolicyStatement(actions=actions, resources=[self.queue.queue_arn])

    def _profiles(self) -> iam.PolicyStatement:
        arn = f"arn:{Aws.PARTITION}:bedrock:*:{Aws.ACCOUNT_ID}:application-inference-profile/*"
        return iam.PolicyStatement(actions=["bedrock:ListTagsForResource"], resources=[arn])


def _reading(places: Places) -> list[iam.PolicyStatement]:
    """The logs' own objects only, whatever else is in the bucket."""
    found = []
    if places.bucket:
        found.append(iam.PolicyStatement(actions=["s3:GetObject"], resources=[_objects(places.bucket)]))
    if places.key_arn:
        found.append(iam.PolicyStatement(actions=["kms:Decrypt"], resources=[places.key_arn]))
    return found


def _objects(bucket: str) -> str:
    return f"arn:{Aws.PARTITION}:s3:::{bucket}/*AWSLogs/{Aws.ACCOUNT_ID}/BedrockModelInvocationLogs/*"


def _acknowledgments(places: Places) -> list[Acknowledgment]:
    found = {_PROFILES: "Tags of this account's profiles, read-only: which of them services call is found at run time."}
    if places.readable:
        objects = f"arn:<AWS::Partition>:s3:::{places.readable}/*{_KEYS}"
        found[objects] = "Read-only, the objects of the invocation log only: each new one has a name of its own."
    return [Acknowledgment(id=f"AwsSolutions-IAM5[Resource::{arn}]", reason=why) for arn, why in found.items()]
