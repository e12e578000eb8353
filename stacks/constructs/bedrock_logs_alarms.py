"""What wakes a person over the reading of invocation logs, and what the message tells that person to do."""

from constructs import Construct

from stacks import names
from stacks.constructs.bedrock_logs import BedrockLogs
from stacks.constructs.metrics import records
from stacks.constructs.on_call import FIVE_MINUTES, OnCall
from stacks.constructs.topics import Topics

_CAPABILITY = "bedrock-logs"


class BedrockLogsAlarms(Construct):
    """Each goes to `on-call`. Lines that were not understood are in quarantine, whose alarm is the meter's."""

    def __init__(self, scope: Construct, id_: str, *, logs: BedrockLogs, topics: Topics) -> None:
        super().__init__(scope, id_)
        on_call = OnCall(self, topics)
        on_call.failures(
            logs.function,
            "What it was given is tried twice more, then ten times from the queue "
            f"{names.BEDROCK_LOGS_QUEUE}; nothing is lost yet, but budgets hear late of this usage.",
        )
        on_call.depth(
            "BedrockLogsDlq",
            logs.dead_letters,
            "Lines of Bedrock's invocation log failed for two hours and are NOT in any budget. Read the log "
            "/aws/lambda/spendplane-bedrock-logs for the cause, mend it, then move the messages back (SQS: DLQ "
            "redrive); what was counted already is recognised. They keep 14 days.",
        )
        on_call.alarm(
            "BedrockLogsUndelivered",
            logs.function.function.metric("DestinationDeliveryFailures", period=FIVE_MINUTES, statistic="Sum"),
            "Lambda could not put failed log lines into the queue spendplane-bedrock-logs; they are NOT in any budget, "
            "but still in the log group, for 90 days. Check the function's right to send to that queue, then read "
            "them again as docs/bedrock-logs.md says.",
        )
        on_call.alarm(
            "InvocationsUnattributed",
            records("InvocationsUnattributed", _CAPABILITY, FIVE_MINUTES),
            "Somebody calls models of Bedrock whom no rule knows: the money counts under the project `unattributed`. "
            "Look at `spendplane status`, find the caller by `caller_arn` (docs/bedrock-logs.md#who-was-it), add it to "
            "identities.yaml, and deploy.",
        )
        on_call.alarm(
            "ProjectClaimsRefused",
            records("ProjectClaimsRefused", _CAPABILITY, FIVE_MINUTES),
            "A caller names, in its request's metadata, a project that identities.yaml gives to others. It was not "
            "believed. Find the caller (docs/bedrock-logs.md#who-was-it): add it to identities.yaml if it is right, "
            "else ask its owner why.",
        )
