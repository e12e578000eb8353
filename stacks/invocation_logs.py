"""Which logs of Bedrock's model invocations are read, and whether the deployment turns them on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from stacks.target import InputError

SOURCES = ("cloudwatch", "s3", "existing")
BODIES = ("text", "image", "embedding", "video", "audio")
CONTEXT = "bedrock_logs"


@dataclass(frozen=True)
class InvocationLogs:
    """`cloudwatch` and `s3` turn the logging on, into a place of Spendplane's own; `existing` reads what is there.

    `cloudwatch` is heard of within seconds, `s3` within minutes, for less money.
    """

    source: str
    bodies: tuple[str, ...] = ()
    """What the logs that are turned on hold beside the envelope: what people wrote, and what was answered."""
    log_group: str | None = None
    """Name of an existing log group."""
    bucket: str | None = None
    """Name of an existing bucket, which must send its events to EventBridge."""
    key: str | None = None
    """ARN of the key that encrypts the existing bucket, where there is one."""

    @classmethod
    def of(cls, context: Callable[[str], str | None]) -> Self | None:
        """From the app's context; None where it asks for none. Raises `InputError`."""
        source = context(CONTEXT)
        if source is None:
            return None
        if source not in SOURCES:
            raise InputError(f"unknown {CONTEXT} {source!r}: use -c {CONTEXT}={f' or -c {CONTEXT}='.join(SOURCES)}")
        bodies = tuple(filter(None, (context("bedrock_bodies") or "").split(",")))
        if unknown := sorted(set(bodies) - set(BODIES)):
            raise InputError(f"unknown bedrock_bodies {unknown[0]!r}: use some of {','.join(BODIES)}")
        group, bucket, key = (context(f"bedrock_{name}") for name in ("log_group", "log_bucket", "log_key"))
        given = [name for name in ("log_group", "log_bucket", "log_key") if context(f"bedrock_{name}")]
        if source == "existing" and not (group or bucket):
            raise InputError(
                f"-c {CONTEXT}=existing needs -c bedrock_log_group=NAME, -c bedrock_log_bucket=NAME, or both"
            )
        if source != "existing" and given:
            raise InputError(f"-c bedrock_{given[0]} goes with -c {CONTEXT}=existing only")
        if source == "existing" and bodies:
            raise InputError(f"-c bedrock_bodies goes with logs that are turned on, not with -c {CONTEXT}=existing")
        return cls(source, bodies, group, bucket, key)
