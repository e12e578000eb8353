"""Rights that AWS needs and the local account never asks for: whose, which, why, and where AWS says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg"
_POLLED = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


@dataclass(frozen=True)
class Excuse:
    """`users`, who take a role on: functions, `schedule of …`, a service; `*` stands for any text."""

    users: tuple[str, ...]
    actions: tuple[str, ...]
    why: str
    source: str


EXCUSES = (
    Excuse(
        ("spendplane-*",),
        ("logs:CreateLogStream", "logs:PutLogEvents"),
        "the Lambda service writes a function's log in its role's name; the local account takes it from the process",
        f"{_LAMBDA}/lambda-intro-execution-role.html",
    ),
    Excuse(
        ("spendplane-*",),
        ("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
        "the Lambda service sends traces in the role's name; the local account has none to send",
        f"{_LAMBDA}/services-xray.html",
    ),
    Excuse(
        ("spendplane-meter", "spendplane-bedrock-logs"),
        _POLLED,
        "Lambda's poller reads the queue in the role's name; the local account's poller asks nobody",
        f"{_LAMBDA}/services-sqs-configure.html",
    ),
    Excuse(
        ("spendplane-notify", "spendplane-enforce", "spendplane-bedrock-logs"),
        ("sqs:SendMessage",),
        "the Lambda service puts what failed into the queue in the role's name; the local account does it by itself",
        f"{_LAMBDA}/invocation-async-retain-records.html",
    ),
    Excuse(
        ("spendplane-notify",),
        ("kms:Decrypt", "kms:GenerateDataKey"),
        "SNS asks KMS for the publisher to an encrypted topic; the local account's topics encrypt nothing",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    ),
    Excuse(
        ("spendplane-bedrock-logs",),
        ("kms:Decrypt",),
        "S3 asks KMS for the reader of an encrypted object; the local account's bucket encrypts nothing",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    ),
    Excuse(
        ("schedule of *",),
        ("lambda:InvokeFunction",),
        "EventBridge Scheduler takes the role on to start the function; the local account starts it by itself",
        "https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html",
    ),
    Excuse(
        ("schedule of *",),
        ("sqs:SendMessage",),
        "EventBridge Scheduler takes the role on to hand over a tick that failed; none fails in the local account",
        "https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html",
    ),
    Excuse(
        ("spendplane-bedrock-logging",),
        ("iam:PassRole",),
        "Bedrock asks for it where a role is handed over to it; the local account asks at Lambda and the like only",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    ),
    Excuse(
        ("bedrock.amazonaws.com",),
        ("logs:CreateLogStream", "logs:PutLogEvents"),
        "Bedrock takes the role on to write its log; the local account writes it by itself",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html",
    ),
)

ON_EVERYTHING = {
    "cloudwatch:GetMetricData": "metrics of AWS's services have no ARN, and CloudWatch's own table asks for `*`: "
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/permissions-reference-cw.html",
}
"""Granted on `*` although the reference names a resource for it, and why."""


def excuses(user: str) -> dict[str, Excuse]:
    """Of one user of a role, by action."""
    return {action: item for item in EXCUSES for action in item.actions if any(_is(user, one) for one in item.users)}


def nobody(users: Iterable[str]) -> set[str]:
    """Names of EXCUSES that stand for none of these users."""
    known = list(users)
    named = {one for item in EXCUSES for one in item.users}
    return {one for one in named if not any(_is(user, one) for user in known)}


def _is(user: str, named: str) -> bool:
    return fnmatchcase(user, named)
