"""Inputs that the fuzzer found, or would: each target holds for all of them. `python -m proof fuzz` looks for more."""

from pathlib import Path

import pytest

from proof.fuzz.target import NAMES, target

KEPT = Path(__file__).parents[1] / "support" / "fuzz"
FILES = sorted(path for path in KEPT.glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_it_holds(path: Path) -> None:
    target(path.parent.name).check(path.read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_it_holds_for_what_the_fuzzer_begins_with(name: str) -> None:
    seeds = list(target(name).seeds())
    assert seeds
    for seed in seeds[:10]:
        target(name).check(seed)


def test_every_target_is_known_and_has_inputs() -> None:
    assert {path.parent.name for path in FILES} <= set(NAMES)
    assert all(target(name).reads and target(name).holds for name in NAMES)
