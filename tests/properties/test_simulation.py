"""The simulator that `make proof` runs on thousands of seeds: some of them here, and that it can fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from proof.simulator.campaign import some
from proof.simulator.planted import BUGS
from proof.simulator.run import Run
from proof.simulator.shrink import shrink

ROOT = Path(__file__).parents[2]
SOON = (
    "a row is put without its condition",
    "rows and counters in two writes",
    "an alert is marked as told before it is published",
    "the undo is stored after the action",
    "a switch is taken off the list too early",
)
"""Planted bugs that a few seeds find. `make proof` hunts them all."""
ONCE_BROKEN = (5449, 6249, 6981, 7419, 8102)
"""A target came back part by part, somebody changed a part that was back, and the rest never came: I5."""


def test_whatever_happens_the_invariants_hold() -> None:
    found = some(range(25))
    assert found.broken == {}
    assert found.figures["rows"] > 300
    assert found.figures["changes_of_targets"] > 100
    assert found.faults.total() > 600


def test_what_was_broken_once_holds() -> None:
    assert some(ONCE_BROKEN).broken == {}


@pytest.mark.parametrize("bug", SOON)
def test_a_planted_bug_is_found(bug: str) -> None:
    assert some(range(12), bug).broken


def test_the_same_seed_is_the_same_run_in_any_process() -> None:
    """Byte for byte, whatever the order in which a process puts its sets."""
    command = [sys.executable, "-m", "proof", "simulate", "--seed", "3", "--trace"]
    env = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": f"{ROOT / 'functions'}:{ROOT}"}
    there = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True).stdout.decode()
    here = Run(3, traced=True)().world.loop.trace or []
    assert len(here) > 300
    assert there.splitlines() == here == (Run(3, traced=True)().world.loop.trace or [])


def test_a_failing_run_is_made_short() -> None:
    name = "rows and counters in two writes"
    short = shrink(0, BUGS[name], lambda _: None)
    assert short is not None
    assert len(short.chosen) == 1
    assert Run(0, short.chosen, short.faults, BUGS[name])().broken == short.broken
    assert shrink(0, None, lambda _: None) is None
