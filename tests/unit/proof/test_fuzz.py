"""The fuzzing section: what it reads out of the fuzzer's log, and an input once more."""

from pathlib import Path

import pytest

from proof.fuzz.mutating import mutator
from proof.fuzz.running import ROOT, outcome
from proof.fuzz.section import main
from proof.fuzz.target import NAMES, target

LOG = """INFO: Seed: 1
#122\tINITED cov: 324 ft: 961 corp: 75/25Kb exec/s: 0 rss: 45Mb
#130\tNEW    cov: 325 ft: 962 corp: 76/25Kb lim: 16384 exec/s: 0 rss: 45Mb L: 5/600 MS: 1 Custom-
#3082\tDONE   cov: 359 ft: 1218 corp: 164/78Kb lim: 16384 exec/s: 280 rss: 46Mb
Done 3082 runs in 11 second(s)
stat::number_of_executed_units: 3082
"""
RAISED = f"""#122\tINITED cov: 324 ft: 961 corp: 75/25Kb exec/s: 0 rss: 45Mb

 === Uncaught Python exception: ===
KeyError: '2'
Traceback (most recent call last):
  File "{ROOT}/proof/fuzz/worker.py", line 28, in check
    chosen.check(data)
  File "{ROOT}/functions/spendplane/contract/yaml_file.py", line 28, in load
    return yaml.safe_load(text), lines
  File "{ROOT}/.venv/lib/python3.11/site-packages/yaml/__init__.py", line 125, in safe_load
    return load(stream, SafeLoader)
stat::number_of_executed_units: 218
"""


def test_what_held_is_read_out_of_the_log() -> None:
    found = outcome("payloads", 5, 0, LOG, None)
    assert (found.executions, found.seed_branches, found.branches, found.corpus) == (3082, 324, 359, 164)
    assert found.failed is None


def test_an_exception_is_told_with_our_own_last_line() -> None:
    found = outcome("prices", 5, 77, RAISED, Path("x"))
    assert found.failed == "KeyError: '2' (File \"functions/spendplane/contract/yaml_file.py\", line 28, in load)"
    assert (found.executions, found.input) == (218, Path("x"))


@pytest.mark.parametrize(("ended", "log"), [(0, "INFO: Seed: 1\n"), (1, LOG), (-1, LOG)])
def test_a_fuzzer_that_ended_early_did_not_hold(ended: int, log: str) -> None:
    assert (outcome("prices", 5, ended, log, None).failed or "").startswith(f"the fuzzer ended with {ended}: ")


def test_an_input_once_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "identities"
    folder.mkdir()
    (folder / "some").write_bytes(b"version: 2\n")
    assert main(["--replay", str(folder / "some")]) == 0
    assert "holds" in capsys.readouterr().out
    assert main(["--replay", str(folder / "some"), "--target", "budgets"]) == 0
    (tmp_path / "other").write_bytes(b"")
    assert main(["--replay", str(tmp_path / "other")]) == 2
    assert "which target?" in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_changed_by_their_seed_alone_and_into_documents(name: str) -> None:
    """In 200 changes of a known input: the same for the same seed, and most of them not the plain ones."""
    chosen = target(name)
    plain: list[int] = []

    def cut(data: bytes, most: int) -> bytes:
        plain.append(most)
        return data[:most]

    mutate = mutator(chosen, cut)
    (first, *_) = chosen.seeds()
    made = [mutate(first, 16_384, seed) for seed in range(200)]
    assert made[:20] == [mutate(first, 16_384, seed) for seed in range(20)]
    assert len(set(made)) > 50
    assert len(plain) < 110
