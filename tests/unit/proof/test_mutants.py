"""The catalogue of planted bugs keeps up with the code; whether each is caught, `make proof` says."""

from pathlib import Path

import pytest

from proof.mutants.mutant import Mutant, StaleMutantError
from proof.mutants.section import CATALOGUE, QUICK

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("mutant", CATALOGUE, ids=lambda mutant: mutant.name)
def test_it_changes_the_code_as_it_is_and_names_tests_that_are_there(mutant: Mutant) -> None:
    changed = mutant.changed(ROOT)
    assert changed != (ROOT / mutant.file).read_text()
    compile(changed, mutant.file, "exec")
    assert mutant.tests
    assert [name for name in mutant.tests if not (ROOT / name).exists()] == []


def test_there_are_enough_and_none_twice() -> None:
    names = [mutant.name for mutant in CATALOGUE]
    assert len(set(names)) == len(names) >= 30
    assert set(QUICK) <= set(names)


def test_one_that_no_longer_fits_says_so(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("a = 1\na = 1\n")
    with pytest.raises(StaleMutantError, match="holds 'a = 1' 2 times, expected once"):
        Mutant("m", "?", "code.py", "a = 1", "a = 2", ("tests",)).changed(tmp_path)
