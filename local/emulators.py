"""Starting and ending the process in which the emulators run."""

import json
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from urllib.request import urlopen

from local.environment import isolated
from local.errors import LocalAccountError
from local.ports import HOST, free_port, is_free
from local.process import ProcessId, terminate_group
from local.workdir import ROOT, Record, Workdir

_START_S = 60
_STOP_S = 8
_POLL_S = 0.05
_LOG_LINES = 15


@dataclass(frozen=True)
class Process:
    """The emulators' process, as the one that started it holds it."""

    popen: subprocess.Popen[bytes]

    def reap(self) -> None:
        """Collects it if it has ended."""
        self.popen.poll()

    def let_go(self) -> None:
        """Collects it and closes what it is held by."""
        with suppress(subprocess.TimeoutExpired):  # its first thread may be gone while the others are ending
            self.popen.wait(_STOP_S)
        if self.popen.stdin is not None:
            self.popen.stdin.close()


def start(files: Workdir, port: int | None, *, with_parent: bool) -> Process:
    """Starts the emulators and returns when they answer; raises LocalAccountError where they do not."""
    if missing := [name for name in ("ministack", "moto") if find_spec(name) is None]:
        raise LocalAccountError(f"not installed here: {', '.join(missing)}; run `make setup`.")
    if port is not None and not is_free(port):
        raise LocalAccountError(f"port {port} is in use: choose another one, or none to have a free one found.")
    shutil.rmtree(files.scratch, ignore_errors=True)
    files.scratch.mkdir(parents=True)
    process = _spawn(files, port or free_port(), with_parent=with_parent)
    _await_ready(files, process)
    return process


def stop(files: Workdir, process: Process | None) -> bool:
    """Ends the emulators and every function's process. Returns False when nothing was running."""
    record = files.record()
    stopped = record is not None and terminate_group(record.process, _STOP_S, process.reap if process else lambda: None)
    if process is not None:
        process.let_go()
    files.forget()
    shutil.rmtree(files.scratch, ignore_errors=True)
    return stopped


def _spawn(files: Workdir, port: int, *, with_parent: bool) -> Process:
    command = [sys.executable, "-m", "local.server", "--port", str(port), "--scratch", str(files.scratch)]
    command += ["--with-parent"] if with_parent else []
    with files.log.open("wb") as log:
        popen = subprocess.Popen(
            command,
            cwd=ROOT,
            env=isolated({"PYTHONUNBUFFERED": "1"}),
            stdin=subprocess.PIPE if with_parent else subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # away from the terminal: its Ctrl-C and hang-up are not for the account
        )
    identity = ProcessId.of(popen.pid)
    if identity is None:
        raise _died(files)
    files.write_record(Record(identity, f"http://{HOST}:{port}"))
    return Process(popen)


def _await_ready(files: Workdir, process: Process) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        record = files.record()
        if record is None or process.popen.poll() is not None:
            raise _died(files)
        if _answers(record.endpoint):
            return
        time.sleep(_POLL_S)
    raise LocalAccountError(
        f"the local account did not answer in {_START_S} s; the end of its log:\n{_log_tail(files)}"
    )


def _answers(endpoint: str) -> bool:
    try:
        with urlopen(f"{endpoint}/_ministack/ready", timeout=2) as answer:  # noqa: S310  # our own http URL
            json.load(answer)
    except (OSError, ValueError):
        return False
    return True


def _died(files: Workdir) -> LocalAccountError:
    return LocalAccountError(f"the local account ended while it started; the end of its log:\n{_log_tail(files)}")


def _log_tail(files: Workdir) -> str:
    text = files.log.read_text(errors="replace") if files.log.exists() else ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-_LOG_LINES:])
