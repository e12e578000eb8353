"""What a target should be again, and what somebody else did to it meanwhile. Pure, part by part."""

from spendplane.domain.targets import State

_ABSENT = object()
"""The value of a part that is not there: throttling, or somebody, may add parts and take them away."""


def merged(before: State, down: State | None, observed: State | None, *, resumed: bool = False) -> State:
    """What the target should be when it is not down.

    A part that is as throttling leaves it becomes what it was before; all else stays as somebody set it since. A target
    that throttling takes away (`down` None) comes back part by part: when that had begun (`resumed`), what is not there
    yet still has to come, also where somebody has changed another part by then.
    """
    if observed is None:
        return before
    if down is None:
        return {**before, **{part: value for part, value in observed.items() if value}} if resumed else observed
    wanted = {}
    for part in _parts(before, observed):
        now = observed.get(part, _ABSENT)
        value = before.get(part, _ABSENT) if now == down.get(part, _ABSENT) else now
        if value is not _ABSENT:
            wanted[part] = value
    return wanted


def foreign(before: State, down: State | None, observed: State | None, *, resumed: bool = False) -> list[str]:
    """The parts that are neither as before nor as throttling leaves them: somebody else's work.

    A target that throttling takes away (`down` None) comes back part by part: when that had begun (`resumed`), a part
    that is empty or not there is one still to come.
    """
    if observed is None:
        return []
    parts = _parts(before, observed)
    if down is None:
        changed = [part for part in parts if observed.get(part, _ABSENT) != before.get(part, _ABSENT)]
        return [part for part in changed if observed.get(part)] if resumed else changed
    return [
        part
        for part in parts
        if observed.get(part, _ABSENT) not in (before.get(part, _ABSENT), down.get(part, _ABSENT))
    ]


def _parts(before: State, observed: State) -> list[str]:
    return [*before, *(part for part in observed if part not in before)]
