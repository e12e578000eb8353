"""The optional stack for Bedrock's invocation logs, in each of its three forms, for the tests about it."""

from pathlib import Path
from typing import Any

from tests.stacks.assembly import Assembly, load_only, synthesise

STACK = "SpendplaneBedrockLogs"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/0"
GROUP = "LogGroup:/spendplane/bedrock-invocations"
LOGS = "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group"


def turned_on(folder: Path) -> Assembly:
    """Into a log group."""
    return synthesise(folder, bedrock_logs="cloudwatch")


def turned_on_into_s3(folder: Path) -> Assembly:
    """Into a bucket, with bodies; in the local account."""
    return synthesise(folder, bedrock_logs="s3", bedrock_bodies="text,image", target="local")


def left_as_they_are(folder: Path) -> Assembly:
    """Read where somebody else put them."""
    places = {"bedrock_log_group": "/theirs", "bedrock_log_bucket": "their-logs", "bedrock_log_key": KEY}
    return synthesise(folder, bedrock_logs="existing", **places)


def only(assembly: Assembly, type_: str) -> dict[str, Any]:
    """The one resource of a type in the stack."""
    (found,) = load_only(assembly.folder, STACK).resources(type_).values()
    return found


def bucket_of(assembly: Assembly) -> str:
    (name,) = load_only(assembly.folder, STACK).resources("AWS::S3::Bucket")
    return name
