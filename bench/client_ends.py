"""How a process may end, and what of its records is then on the bus: each case is a process of its own."""

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CALLS, RATE = 3_000, 2_000
_PROGRAM = """
import json, sys, time
sys.path.insert(0, {sources!r})
from spendplane_client import Settings, configure, report, stats

class Bus:
    def put_events(self, Entries):
        with open({file!r}, "a") as file:
            for entry in Entries:
                file.write(str(len(json.loads(entry["Detail"])["records"])) + "\\n")
        return {{"Entries": [{{}} for _ in Entries]}}

configure(Settings(), connect=Bus)
began = time.perf_counter()
for number in range({calls}):
    while time.perf_counter() < began + number / {rate}: time.sleep(0.0002)
    report("openai.embeddings", {{"usage": {{"prompt_tokens": 8}}}}, provider="openai", model="m")
print("recorded", flush=True)
{rest}
"""


def measure(sources: Path) -> dict[str, Any]:
    """Records recorded, on the bus, and lost, by how the process ends right after its last call."""
    cases = {"exit": None, "sigterm": signal.SIGTERM, "sigkill": signal.SIGKILL}
    return {name: _case(sources, number) for name, number in cases.items()}


def _case(sources: Path, number: signal.Signals | None) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "taken"
        file.touch()
        rest = "" if number is None else "time.sleep(30)"
        text = _PROGRAM.format(sources=str(sources), file=str(file), calls=CALLS, rate=RATE, rest=rest)
        with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == "recorded\n"
            if number is not None:
                running.send_signal(number)
            running.wait(30)
        published = sum(json.loads(line) for line in file.read_text().splitlines())
    return {"recorded": CALLS, "published": published, "lost": CALLS - published}
