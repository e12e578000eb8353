"""The demo succeeds only if staging was stopped in time, nothing else was touched, and the release brought all back."""

from collections.abc import Callable
from typing import Any

import pytest

from local.demo import agent, finale, shell, stage, stopped
from local.demo.check import Check
from local.demo.finale import Finale
from local.demo.publisher import Publisher
from local.demo.result import Result
from tests.unit.local.demo.world import FakePart, World


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "TURN_S", 0.0)
    for module in (finale, stopped):
        monkeypatch.setattr(module, "THROTTLED_WITHIN_S", 0.5)
        monkeypatch.setattr(module, "RESTORED_WITHIN_S", 0.5)
    monkeypatch.setattr(finale, "NOTICES_S", 0.2)
    monkeypatch.setattr(stage, "SECOND_TOPIC_S", 0.0)


def perform(world: World, monkeypatch: pytest.MonkeyPatch, run: Callable[..., shell.Run] | None = None) -> Any:
    monkeypatch.setattr(shell, "run", run or world.run)
    publisher = Publisher(world, "bus", world.stage.book, world.stage.glance)
    return Finale(None, world.fleet, world.stage, publisher).perform(1, 8)  # type: ignore[arg-type]


def problems(outcome: stopped.Outcome) -> list[str]:
    return Result({}, (), outcome.checks()).problems


def test_staging_is_stopped_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    outcome = perform(world, monkeypatch)

    assert problems(outcome) == []
    assert world.commands == [
        "kill ls",
        f"release {agent.BUDGET} --reason {finale.REASON}",
        f"kill show {agent.BUDGET}",
    ]
    for part, target in zip(world.staging, outcome.targets, strict=True):
        figures = target.figures()
        assert 0 <= figures.pop("seconds_from_last_event") < 0.5
        assert figures == {
            "budget_id": agent.BUDGET,
            "target": part.arn,
            "kind": part.kind,
            "action": "turned down",
            "released": True,
        }


def test_the_agent_stops_when_its_function_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    perform(world, monkeypatch)
    crossing = world.stage.crossing(agent.BUDGET)

    assert crossing is not None
    spent = world.stage.book.spent[crossing.ref]
    assert 5 <= spent.usd < 6
    assert world.stage.total == world.stage.book.published


def broken_by(change: Callable[[World], None]) -> Callable[[World], None]:
    """The kill switch does its work, and this too."""

    def on_crossing(world: World) -> None:
        world.turn(down=True)
        change(world)

    return on_crossing


def changed(part: FakePart) -> None:
    part.limit = 1


def refused(part: FakePart) -> None:
    part.down = True


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda world: changed(world.production[0]), "left alone: lambda-function agent-production"),
        (lambda world: changed(world.bystander), "left alone: lambda-function marketing-staging"),
        (
            lambda world: refused(world.production[0]),
            "refused in production: lambda-function agent-production: TooMany",
        ),
    ],
)
def test_the_demo_fails_when_anything_else_was_touched(
    change: Callable[[World], None], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = problems(perform(World(on_crossing=broken_by(change)), monkeypatch))

    assert any(said in problem for problem in found), found
    assert all(problem.startswith("the kill switch failed: ") for problem in found)


def test_the_demo_fails_when_a_target_was_not_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_the_first(world: World) -> None:
        world.turn(down=True)
        world.staging[1].down = False

    outcome = perform(World(on_crossing=only_the_first), monkeypatch)

    assert any("not throttled within" in problem and "bedrock-role" in problem for problem in problems(outcome))
    assert [target.figures()["seconds_from_last_event"] is None for target in outcome.targets] == [False, True]
    assert [target.released for target in outcome.targets] == [True, False]


def test_the_demo_fails_when_nothing_stops_the_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = perform(World(on_crossing=lambda _: None), monkeypatch)

    found = "\n".join(problems(outcome))
    assert "not throttled within" in found
    assert "in no notice of the kill switch" in found
    assert [target.seconds for target in outcome.targets] == [None, None]


def test_the_demo_fails_when_the_release_did_not_bring_back_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_as_before(world: World) -> None:
        world.turn(down=False)
        changed(world.staging[0])

    outcome = perform(World(on_release=not_as_before), monkeypatch)

    assert [target.released for target in outcome.targets] == [False, True]
    assert any("the release" in problem and "lambda-function" in problem for problem in problems(outcome))


def test_the_demo_fails_when_a_released_target_does_not_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = perform(World(on_release=lambda _: None), monkeypatch)

    assert [target.released for target in outcome.targets] == [False, False]


def test_the_demo_fails_with_a_command_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()

    def failing_list(account: object, words: list[str], width: int) -> shell.Run:
        done = world.run(account, words, width)
        return shell.Run(done.command, "no", 1) if words == ["kill", "ls"] else done

    assert problems(perform(world, monkeypatch, failing_list)) == ["the kill switch failed: `kill ls` ended with 1."]


def test_books_that_disagree_fail_the_demo_too() -> None:
    result = Result({}, (Check("Tokens", {"published": 1, "counter": 2}),), ())

    assert not result.agrees
    assert result.problems == ["the books do not agree: Tokens."]
