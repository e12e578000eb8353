"""Runs the fuzzers, each in a process of its own, and reads what they say of themselves."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from proof.fuzz.target import target

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "tests" / "support" / "fuzz"
SEED = 20261128
"""Of the fuzzer's own chance. How far it comes still depends on the machine."""
MAX_INPUT_BYTES = 16_384
STARTING_SECONDS = 120
"""For imports and the seeds, before its time begins to count, and to end after it."""
_STATUS = re.compile(r"^#\d+\s+[A-Za-z]+\s+cov: (\d+) .*?corp: (\d+)", re.MULTILINE)
_EXECUTED = re.compile(r"stat::number_of_executed_units: (\d+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one target. `branches` of our packages: those that the seeds reached, and those in the end.

    `failed`: the last words of the exception, `input` the file that caused it; None when all held.
    """

    name: str
    executions: int
    seeds: int
    seed_branches: int
    branches: int
    corpus: int
    failed: str | None = None
    input: Path | None = None


def fuzz(names: Sequence[str], seconds: int, scratch: Path, tell: Callable[[str], None]) -> list[Outcome]:
    """Each for so many seconds, as many at once as there are cores."""
    done: list[Outcome] = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        waiting = [pool.submit(run, name, seconds, scratch) for name in names]
        for future in as_completed(waiting):
            done.append(future.result())
            executions = sum(item.executions for item in done)
            tell(f"{len(done)} of {len(names)} targets, {executions:,} inputs, {sum(map(_broke, done))} failed")
    return sorted(done, key=lambda item: names.index(item.name))


def run(name: str, seconds: int, scratch: Path) -> Outcome:
    """One target, from its seeds: what a former run found is forgotten, so that each says the same of the same code."""
    folder = scratch / name
    shutil.rmtree(folder, ignore_errors=True)
    corpus, seeds, found = folder / "corpus", folder / "seeds", folder / name
    for place in (corpus, seeds, found):
        place.mkdir(parents=True)
    begun = [*target(name).seeds(), *(path.read_bytes() for path in sorted((KEPT / name).glob("*")))]
    for number, seed in enumerate(begun):
        (seeds / f"{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}", f"-seed={SEED}", f"-max_len={MAX_INPUT_BYTES}", "-timeout=100000",
        "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={found}/", str(corpus), str(seeds),
    ]  # fmt: skip
    command = [sys.executable, "-m", "proof.fuzz.worker", name, *options]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'functions'}{os.pathsep}{ROOT}"}
    with (folder / "log").open("wb") as log:
        try:
            ended = subprocess.run(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False,
                timeout=seconds + STARTING_SECONDS,
            ).returncode  # fmt: skip
        except subprocess.TimeoutExpired:
            ended = -1
    return outcome(name, len(begun), ended, (folder / "log").read_text(errors="replace"), next(found.iterdir(), None))


def outcome(name: str, seeds: int, ended: int, log: str, found: Path | None) -> Outcome:
    """From what libFuzzer wrote: `#3082 DONE cov: 359 ft: 1218 corp: 164/78Kb …`."""
    told = [(int(branches), int(corpus)) for branches, corpus in _STATUS.findall(log)]
    executed = _EXECUTED.search(log)
    branches, corpus = told[-1] if told else (0, 0)
    failed = None
    if ended or found or not executed:
        failed = _last_words(log) or f"the fuzzer ended with {ended}: {log.strip().splitlines()[-1][:300]}"
    executions = int(executed[1]) if executed else 0
    return Outcome(name, executions, seeds, told[0][0] if told else 0, branches, corpus, failed, found)


def _last_words(log: str) -> str | None:
    """The exception, and the last line of ours that it came through."""
    _, raised, trace = log.partition("=== Uncaught Python exception: ===\n")
    if not raised:
        return None
    lines = trace.splitlines()
    ours = [line.strip() for line in lines if line.startswith('  File "') and str(ROOT) in line and ".venv" not in line]
    return f"{lines[0][:300]} ({ours[-1].replace(f'{ROOT}/', '')})" if ours else lines[0][:300]


def _broke(item: Outcome) -> bool:
    return item.failed is not None
