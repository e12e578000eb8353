"""The usage record of some hours of an instance: `AI Usage Recorded`, with what it is made of in fields of its own."""

import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from spendplane.contract.instance_prices_file import Use
from spendplane.contract.text import MAX_LENGTH
from spendplane.domain.hours import Running, Slice, Stretch, slices
from spendplane.domain.selection import TAG_OF
from spendplane.domain.targets import KNOWN_ENVIRONMENTS

SOURCE = "spendplane.hours"
PROVIDER = "aws.sagemaker"
ENDPOINT, NOTEBOOK, TRAINING = "sagemaker-endpoint", "sagemaker-notebook", "sagemaker-training-job"
WORKLOAD = {ENDPOINT: "inference", NOTEBOOK: "training", TRAINING: "training"}
USE = {ENDPOINT: Use.HOSTING, NOTEBOOK: Use.NOTEBOOK, TRAINING: Use.TRAINING}
"""What the instances of each kind are priced as."""
UNATTRIBUTED = "unattributed"
NO_ENVIRONMENT = "production"
"""Of what carries no such tag, or an unknown one: its spend stays in sight, and nothing turns production down."""
USER_TAG = "user_id"
_TAGS = {**{name: TAG_OF[name] for name in ("project_id", "environment", "department_id", "team", "cost_center")},
         "user_id": USER_TAG}  # fmt: skip


def attributes(tags: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The record's fields from a resource's tags. What is no known environment is kept as `environment_tag`."""
    found = {name: _clean(tags.get(tag, "")) for name, tag in _TAGS.items()}
    given = {name: value for name, value in found.items() if value}
    made = {"project_id": UNATTRIBUTED, "user_id": UNATTRIBUTED, **given}
    if made.get("environment") not in KNOWN_ENVIRONMENTS:
        made["environment_tag"] = made.get("environment", "(none)")
        made["environment"] = NO_ENVIRONMENT
    return tuple(sorted(made.items()))


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


def _clean(value: str) -> str:
    """As the contract takes it: a tag may hold what an identifier may not."""
    plain = "".join("-" if char == "#" or not char.isprintable() else char for char in value)
    return unicodedata.normalize("NFC", plain).strip()[:MAX_LENGTH].strip()
