"""What an account's folder remembers, also after a crash."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from local.errors import LocalAccountError
from local.process import ProcessId
from local.workdir import Record, Workdir


@pytest.fixture
def files(tmp_path: Path) -> Workdir:
    return Workdir(tmp_path)


@pytest.fixture
def running() -> Record:
    process = ProcessId.of(os.getpid())
    assert process is not None
    return Record(process, "http://127.0.0.1:20001")


def test_a_record_comes_back_as_it_was_written(files: Workdir, running: Record) -> None:
    files.write_record(replace(running, bootstrapped=True))

    assert files.record() == replace(running, bootstrapped=True)


def test_there_is_no_record_before_the_first_start(files: Workdir) -> None:
    assert files.record() is None


def test_the_record_of_a_process_that_ended_counts_as_none(files: Workdir, running: Record) -> None:
    files.write_record(replace(running, process=replace(running.process, started="an earlier boot:17")))

    assert files.record() is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"process": {"pid": 1}}', '{"process": null}'])
def test_a_record_cut_short_counts_as_none(files: Workdir, text: str) -> None:
    (files.path / "account.json").write_text(text)

    assert files.record() is None


def test_forgetting_twice_is_as_good_as_once(files: Workdir, running: Record) -> None:
    files.write_record(running)
    files.forget()
    files.forget()

    assert files.record() is None


def test_only_one_command_at_a_time_may_start_or_deploy(files: Workdir) -> None:
    with files.lock(), pytest.raises(LocalAccountError, match="another command"), files.lock():
        pytest.fail("the lock was given twice")

    with files.lock():
        assert files.path.exists()
