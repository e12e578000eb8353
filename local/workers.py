"""A function's processes, as the one that started them holds them: who is at work, and a way to end one meanwhile.

On AWS a function's machine can go at any time. This is how it goes here, for those who want to see what follows:

    GET  /_spendplane/workers/NAME        the journal of the function, and its processes
    POST /_spendplane/workers/NAME/kill   ends one that is at work, by SIGKILL; 409 where none is

Only this launcher serves it, on loopback, as MiniStack its own paths: without a signature.
"""

import json
import random
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

PREFIX = "/_spendplane/workers/"
MAX_ERRORS = 10
Answer = tuple[int, dict[str, Any]]


@dataclass(slots=True)
class Journal:
    """What became of a function's invocations: `cut_off` by a kill, `timed_out`, `failed` in any other way, or done.

    `messages_cut_off` are those of batches that did not end, each once;
    of these, `redelivered` were worked off by a later invocation, and `open` were not, so far.
    """

    invocations: int = 0
    cut_off: int = 0
    timed_out: int = 0
    failed: int = 0
    messages_cut_off: int = 0
    redelivered: int = 0
    errors: list[str] = field(default_factory=list)
    """Of those that failed, what the first of them said."""
    open: set[str] = field(default_factory=set)

    def note(self, messages: set[str], result: dict[str, Any], *, killed: bool) -> None:
        """One invocation has ended; `result` is MiniStack's, `killed` says whether its process was ended meanwhile."""
        self.invocations += 1
        if result.get("status") != "error":
            done = messages - _reported(result)
            self.redelivered += len(self.open & done)
            self.open -= done
            return
        said = str(result.get("error"))
        self.messages_cut_off += len(messages - self.open)
        if killed:
            self.cut_off += 1
        elif "timed out" in said:
            self.timed_out += 1
        else:
            self.failed += 1
            self.errors = [*self.errors, said][:MAX_ERRORS]
        self.open |= messages


class Workers:
    """Of every function. `pools` are MiniStack's, by `account:region:name:qualifier`."""

    def __init__(self, pools: dict[str, list[Any]]) -> None:
        self._pools = pools
        self._journals: dict[str, Journal] = {}
        self._began: dict[Any, float] = {}
        self._killed: set[Any] = set()
        self._lock = threading.Lock()

    def watch(self, invoke: Any) -> Any:
        """Around `Worker.invoke`."""

        def watched(worker: Any, event: Any, *given: Any, **more: Any) -> Any:
            with self._lock:
                self._began[worker] = time.monotonic()
            try:
                result = invoke(worker, event, *given, **more)
            except Exception as error:
                self._end(worker, event, {"status": "error", "error": repr(error)})
                raise
            self._end(worker, event, result)
            return result

        return watched

    def start(self, spawn: Any) -> Any:
        """Around `Worker._spawn`: a process that starts is not at work yet. When a start fails, MiniStack ends all
        other processes of the function as well, which AWS does not.
        """

        def started(worker: Any, *given: Any) -> None:
            with self._lock:
                known = self._began.pop(worker, None) is not None
            spawn(worker, *given)
            if known:
                with self._lock:
                    self._began[worker] = time.monotonic()

        return started

    def _end(self, worker: Any, event: Any, result: dict[str, Any]) -> None:
        with self._lock:
            self._began.pop(worker, None)
            killed = worker in self._killed
            self._killed.discard(worker)
            journal = self._journals.setdefault(worker.func_name, Journal())
            journal.note(_messages(event), result, killed=killed)

    def look(self, name: str) -> Answer:
        """The journal, and each process with its peak of resident memory (None where the system does not tell)."""
        with self._lock:
            journal = asdict(self._journals.get(name, Journal()))
            workers = [
                {"pid": worker._proc.pid, "at_work": worker in self._began, "peak_kb": peak_kb(worker._proc.pid)}  # noqa: SLF001
                for worker in self._alive(name)
            ]
        return 200, {**journal, "open": sorted(journal["open"]), "workers": workers}

    def kill(self, name: str) -> Answer:
        """Ends one that is at work, whichever."""
        with self._lock:
            busy = [worker for worker in self._alive(name) if worker in self._began]
            if not busy:
                return 409, {"message": f"no process of {name} is at work"}
            chosen = random.choice(busy)  # noqa: S311
            chosen._proc.kill()  # noqa: SLF001
            self._killed.add(chosen)
            return 200, {"pid": chosen._proc.pid, "after_s": time.monotonic() - self._began[chosen]}  # noqa: SLF001

    def _alive(self, name: str) -> list[Any]:
        found = (worker for key, pool in self._pools.items() if key.split(":")[2] == name for worker in pool)
        return [worker for worker in found if worker._proc is not None and worker._proc.poll() is None]  # noqa: SLF001


def install(app: Any, lambda_runtime: Any) -> None:  # MiniStack's modules
    """Before MiniStack serves."""
    workers = Workers(lambda_runtime._workers)  # noqa: SLF001  # one dictionary for the process's life
    lambda_runtime.Worker.invoke = workers.watch(lambda_runtime.Worker.invoke)
    lambda_runtime.Worker._spawn = workers.start(lambda_runtime.Worker._spawn)  # noqa: SLF001
    others = app.app

    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if not str(scope.get("path", "")).startswith(PREFIX):
            await others(scope, receive, send)
            return
        status, found = answer(workers, scope["method"], scope["path"].removeprefix(PREFIX))
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(found).encode()})

    app.app = serve


def answer(workers: Workers, method: str, path: str) -> Answer:
    """To a request below PREFIX."""
    name, _, command = path.partition("/")
    if (method, command) == ("GET", ""):
        return workers.look(name)
    if (method, command) == ("POST", "kill"):
        return workers.kill(name)
    return 404, {"message": f"GET {PREFIX}NAME or POST {PREFIX}NAME/kill"}


def peak_kb(pid: int) -> int | None:
    """The most memory that a process ever held, in KiB, where /proc tells."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), None)


def _messages(event: Any) -> set[str]:
    records = event.get("Records", ()) if isinstance(event, dict) else ()
    return {item["messageId"] for item in records if "messageId" in item}


def _reported(result: dict[str, Any]) -> set[str]:
    said = result.get("result")
    failures = said.get("batchItemFailures", ()) if isinstance(said, dict) else ()
    return {item["itemIdentifier"] for item in failures}
