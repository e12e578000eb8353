"""The client package: what it costs the caller of a call, and what becomes of the records when the bus refuses them.

Bedrock and the bus answer at once, inside the process; so what is measured is the caller's own time.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse, HeadersDict

import spendplane_client
from bench import client_ends
from bench.client_buses import Healthy, Throttled, Unreachable
from spendplane_client import Settings, bedrock, configure, instrument, process, uninstrument
from spendplane_client.calls import Call
from spendplane_client.publisher import Publisher

CALLS, WARM_UP = 4_000, 200
RATE, SECONDS, TICK = 10_000, 5, 20
"""Calls a second, for how long, and how many come together: a loop that waits for each would take the core itself."""
SOURCES = Path(__file__).parents[1] / "clients" / "python" / "src"
WHO = {"project_id": "bench", "user_id": "bench", "environment": "test"}
ANSWER = {
    "output": {"message": {"role": "assistant", "content": [{"text": "hi " * 300}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 350, "outputTokens": 900, "totalTokens": 121_250, "cacheReadInputTokens": 120_000},
    "metrics": {"latencyMs": 5},
}
MESSAGES = [{"role": "user", "content": [{"text": "hi"}]}]


def measure() -> dict[str, Any]:
    """Microseconds of a call, milliseconds of an import, kilobytes; and every record of each case accounted for."""
    buses: dict[str, Callable[[], Any]] = {"healthy": Healthy, "unreachable": Unreachable, "throttled": Throttled}
    return {
        "overhead_us": {name: _overhead(bus) for name, bus in buses.items()},
        "overhead_us_without_labels": _overhead(Healthy, label_requests=False),
        "ten_thousand_a_second": {name: _rush(bus) for name, bus in buses.items()},
        "ends": client_ends.measure(SOURCES),
        "import": _imports(),
        "installed_kb": round(sum(path.stat().st_size for path in _files()) / 1024, 1),
    }


@contextmanager
def _publishing(bus: Callable[[], Any]) -> Iterator[Publisher]:
    made = configure(Settings(), connect=bus)
    try:
        yield made
    finally:
        made.close(0.0)
        process._made.clear()  # noqa: SLF001  # the next case has a publisher of its own


def _overhead(bus: Callable[[], Any], **options: bool) -> dict[str, float]:
    """Bare and followed calls in turns, so that both meet the same machine; and what passes inside our own handlers.

    The first holds botocore's work on the labels as well; its p99 would be the machine's, so only the second has one.
    """
    bare, followed = _bedrock(), _bedrock()
    with _publishing(bus), _timed_handlers() as own:
        instrument(followed, **WHO, **options)
        times: dict[str, list[float]] = {"bare": [], "followed": []}
        for number in range(CALLS + WARM_UP):
            for name, client in (("bare", bare), ("followed", followed)):
                begin = time.perf_counter()
                client.converse(modelId="m", messages=MESSAGES)
                if number >= WARM_UP:
                    times[name].append((time.perf_counter() - begin) * 1e6)
        uninstrument(followed)
    pairs = list(zip(own[::2], own[1::2], strict=True))[WARM_UP:]
    wall, cpu = ([first[kind] + second[kind] for first, second in pairs] for kind in (0, 1))
    return {
        "bare_p50": round(median(times["bare"]), 1),
        "added_p50": round(median(times["followed"]) - median(times["bare"]), 1),
        "own_p50": round(median(wall), 1),
        "own_p99": round(quantiles(wall, n=100)[98], 1),
        "own_over_1_ms": sum(microseconds > 1_000 for microseconds in wall),
        "own_cpu_p50": round(median(cpu), 1),
        "own_cpu_p99": round(quantiles(cpu, n=100)[98], 1),
    }


@contextmanager
def _timed_handlers() -> Iterator[list[tuple[float, float]]]:
    """Microseconds of each handler, by the clock and of the processor; two a call."""
    took: list[tuple[float, float]] = []
    kept = {name: getattr(bedrock.BedrockHook, name) for name in ("_begin", "_answered")}

    def timed(handler: Callable[..., None]) -> Callable[..., None]:
        def run(*args: Any, **event: Any) -> None:
            begin, cpu = time.perf_counter(), time.thread_time()
            handler(*args, **event)
            took.append(((time.perf_counter() - begin) * 1e6, (time.thread_time() - cpu) * 1e6))

        return run

    for name, handler in kept.items():
        setattr(bedrock.BedrockHook, name, timed(handler))
    try:
        yield took
    finally:
        for name, handler in kept.items():
            setattr(bedrock.BedrockHook, name, handler)


def _rush(bus: Callable[[], Any]) -> dict[str, float]:
    """`record` alone, at a rate that no boto3 client reaches in one process; then a flush of two seconds."""
    usage = {"usage": ANSWER["usage"]}
    took: list[float] = []
    with _publishing(bus) as publisher:
        began = time.perf_counter()
        for number in range(RATE * SECONDS):
            if number % TICK == 0:
                time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            call = Call("bedrock.converse", "aws.bedrock", "m", WHO, time.time(), usage, request_id=str(number))
            begin = time.perf_counter()
            publisher.record(call)
            took.append((time.perf_counter() - begin) * 1e6)
        rate = len(took) / (time.perf_counter() - began)
        publisher.flush(2.0)
        stats = publisher.stats
    cuts = quantiles(took, n=1000)
    return {
        "calls_per_second": round(rate),
        "p50_us": round(median(took), 1),
        "p99_us": round(cuts[989], 1),
        "p99_9_us": round(cuts[998], 1),
        "over_1_ms": sum(microseconds > 1_000 for microseconds in took),
        "recorded": stats.recorded,
        "published": stats.published,
        "dropped_and_counted": stats.dropped,
        "queued": stats.queued,
        "unaccounted": stats.recorded - stats.published - stats.dropped - stats.queued,
    }


def _bedrock() -> Any:
    session = boto3.Session("test", "test", region_name="us-east-1")
    client = session.client("bedrock-runtime")
    body = json.dumps(ANSWER).encode()
    headers = HeadersDict({"content-type": "application/json", "x-amzn-requestid": "r"})

    class Body:
        def stream(self) -> Iterator[bytes]:
            yield body

    def send(request: Any, **_: object) -> AWSResponse:
        return AWSResponse(request.url, 200, headers, Body())  # type: ignore[arg-type]  # what it reads of them

    client.meta.events.register("before-send.bedrock-runtime", send)
    return client


def _imports() -> dict[str, float]:
    """The least of seven rounds, over an empty interpreter; then what the hook for boto3 adds to boto3 itself."""
    empty, own = (min(_cpu_ms(code) for _ in range(7)) for code in ("pass", "import spendplane_client"))
    base = "import boto3, botocore.eventstream, botocore.response"
    with_boto3 = [min(_cpu_ms(code) for _ in range(5)) for code in (base, f"{base}, spendplane_client.bedrock")]
    return {"cpu_ms": round(own - empty, 1), "beside_boto3_cpu_ms": round(with_boto3[1] - with_boto3[0], 1)}


def _cpu_ms(statement: str) -> float:
    code = (
        f"import sys; sys.path.insert(0, {str(SOURCES)!r})\nimport time\n{statement}\nprint(time.process_time() * 1000)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _files() -> list[Path]:
    return [path for path in Path(spendplane_client.__file__).parent.rglob("*") if path.suffix in (".py", ".typed")]
