"""A function's process is ended while it is at work, and its journal says what became of its messages."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.workers import Journal, Workers, answer

NAME = "spendplane-meter"


@dataclass(eq=False)
class Worker:
    """As MiniStack's, with a process that sleeps."""

    func_name: str = NAME
    _proc: Any = field(default_factory=lambda: subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made._proc.kill()
    made._proc.wait()


def batch(*ids: str) -> dict[str, Any]:
    return {"Records": [{"messageId": name} for name in ids]}


def test_one_that_is_at_work_is_ended_and_no_other(worker: Worker) -> None:
    workers = Workers({f"000000000000:us-east-1:{NAME}:$LATEST": [worker]})
    begun = threading.Event()

    def invoke(at_work: Worker, _event: Any) -> dict[str, Any]:
        begun.set()
        at_work._proc.wait()
        return {"status": "error", "error": "Worker process died"}

    assert answer(workers, "POST", f"{NAME}/kill")[0] == 409
    thread = threading.Thread(target=workers.watch(invoke), args=(worker, batch("a", "b")))
    thread.start()
    assert begun.wait(10)
    assert answer(workers, "POST", "spendplane-notify/kill")[0] == 409
    (shown,) = answer(workers, "GET", NAME)[1]["workers"]
    assert (shown["pid"], shown["at_work"]) == (worker._proc.pid, True)
    status, said = answer(workers, "POST", f"{NAME}/kill")
    thread.join(10)

    assert (status, said["pid"]) == (200, worker._proc.pid)
    found = answer(workers, "GET", NAME)[1]
    assert (found["cut_off"], found["open"], found["workers"]) == (1, ["a", "b"], [])


def test_the_journal_follows_each_message_to_its_end() -> None:
    journal = Journal()
    journal.note({"a", "b"}, {"status": "error", "error": "Worker process died"}, killed=True)
    journal.note({"a"}, {"status": "error", "error": "Task timed out after 30.00 seconds"}, killed=False)
    journal.note({"a", "c"}, {"status": "ok", "result": {"batchItemFailures": [{"itemIdentifier": "a"}]}}, killed=False)
    assert (journal.cut_off, journal.timed_out, journal.messages_cut_off, journal.redelivered) == (1, 1, 2, 0)
    journal.note({"a", "b"}, {"status": "ok", "result": None}, killed=True)
    assert (journal.invocations, journal.cut_off, journal.redelivered, journal.open) == (4, 1, 2, set())


def test_what_an_invocation_raised_is_kept(worker: Worker) -> None:
    workers = Workers({f"000000000000:us-east-1:{NAME}:$LATEST": [worker]})

    def invoke(_worker: Worker, _event: Any) -> dict[str, Any]:
        raise RuntimeError("it did not start")

    with pytest.raises(RuntimeError):
        workers.watch(invoke)(worker, batch("a"))
    found = answer(workers, "GET", NAME)[1]
    assert (found["failed"], found["errors"]) == (1, ["RuntimeError('it did not start')"])


def test_a_process_that_starts_is_not_at_work(worker: Worker) -> None:
    """Neither is it ended: MiniStack would take the other processes of the function with it."""
    workers = Workers({f"000000000000:us-east-1:{NAME}:$LATEST": [worker]})
    seen = []

    def invoke(cold: Worker, _event: Any) -> dict[str, Any]:
        workers.start(lambda _worker: seen.append(answer(workers, "POST", f"{NAME}/kill")[0]))(cold)
        seen.append(answer(workers, "POST", f"{NAME}/kill")[0])
        return {"status": "ok", "result": None}

    workers.watch(invoke)(worker, batch("a"))
    assert seen == [409, 200]


def test_anything_else_is_refused() -> None:
    assert answer(Workers({}), "DELETE", NAME)[0] == 404
