"""A process that somebody else got the number of is never touched."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from local.process import ProcessId, terminate_group

_SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
_IGNORES_SIGTERM = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)",
]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(_SLEEP, start_new_session=True) as process:
        yield process
        process.kill()


def identity(process: subprocess.Popen[bytes]) -> ProcessId:
    found = ProcessId.of(process.pid)
    assert found is not None
    return found


def test_a_process_is_known_by_number_and_start(sleeper: subprocess.Popen[bytes]) -> None:
    assert identity(sleeper).is_running()
    assert identity(sleeper) == identity(sleeper)


def test_a_later_process_with_the_same_number_is_another_one(sleeper: subprocess.Popen[bytes]) -> None:
    former = replace(identity(sleeper), started="an earlier boot:17")

    assert not former.is_running()
    assert not terminate_group(former, grace_s=5)
    assert sleeper.poll() is None


def test_a_process_that_ended_does_not_run_even_before_it_is_collected(sleeper: subprocess.Popen[bytes]) -> None:
    known = identity(sleeper)
    sleeper.kill()
    sleeper.wait()

    assert not known.is_running()
    assert ProcessId.of(sleeper.pid) != known


def test_terminate_ends_the_whole_group(tmp_path_factory: pytest.TempPathFactory) -> None:
    marker = tmp_path_factory.mktemp("group") / "child"
    code = (
        "import pathlib, subprocess, sys, time\n"
        f"child = subprocess.Popen({_IGNORES_SIGTERM!r}, stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        f"pathlib.Path({str(marker)!r}).write_text(str(child.pid))\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], start_new_session=True, stdout=subprocess.PIPE) as leader:
        assert leader.stdout is not None
        leader.stdout.readline()
        child = ProcessId.of(int(marker.read_text()))
        assert child is not None

        assert terminate_group(identity(leader), grace_s=1, reap=leader.poll)

        assert leader.returncode is not None
        assert not child.is_running()


def test_a_process_that_ignores_sigterm_is_killed() -> None:
    with subprocess.Popen(_IGNORES_SIGTERM, start_new_session=True, stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()

        assert terminate_group(identity(stubborn), grace_s=0.2, reap=stubborn.poll)

        assert stubborn.returncode == -9
