"""Parts are looked at from outside: when an answer changed, and who was refused."""

import time

from local.demo.parts import OK
from local.demo.watch import Patrol, Watch
from tests.unit.local.demo.world import FakePart

DEADLINE_S = 10.0


def wait_for(watch: Watch) -> None:
    deadline = time.perf_counter() + DEADLINE_S
    while not watch.over:
        assert time.perf_counter() < deadline
        time.sleep(0.01)


def test_a_watch_ends_when_every_part_answers_as_wanted_and_says_when_that_was() -> None:
    first, second = FakePart("first"), FakePart("second", down=True)
    watch = Watch([first, second], lambda part: part.refusal, DEADLINE_S)
    while second.arn not in watch.seen():
        time.sleep(0.01)
    assert not watch.over
    assert first.arn not in watch.seen()

    before = time.perf_counter()
    first.down = True
    wait_for(watch)

    assert before < watch.seen()[first.arn] <= time.perf_counter()


def test_a_watch_ends_with_its_time_and_what_never_answered_is_missing() -> None:
    part = FakePart("never")
    watch = Watch([part], lambda part: part.refusal, 0.02)
    wait_for(watch)

    assert watch.seen() == {}


def test_another_error_is_not_taken_for_a_refusal() -> None:
    part = FakePart("broken", down=True, refusal="ServiceException")
    watch = Watch([part], lambda _: "TooManyRequestsException", 0.02)
    wait_for(watch)

    assert watch.seen() == {}


def test_a_patrol_counts_every_call_and_names_whoever_was_refused() -> None:
    fine, down = FakePart("fine"), FakePart("down", "bedrock-role", "AccessDeniedException", down=True)
    with Patrol([fine, down]) as patrol:
        while not patrol.calls:
            time.sleep(0.01)
        told = patrol.round()

    assert told == {"lambda-function": OK, "bedrock-role": down.refusal}
    assert patrol.calls >= 4
    assert set(patrol.refused) == {"bedrock-role down: AccessDeniedException"}
    assert len(patrol.refused) == patrol.calls // 2
