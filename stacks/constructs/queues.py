"""Queues as this project makes them: encrypted at rest, TLS on the way, 14 days to notice."""

from aws_cdk import Acknowledgment, Duration, Validations
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
