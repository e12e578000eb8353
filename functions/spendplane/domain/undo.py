"""What a target should be again, and what somebody else did to it meanwhile. Pure, part by part."""

from spendplane.domain.targets import State


def merged(before: State, down: State | None, observed: State | None, *, resumed: bool = False) -> State:
    """What the target should be when it is not down: what is at zero as before, all else as somebody set it since."""
    if observed is None:
        return before
    if down is None:
        return before if resumed and not foreign(before, None, observed, resumed=True) else observed
    return {
        part: before[part] if value == down.get(part) and part in before else value
        for part, value in observed.items()
        if part in before or part not in down or value != down[part]  # what throttling added goes again
    }


def foreign(before: State, down: State | None, observed: State | None, *, resumed: bool = False) -> list[str]:
    """The parts that are neither as before nor as throttling leaves them: somebody else's work.

    A target that throttling takes away (`down` None) comes back part by part: when that had begun (`resumed`), an empty
    part is one still to come.
    """
    if observed is None:
        return []
    if down is None:
        return [part for part, value in observed.items() if value != before.get(part) and not (resumed and not value)]
    return [
        part
        for part, value in observed.items()
        if not (part in before and value == before[part]) and not (part in down and value == down[part])
    ]
