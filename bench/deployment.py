"""How long `cdk synth` takes, and a whole deployment into the local account, by the number of budgets."""

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local import cdk
from local.account import local_account
from local.workdir import Workdir

COUNTS = (10, 500)
"""Budgets of budgets.yaml, each of which has an AWS budget behind it."""
_STACK_LIMIT = 500
"""Resources that CloudFormation holds in a stack ("AWS CloudFormation quotas")."""


def measure(scratch: Path) -> dict[str, Any]:
    """Seconds of each step, as a person at `make up` waits for it and of the CDK command line's processor time; and how
    full the fullest stack is.
    """
    return {f"{count}_budgets": _deploy(scratch, count) for count in COUNTS}


def _deploy(scratch: Path, count: int) -> dict[str, Any]:
    budgets = _budgets(scratch, count)
    with local_account(deployed=False) as account:
        steps: dict[str, dict[str, float]] = {}
        with _timed(steps, "synth"):
            _synth(account.files, budgets)
        with _timed(steps, "first_deployment"):
            account.launch(budgets=budgets)
        with _timed(steps, "every_limit_changed"):
            account.launch(budgets=_budgets(scratch, count, limit=2))
        resources = [len(stack["Resources"]) for stack in _templates(account.files.cdk_out)]
    return {
        "steps": steps,
        "stacks": len(resources),
        "fullest_stack": {"resources": max(resources), "ceiling": _STACK_LIMIT, "over": max(resources) > _STACK_LIMIT},
    }


@contextmanager
def _timed(steps: dict[str, dict[str, float]], name: str) -> Iterator[None]:
    """The emulators' own processor time is not in it: they go on running."""
    began, before = time.monotonic(), _processor()
    yield
    elapsed = time.monotonic() - began
    steps[name] = {"seconds": round(elapsed, 1), "cdk_cpu_seconds": round(_processor() - before, 1)}


def _processor() -> float:
    """Of all processes that were started from here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _synth(files: Workdir, budgets: Path) -> None:
    """The command alone, with the layer of packages in its cache."""
    with cdk.synthesis(files, {"target": "local", "budgets": str(budgets)}) as synthesis:
        synthesis.wait()


def _templates(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text()) for file in folder.glob("*.template.json")]


def _budgets(scratch: Path, count: int, *, limit: int = 1) -> Path:
    scratch.mkdir(parents=True, exist_ok=True)
    path = (scratch / f"deployment-{count}-{limit}.yaml").resolve()
    lines = [f"  - {{id: b{number}, limit_usd: {limit}, match: {{project_id: p{number}}}}}" for number in range(count)]
    path.write_text("\n".join(["version: 1", "budgets:", *lines, ""]))
    return path
