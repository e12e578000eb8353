"""The usage record of some hours of an instance: `AI Usage Recorded`, with what it is made of in fields of its own."""

from hashlib import sha256
from typing import Any

from spendplane.contract.instance_prices_file import Use
from spendplane.domain.hours import Running, Slice, Stretch, slices
from spendplane.domain.producers import HOURS

SOURCE = HOURS
PROVIDER = "aws.sagemaker"
ENDPOINT, NOTEBOOK, TRAINING = "sagemaker-endpoint", "sagemaker-notebook", "sagemaker-training-job"
WORKLOAD = {ENDPOINT: "inference", NOTEBOOK: "training", TRAINING: "training"}
USE = {ENDPOINT: Use.HOSTING, NOTEBOOK: Use.NOTEBOOK, TRAINING: Use.TRAINING}
"""What the instances of each kind are priced as."""


def records(running: Running, stretch: Stretch) -> list[dict[str, Any]]:
    """A record for each part and hour; a function of its arguments alone, so that a repetition says the same."""
    return [_record(running, stretch, piece) for piece in slices(stretch)]


def _record(running: Running, stretch: Stretch, piece: Slice) -> dict[str, Any]:
    part = piece.held.part
    usd = piece.held.usd(piece.start, piece.end)
    identity = f"{running.id}|{part.name}|{piece.start.isoformat()}"
    cost = {} if usd is None else {"cost_usd": format(usd, "f"), "usd_per_hour": format(part.usd_per_hour or 0, "f")}
    return {
        "id": f"hours-{sha256(identity.encode()).hexdigest()[:40]}",
        "time": piece.start.isoformat(),
        **dict(stretch.attributes),
        "workload_type": WORKLOAD[running.kind],
        "provider": PROVIDER,
        "model": part.instance_type,
        "region": running.arn.split(":")[3],
        "usage": {},
        **cost,
        "resource_arn": running.arn,
        "resource_kind": running.kind,
        "resource_name": running.name,
        "part": part.name,
        "instances": part.count,
        "until": piece.end.isoformat(),
    }
