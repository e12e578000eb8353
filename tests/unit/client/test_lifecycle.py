"""The ends of a process: each in a process of its own, which writes what the bus took into a file."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[3] / "clients" / "python" / "src"
PROGRAM = """
import asyncio, json, os, signal, sys, threading, time
sys.path.insert(0, {sources!r})
from spendplane_client import Settings, configure, flush, flush_each_invocation, report, stats

class Bus:
    def put_events(self, Entries):
        with open({file!r}, "a") as file:
            for entry in Entries:
                for record in json.loads(entry["Detail"])["records"]:
                    file.write(json.dumps({{"model": record["model"], "id": record["id"], "pid": os.getpid()}}) + "\\n")
        return {{"Entries": [{{}} for _ in Entries]}}

def call(model):
    report("openai.embeddings", {{"usage": {{"prompt_tokens": 8}}}}, provider="openai", model=model)

def start():
    configure(Settings(linger_seconds=30.0), connect=Bus)

def ready():
    print("ready", flush=True)
    time.sleep(30)

{program}
"""


class Process:
    """A program that reports."""

    def __init__(self, folder: Path, program: str) -> None:
        self._file = folder / "taken.jsonl"
        text = PROGRAM.format(sources=str(SOURCES), file=str(self._file), program=program)
        self.popen = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def signalled(self, number: int = signal.SIGTERM) -> "Process":
        """When it is ready."""
        assert self.popen.stdout is not None
        assert self.popen.stdout.readline() == b"ready\n"
        self.popen.send_signal(number)
        return self

    def end(self, code: int = 0) -> str:
        """What it printed."""
        out, err = self.popen.communicate(timeout=20)
        assert self.popen.returncode == code, err.decode()
        assert b"Traceback" not in err, err.decode()
        return out.decode()

    @property
    def taken(self) -> list[str]:
        """Models of what the bus took, each once."""
        rows = [json.loads(line) for line in self._file.read_text().splitlines()] if self._file.exists() else []
        assert len({row["id"] for row in rows}) == len(rows)
        return sorted(row["model"] for row in rows)


def test_what_waits_is_published_at_the_end(tmp_path: Path) -> None:
    process = Process(tmp_path, "start(); call('a'); call('b')")
    process.end()
    assert process.taken == ["a", "b"]


def test_an_end_by_an_exception_publishes_too(tmp_path: Path) -> None:
    process = Process(tmp_path, "start(); call('a'); sys.exit(3)")
    process.end(3)
    assert process.taken == ["a"]


def test_sigterm_publishes_and_ends_the_process(tmp_path: Path) -> None:
    process = Process(tmp_path, "start(); call('a'); ready()").signalled()
    process.end(-signal.SIGTERM)
    assert process.taken == ["a"]


def test_a_handler_that_was_there_is_called_afterwards(tmp_path: Path) -> None:
    program = """
def handler(number, frame):
    print("handled", len(open({file!r}).readlines()), flush=True)
    sys.exit(5)
signal.signal(signal.SIGTERM, handler)
start(); call('a'); ready()
"""
    process = Process(tmp_path, program.replace("{file!r}", repr(str(tmp_path / "taken.jsonl")))).signalled()
    assert process.end(5) == "handled 1\n"
    assert process.taken == ["a"]


def test_who_ignores_the_signal_goes_on_ignoring_it(tmp_path: Path) -> None:
    program = (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); start(); call('a'); print('ready', flush=True); time.sleep(1)"
    )
    process = Process(tmp_path, program).signalled()
    process.end()
    assert process.taken == ["a"]


def test_outside_the_main_thread_the_handlers_stay(tmp_path: Path) -> None:
    program = """
thread = threading.Thread(target=lambda: (start(), call('a'))); thread.start(); thread.join()
print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)
"""
    process = Process(tmp_path, program)
    assert process.end() == "True\n"
    assert process.taken == ["a"]


def test_a_fork_publishes_its_own_and_the_parent_its_own(tmp_path: Path) -> None:
    program = """
start(); call('before')
child = os.fork()
if child == 0:
    call('child'); assert stats().recorded == 1
    sys.exit(0)
os.waitpid(child, 0)
call('after'); assert stats().recorded == 2
"""
    process = Process(tmp_path, program)
    process.end()
    assert process.taken == ["after", "before", "child"]


def test_workers_of_multiprocessing_publish_what_they_have(tmp_path: Path) -> None:
    """They end without atexit."""
    program = """
import multiprocessing
start(); call('parent')
workers = [multiprocessing.get_context("fork").Process(target=call, args=(f'worker-{n}',)) for n in range(2)]
[worker.start() for worker in workers]; [worker.join() for worker in workers]
"""
    process = Process(tmp_path, program)
    process.end()
    assert process.taken == ["parent", "worker-0", "worker-1"]


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_a_lambda_publishes_before_each_answer(tmp_path: Path, kind: str) -> None:
    program = f"""
start()
@flush_each_invocation
{kind} handler(event, context):
    call(event)
    if event == 'bad': raise KeyError(event)
    return event
def invoke(event):
    found = handler(event, None)
    return asyncio.run(found) if asyncio.iscoroutine(found) else found
assert invoke('one') == 'one'
try: invoke('bad')
except KeyError: pass
os._exit(7)
"""
    process = Process(tmp_path, program)
    process.end(7)
    assert process.taken == ["bad", "one"]


def test_a_bus_that_hangs_holds_the_end_up_no_longer_than_it_may(tmp_path: Path) -> None:
    program = """
class Hung:
    def put_events(self, Entries): time.sleep(60)
configure(Settings(linger_seconds=0.0, exit_seconds=0.2), connect=Hung)
call('a'); time.sleep(0.1)
"""
    process = Process(tmp_path, program)
    _, err = process.popen.communicate(timeout=15)
    assert process.popen.returncode == 0
    assert b"1 records could not be published before the end" in err
    assert process.taken == []
