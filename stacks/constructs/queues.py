"""Queues as this project makes them: encrypted at rest, TLS on the way, 14 days to notice."""

import jsii
from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

KEPT = Duration.days(14)


def queue(
    scope: Construct,
    id_: str,
    *,
    name: str,
    visibility: Duration | None = None,
    dead_letters: sqs.DeadLetterQueue | None = None,
) -> sqs.Queue:
    """SQS's own key encrypts: EventBridge and Lambda write to it without a key policy, and it costs no KMS requests."""
    return sqs.Queue(
        scope,
        id_,
        queue_name=name,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=KEPT,
        visibility_timeout=visibility,
        dead_letter_queue=dead_letters,
    )


def dead_letter_queue(scope: Construct, id_: str, *, name: str) -> sqs.Queue:
    """The end of a delivery that did not succeed: its depth alarms, and nothing reads it but a person."""
    dead_letters = queue(scope, id_, name=name)
    Validations.of(dead_letters).acknowledge(
        Acknowledgment(
            id="AwsSolutions-SQS3",
            reason="It is a dead-letter queue itself: of a rule target, a schedule or a function.",
        )
    )
    return dead_letters


@jsii.implements(lambda_.IDestination)
class FailuresTo:
    """Where Lambda puts what a function failed at. CDK's own destination also lets the role look the queue up:
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html asks for SendMessage alone.
    """

    def __init__(self, target: sqs.IQueue) -> None:
        self._queue = target

    def bind(
        self,
        _scope: Construct,
        fn: lambda_.IFunction,
        *,
        type: lambda_.DestinationType,  # noqa: A002, ARG002  # CDK passes it by this name
    ) -> lambda_.DestinationConfig:
        """Gives the function's role its one right."""
        arn = self._queue.queue_arn
        fn.add_to_role_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[arn]))
        return lambda_.DestinationConfig(destination=arn)
