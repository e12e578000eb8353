"""One stack with the constructs under test, synthesised as the app would: with the security review."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws_cdk import CliCredentialsStackSynthesizer, Stack, Validations
from cdk_nag import AwsSolutionsChecks

from stacks.endpoints import AsyncSettings, Model, OffPeak, Ownership, RealtimeSettings, ServerlessSettings
from tests.stacks.assembly import Assembly, Json, load_only, new_app

STACK = "Mine"
IMAGE = "763104351884.dkr.ecr.eu-central-1.amazonaws.com/djl-inference:0.29.0-lmi11.0.0-cu124"
OWNERSHIP = Ownership(
    project="summaries",
    environment="staging",
    cost_center="cc-42",
    workload_type="inference",
    model="meta/llama-3.1-8b",
)
TAGS = {
    "project": "summaries",
    "environment": "staging",
    "cost_center": "cc-42",
    "workload_type": "inference",
    "model": "meta/llama-3.1-8b",
}
MODEL = Model(image=IMAGE, data="s3://models/llama/model.tar.gz", environment={"OPTION_DTYPE": "fp16"})
BERLIN = OffPeak(time_zone="Europe/Berlin")


def serverless(**other: Any) -> ServerlessSettings:
    """Settings with what must be there, and these."""
    return ServerlessSettings(**{"name": "intents", "ownership": OWNERSHIP, "model": MODEL, **other})


def asynchronous(**other: Any) -> AsyncSettings:
    """Settings with what must be there, and these."""
    given = {"name": "summaries", "ownership": OWNERSHIP, "model": MODEL, "instance_type": "ml.g5.xlarge"}
    return AsyncSettings(**{**given, "input": "s3://inbox/requests/", "output": "s3://outbox/answers/", **other})


def realtime(**other: Any) -> RealtimeSettings:
    """Settings with what must be there, and these."""
    given = {"name": "chat", "ownership": OWNERSHIP, "model": MODEL, "instance_type": "ml.g5.xlarge"}
    return RealtimeSettings(**{**given, "memory_mb": 8192, "accelerators": 1, **other})


def synthesised(folder: Path, add: Callable[[Stack], object]) -> Assembly:
    """A stack to which `add` has added its constructs. Raises RuntimeError for a finding of the review."""
    app = new_app(folder)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    add(Stack(app, STACK, synthesizer=CliCredentialsStackSynthesizer()))
    app.synth()
    return load_only(folder, STACK)


def only(assembly: Assembly, type_: str) -> Json:
    """Properties of the one resource of this type."""
    (found,) = assembly.resources(type_).values()
    return found


def tags(properties: Json) -> dict[str, str]:
    """By key."""
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}


def alarm(assembly: Assembly, metric: str, *, wakes: bool) -> Json:
    """The alarm on this metric that wakes, or the one that tells people."""
    alarms = assembly.resources("AWS::CloudWatch::Alarm").values()
    (found,) = [a for a in alarms if a["MetricName"] == metric and ("Wake" in str(a.get("AlarmActions", ""))) is wakes]
    return found
