"""`spendplane doctor`: what instances cost, and what they idle."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from spendplane.application.sources.hours import Rounds
from spendplane.domain.hours import Held, Part, Running
from tests.support.builders import NOW
from tests.unit.cli.conftest import Shell
from tests.unit.cli.fakes import refusal
from tests.unit.cli.healthy import CONFIGURATION, configuration, found, told


def endpoint(name: str, covered: datetime, usd: Decimal | None = Decimal(1)) -> Running:
    """An endpoint on one instance, counted up to then."""
    held = (Held(Part("all", "ml.g5.xlarge", 1, usd), covered),)
    return Running(name, f"arn:{name}", "sagemaker-endpoint", name, covered, held, (), None, False, 1)


def test_hours_are_counted(sound: Shell) -> None:
    sound.hours.put(endpoint("a", NOW - timedelta(minutes=3)))
    assert found(sound)["hours"]["detail"] == "1 resource counted, the last round 3 minutes ago"


def test_hours_that_nobody_counts(sound: Shell) -> None:
    sound.hours.marks = Rounds(NOW, NOW - timedelta(minutes=40))
    sound.hours.put(endpoint("a", NOW - timedelta(minutes=40)))
    finding = found(sound, code=3)["hours"]
    assert finding["detail"] == "no round saw everything for 40 minutes: nothing is counted"
    assert "/aws/lambda/spendplane-hours" in finding["mend"]
    sound.hours.marks = Rounds(NOW, NOW - timedelta(minutes=15))
    assert found(sound)["hours"]["state"] == "ok"


def test_hours_of_what_cannot_be_read(sound: Shell) -> None:
    sound.hours.marks = Rounds(NOW, NOW - timedelta(minutes=40))
    sound.hours.put(endpoint("a", NOW - timedelta(minutes=2)))
    sound.hours.put(endpoint("b", NOW - timedelta(minutes=41)))
    detail = found(sound, code=3)["hours"]["detail"]
    assert detail == "no round saw everything for 40 minutes; not counted up to now: arn:b"


def test_hours_without_a_price(sound: Shell) -> None:
    sound.hours.put(endpoint("a", NOW, None))
    sound.hours.put(endpoint("b", NOW, None))
    finding = found(sound)["hours"]
    assert (finding["state"], finding["detail"]) == (
        "warn",
        "without a price, so in no dollars: ml.g5.xlarge (sagemaker-endpoint)",
    )
    assert "spendplane reprice" in finding["mend"]


def test_hours_before_the_first_round_and_with_the_schedule_off(sound: Shell) -> None:
    sound.hours.marks = None
    assert found(sound)["hours"]["state"] == "warn"
    sound.clients["scheduler"].answers["get_schedule"] = {"State": "DISABLED"}
    assert found(sound, code=3)["hours"]["detail"] == "the schedule spendplane-hours is disabled"


@pytest.mark.parametrize(
    ("ran", "failed", "state", "said"),
    [
        ({5: 1.0, 29: 1.0}, {}, "ok", "its schedule is on; the last run was 5 hours ago"),
        ({0: 1.0}, {}, "ok", "its schedule is on; the last run was less than an hour ago"),
        ({26: 1.0}, {26: 0.0}, "ok", "its schedule is on; the last run was 26 hours ago"),
        ({27: 1.0}, {}, "warn", "its schedule is on, but it ran last 27 hours ago"),
        ({5: 3.0}, {5: 2.0}, "ok", "its schedule is on; the last run was 5 hours ago"),
        ({5: 3.0}, {5: 3.0}, "warn", "the last run, 5 hours ago, failed: nobody was told what idles"),
    ],
)
def test_when_the_idle_report_ran(
    sound: Shell, ran: dict[int, float], failed: dict[int, float], state: str, said: str
) -> None:
    back = [{NOW - timedelta(hours=hours): number for hours, number in each.items()} for each in (ran, failed)]
    sound.clients["cloudwatch"].answers["get_metric_statistics"] = told(Invocations=back[0], Errors=back[1])
    finding = found(sound)["idle report"]
    assert (finding["state"], finding["detail"]) == (state, said)
    assert ("/aws/lambda/spendplane-idle" in (finding["mend"] or "")) is (state == "warn")


@pytest.mark.parametrize(("hours", "state"), [(0, "ok"), (26, "ok"), (27, "warn")])
def test_an_idle_report_that_never_ran(sound: Shell, hours: int, state: str) -> None:
    made = NOW - timedelta(hours=hours)
    sound.clients["scheduler"].answers["get_schedule"] = {"State": "ENABLED", "CreationDate": made}
    sound.clients["cloudwatch"].answers["get_metric_statistics"] = {}
    assert found(sound)["idle report"]["state"] == state


def test_the_rounds_over_what_nobody_calls(sound: Shell) -> None:
    assert found(sound)["idle rounds"]["detail"] == "not asked for: budgets.yaml does not say `idle`"
    variables = {**CONFIGURATION["Environment"]["Variables"], "IDLE": "enforce,48,24,24"}  # type: ignore[index]
    changed = {**CONFIGURATION, "Environment": {"Variables": variables}}
    sound.clients["lambda"].answers["get_function_configuration"] = lambda asked: configuration(asked) and changed
    said = "its schedule is on; what nobody calls for 48 hours is taken to zero (mode enforce)"
    assert found(sound)["idle rounds"]["detail"] == said

    def only_others(parameters: dict[str, Any]) -> dict[str, Any]:
        if parameters["Name"] == "spendplane-enforce-idle":
            raise refusal("ResourceNotFoundException", "GetSchedule")
        return {"State": "ENABLED"}

    sound.clients["scheduler"].answers["get_schedule"] = only_others
    finding = found(sound, code=3)["idle rounds"]
    assert (finding["state"], finding["mend"]) == ("fail", "deploy (again): cdk deploy --all")
