"""A process that outlives the command that started it, told from a stranger that got the same number later."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_POLL_S = 0.05
# Linux tells about processes here; elsewhere the command ps does.
_PROC = Path("/proc/self")


@dataclass(frozen=True)
class ProcessId:
    """A process by its number and the moment it began: numbers are used again, pairs are not."""

    pid: int
    started: str
    """An opaque mark of the start time; compare it, nothing else."""

    @classmethod
    def of(cls, pid: int) -> "ProcessId | None":
        """The process that has this number now, or None when there is none (a zombie counts as none)."""
        started = _start_mark(pid)
        return None if started is None else cls(pid, started)

    def is_running(self) -> bool:
        """True only for this very process."""
        return _start_mark(self.pid) == self.started


def terminate_group(leader: ProcessId, grace_s: float, reap: Callable[[], object] = lambda: None) -> bool:
    """Ends a process that leads a session, and all that it started there. Returns False if it was not running.

    It gets SIGTERM first, and after `grace_s` everything left gets SIGKILL. A parent passes what collects its child.
    """
    if not leader.is_running():
        return False
    # Noted now: once the leader is gone, its group's number may belong to somebody else.
    group = _members(leader.pid)
    _signal(leader, signal.SIGTERM)
    _ended_within([leader], grace_s, reap)
    left = [process for process in group | _members_of(leader) if process.is_running()]
    for process in left:
        _signal(process, signal.SIGKILL)
    _ended_within(left, grace_s, reap)
    reap()
    return True


def _members_of(leader: ProcessId) -> set[ProcessId]:
    return _members(leader.pid) if leader.is_running() else set()


def _members(group: int) -> set[ProcessId]:
    """The processes of a process group."""
    found = (ProcessId.of(pid) for pid, its_group in _processes() if its_group == group)
    return {process for process in found if process is not None}


def _processes() -> Iterator[tuple[int, int]]:
    """Number and group of every process."""
    if not _PROC.exists():
        listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid="], capture_output=True, text=True, check=True).stdout
        yield from ((int(pid), int(group)) for pid, group in (line.split() for line in listed.splitlines()))
        return
    for folder in _PROC.parent.iterdir():
        if folder.name.isdecimal() and (fields := _stat(int(folder.name))):
            yield int(folder.name), int(fields[2])


def _signal(process: ProcessId, number: signal.Signals) -> None:
    if process.is_running():
        try:
            os.kill(process.pid, number)
        except ProcessLookupError:
            return  # it ended in between


def _ended_within(processes: Sequence[ProcessId], seconds: float, reap: Callable[[], object]) -> bool:
    deadline = time.monotonic() + seconds
    while any(process.is_running() for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
        reap()
    return True


def _start_mark(pid: int) -> str | None:
    if not _PROC.exists():
        command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
        listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        state, _, started = listed.strip().partition(" ")
        return started.strip() if started and not state.startswith("Z") else None
    fields = _stat(pid)
    if not fields or fields[0] in "ZX":
        return None
    boot = (_PROC.parent / "sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}:{fields[19]}"


def _stat(pid: int) -> list[str]:
    """State, parent, group and so on, as Linux tells them; empty when there is no such process."""
    try:
        # The command's name stands in brackets and may itself hold brackets and spaces: begin after the last one.
        return (_PROC.parent / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
