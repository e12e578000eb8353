"""Kill switches in words."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from cli import switches
from spendplane.domain.periods import Period
from spendplane.domain.switches import Hold, Level, Order, Phase, Switch
from tests.support.builders import NOW, budget, ref
from tests.unit.cli.conftest import Shell
from tests.unit.cli.fakes import ANN

STAGING = budget("staging", 100, match={"project_id": "marketing-gen-v1"}, mode="enforce")
EVER = budget("ever", 5, period=Period.TOTAL, mode="enforce")
HOLD = Hold(ANN, "launch", NOW + timedelta(hours=8))


@pytest.mark.parametrize(
    ("switch", "words", "short"),
    [
        (Switch(ref(STAGING), Level.THROTTLE), "due, not looked at yet", "due"),
        (
            Switch(ref(STAGING), Level.THROTTLE, Phase.ON, held=frozenset({"a", "b"})),
            "on, 2 targets",
            "on, 2 targets",
        ),
        (Switch(ref(STAGING), Level.DEGRADE, Phase.ON), "asks for cheaper models", "cheaper models"),
        (
            Switch(ref(STAGING), Level.THROTTLE, Phase.REFUSED, reason="no resource carries its tags"),
            "refused: no resource carries its tags",
            "refused",
        ),
        (
            Switch(ref(STAGING), Level.THROTTLE, Phase.RELEASING, held=frozenset({"a"})),
            "giving back, 1 target",
            "giving back",
        ),
        (
            Switch(ref(STAGING), Level.THROTTLE, Phase.HELD, hold=HOLD),
            "released until 2026-11-22 20:00 UTC by ann",
            "released",
        ),
        (
            Switch(ref(EVER), Level.THROTTLE, Phase.HELD, hold=replace(HOLD, until=None, extend_usd=Decimal("2.50"))),
            "released until $2.50 more are spent by ann",
            "released",
        ),
        (Switch(ref(STAGING), Level.THROTTLE, Phase.OFF), "off", "off"),
        (
            Switch(ref(STAGING), Level.THROTTLE, Phase.OFF, hold=HOLD),
            "off, released until 2026-11-22 20:00 UTC by ann",
            "off",
        ),
        (Switch(ref(STAGING), Level.THROTTLE, Phase.OFF, hold=replace(HOLD, until=NOW)), "off", "off"),
        (
            Switch(ref(STAGING), Level.THROTTLE, Phase.ON, order=Order("arn:aws:iam::1:root", "x")),
            "on, 0 targets",
            "on, 0 targets",
        ),
    ],
)
def test_how_a_switch_stands_in_words(switch: Switch, words: str, short: str) -> None:
    assert switches.words(switch, NOW) == words
    assert switches.short(switch) == short


@pytest.mark.parametrize(
    ("by", "name"),
    [(ANN, "ann"), ("arn:aws:iam::123456789012:user/team/bob", "bob"), ("arn:aws:iam::123456789012:root", "root")],
)
def test_people_by_their_names(by: str, name: str) -> None:
    assert switches.person(by) == name


def test_what_observes_is_told_from_what_is_refused(over: Shell) -> None:
    over.deploy(replace(STAGING, mode="observe"))
    over.enforce()
    (found,) = over.json("kill", "ls")
    assert (found["phase"], found["state"]) == ("refused", "observing")
