"""What the kill switch publishes on the bus: one model per detail type, version 1."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from spendplane.contract.outgoing import Outgoing, Plain

ENGAGED = "Kill Switch Engaged"
REFUSED = "Kill Switch Refused"
RELEASED = "Kill Switch Released"
DEGRADE_REQUESTED = "Degrade Requested"
DEGRADE_ENDED = "Degrade Ended"
ANNOUNCED = "Idle Announced"

MAX_TARGETS = 60
"""Listed in one event, which has to fit into every carrier; the audit has them all."""

TargetStatus = Literal[
    "throttled", "kept", "already", "gone", "failed", "escalated", "restored", "shared", "left", "refused", "planned"
]


class TargetLine(BaseModel):
    """One target, and what became of it. `planned`: would be throttled. `left`: changed by somebody, kept so."""

    model_config = ConfigDict(defer_build=True)

    status: TargetStatus
    kind: str
    name: str
    arn: str
    scope: str | None = Field(description="The session on a shared IAM role; null for the whole resource.")
    environment: str | None
    detail: str


class SwitchEvent(Outgoing):
    """What every event of a switch says: which budget, why, since when, and about which targets."""

    switch_id: str
    generation: int = Field(description="Grows each time that the switch goes on.")
    budget_id: str
    key: str | None
    per: str | None
    period: str
    period_start: datetime
    period_end: datetime | None
    reason: str
    by: str = Field(description="`spendplane`, or the person whose word it was.")
    spent_usd: Plain
    percent: Plain | None
    mode: str
    owner: str | None
    match: dict[str, list[str]]
    targets: list[TargetLine]
    more_targets: int = Field(description="Targets beyond those that are listed.")
    notes: list[str]


class KillSwitchEngaged(SwitchEvent):
    """Targets were turned down. The undo of each stands in the table."""

    model_config = ConfigDict(title=ENGAGED)


class KillSwitchRefused(SwitchEvent):
    """Something was not done that the budget asks for: `verdict` says why.

    observe: this is what would have been throttled. refuse: a person has to look. failed: tried again each minute.
    escalated: it was tried so often that it is left to a person. stuck: so often that a person is called, to give back.
    """

    model_config = ConfigDict(title=REFUSED)

    verdict: Literal["observe", "refuse", "failed", "escalated", "stuck"]


class KillSwitchReleased(SwitchEvent):
    """Targets were given back. `held_until`: a person's release, which holds although the budget is over."""

    model_config = ConfigDict(title=RELEASED)

    held: bool
    held_until: datetime | None


class DegradeRequested(SwitchEvent):
    """Whoever serves models is asked for cheaper ones, until the budget is fine or its period ends."""

    model_config = ConfigDict(title=DEGRADE_REQUESTED)


class DegradeEnded(SwitchEvent):
    """The request is taken back."""

    model_config = ConfigDict(title=DEGRADE_ENDED)


class IdleAnnounced(SwitchEvent):
    """Nobody calls these targets: they are turned down at `starts_at`, unless somebody does."""

    model_config = ConfigDict(title=ANNOUNCED)

    starts_at: datetime


MODELS: dict[str, type[SwitchEvent]] = {
    ENGAGED: KillSwitchEngaged,
    REFUSED: KillSwitchRefused,
    RELEASED: KillSwitchReleased,
    DEGRADE_REQUESTED: DegradeRequested,
    DEGRADE_ENDED: DegradeEnded,
    ANNOUNCED: IdleAnnounced,
}
