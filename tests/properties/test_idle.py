"""Whatever happens in whatever order: nothing protected is reaped, nothing unannounced, and a release undoes it."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spendplane.adapters.memory.activities import COMPONENT
from spendplane.adapters.memory.fleet import VANISHING
from spendplane.domain.idle_policy import IDLE, key_of
from spendplane.domain.switches import Phase
from spendplane.domain.targets import Target
from tests.support.fleets import ALLOWED, HOSTILE, is_down, target
from tests.support.idle_stories import POLICY, called, idle_story, look, made
from tests.support.switch_timeline import SwitchTimeline

KINDS = (VANISHING, COMPONENT)
ENVIRONMENTS = (*ALLOWED, "production", *HOSTILE, ...)
resources = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(ENVIRONMENTS),
        st.sampled_from(["marketing-gen-v1", "", ...]),
        st.sampled_from([..., "2026-12-20", "2026-11-01", "soon"]),
    ),
    min_size=1,
    max_size=6,
)
steps = st.lists(
    st.tuples(st.sampled_from(["hours", "day", "call", "release", "round", "idle"]), st.integers(0, 5)), max_size=25
)


def account(day: SwitchTimeline, drawn: list[tuple[str, object, object, object]]) -> list[Target]:
    """Two parts each, so that a way back has several calls."""
    return [
        made(
            day,
            target(f"r{number}", kind, environment=environment, project=project, exempt=exempt),
            instances=2 + number,
            scaling=4,
        )
        for number, (kind, environment, project, exempt) in enumerate(drawn)
    ]


def may_go(environment: object, project: object, exempt: object) -> bool:
    return environment in ALLOWED and project == "marketing-gen-v1" and exempt != "2026-12-20"


def happens(day: SwitchTimeline, step: str, number: int, resource: Target) -> None:
    if step in {"hours", "day"}:
        day.world.now += timedelta(hours=24 if step == "day" else 1 + number)
    elif step == "call" and not is_down(day.world.fleet, resource.kind, resource.key):
        called(day, resource)
    elif step == "release":
        day.release("idle", key=key_of(resource), until=day.world.now + timedelta(hours=1 + number))
    elif step == "round":
        day.round()
    elif step == "idle":
        look(day)


@given(resources, steps)
@settings(max_examples=60, deadline=None)
def test_only_what_may_go_ever_goes_and_it_was_announced_a_day_before(
    drawn: list[tuple[str, object, object, object]], steps: list[tuple[str, int]]
) -> None:
    day = idle_story()
    there = account(day, drawn)
    told: dict[str | None, Any] = {}
    allowed = {item.key for item, (_, *tags) in zip(there, drawn, strict=True) if may_go(*tags)}
    for step, number in [("idle", 0), *steps, ("day", 0), ("idle", 0)]:
        resource = there[number % len(there)]
        happens(day, step, number, resource)
        for switch in day.world.place.connect().switches.of_budget(IDLE):
            if switch.phase is Phase.ANNOUNCED:
                told[switch.ref.key] = switch.since
        down = {item.key for item in there if is_down(day.world.fleet, item.kind, item.key)}
        assert down <= allowed
        for item in there:
            if item.key in down:
                assert day.world.now - told[key_of(item)] >= POLICY.notice
    touched = {key for call, key in day.world.fleet.calls if call != "observe"}
    assert touched <= allowed


@given(resources, st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_reaped_often_is_reaped_once_and_a_release_gives_back_what_was(
    drawn: list[tuple[str, object, object, object]], often: int
) -> None:
    day = idle_story()
    there = account(day, drawn)
    before = {key: dict(state) for key, state in day.world.fleet.states.items()}
    look(day)
    day.world.now += timedelta(hours=24)
    for _ in range(often):
        look(day)
        day.world.now += timedelta(minutes=11)
    gone = [item for item in there if is_down(day.world.fleet, item.kind, item.key)]
    throttled = [key for call, key in day.world.fleet.calls if call == "throttle"]
    assert all(throttled.count(item.key) == (1 if item.kind == VANISHING else 2) for item in gone)
    assert {item.key for item in gone} == {
        item.key for item, (_, *tags) in zip(there, drawn, strict=True) if may_go(*tags)
    }
    for item in gone:
        day.release("idle", key=key_of(item))
    assert day.world.fleet.states == before
