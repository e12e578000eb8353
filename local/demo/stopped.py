"""What became of the agent's parts: the figures of build/demo.json, and what has to be true of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local.demo.check import Check
from local.demo.parts import Part
from local.demo.shell import Run

THROTTLED_WITHIN_S = 20.0
"""From the event that crossed; later counts as never. On AWS, IAM may need some seconds of it."""
RESTORED_WITHIN_S = 20.0
"""From the release; likewise."""


@dataclass(slots=True)
class Target:
    """`seconds` from the PutEvents call with the event that crossed until its user was seen to be refused.

    `answer` is what the user gets after that, `back_after` is from the start of the release until the user is served
    again; both times are None for never. `restored`: its settings are those from before the story.
    """

    budget_id: str
    part: Part
    action: str
    answer: str
    seconds: float | None
    back_after: float | None = None
    restored: bool = False

    @property
    def throttled(self) -> bool:
        """It went down and stayed so."""
        return self.seconds is not None and self.answer == self.part.refusal

    @property
    def released(self) -> bool:
        """It was down, is set as before, and was seen to serve."""
        return self.throttled and self.restored and self.back_after is not None

    def figures(self) -> dict[str, Any]:
        """As in build/demo.json. The last event that it takes is the one that crosses the limit."""
        return {
            "budget_id": self.budget_id,
            "target": self.part.arn,
            "kind": self.part.kind,
            "action": self.action,
            "seconds_from_last_event": None if self.seconds is None else round(self.seconds, 2),
            "released": self.released,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """`calls` were made of production meanwhile; `refused` are those that it did not answer.

    `bystanders` had to be left alone, `touched` are those that were not; `runs` are the commands.
    """

    targets: Sequence[Target]
    calls: int
    refused: Sequence[str]
    bystanders: int
    touched: Sequence[str]
    runs: Sequence[Run]

    def checks(self) -> tuple[Check, ...]:
        """Each must agree, or the demo has failed."""
        up = [item for item in self.targets if not item.throttled]
        untold = [item for item in self.targets if not item.action]
        kept = [item for item in self.targets if not item.released]
        broken = [run for run in self.runs if run.code]
        return (
            Check(
                f"All of staging was throttled within {THROTTLED_WITHIN_S:.0f} s",
                {"targets": len(self.targets), "throttled": len(self.targets) - len(up)},
                f"not throttled within {THROTTLED_WITHIN_S:.0f} s, and until it was released: {_named(up)}",
            ),
            Check(
                "On-call was told of each",
                {"targets": len(self.targets), "told": len(self.targets) - len(untold)},
                f"in no notice of the kill switch: {_named(untold)}",
            ),
            Check(
                "Production answered every call meanwhile",
                {"calls": self.calls, "answered": self.calls - len(self.refused)},
                f"refused in production: {', '.join(sorted(set(self.refused)))}",
            ),
            Check(
                "Nothing else was touched",
                {"others": self.bystanders, "set as before": self.bystanders - len(self.touched)},
                f"changed although it must be left alone: {', '.join(self.touched)}",
            ),
            Check(
                "The release brought all back as it was",
                {"throttled": len(self.targets), "set and answering as before": len(self.targets) - len(kept)},
                f"not as before {RESTORED_WITHIN_S:.0f} s after the release: {_named(kept)}",
            ),
            Check(
                "The command line did what it was told",
                {"commands": len(self.runs), "done": len(self.runs) - len(broken)},
                "; ".join(f"`{run.command}` ended with {run.code}" for run in broken),
            ),
        )


def _named(targets: Sequence[Target]) -> str:
    return ", ".join(f"{item.part.kind} {item.part.name} ({item.answer})" for item in targets)
