"""How long `cdk synth` takes, and a whole deployment into the local account, by the number of budgets."""

import json
import time
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
    """Seconds of each step as a person at `make up` waits for it, and how full the fullest stack is."""
    return {f"{count}_budgets": _deploy(scratch, count) for count in COUNTS}


def _deploy(scratch: Path, count: int) -> dict[str, Any]:
    budgets = _budgets(scratch, count)
    with local_account(deployed=False) as account:
        seconds = {"synth": _synth(account.files, budgets)}
        began = time.monotonic()
        account.launch(budgets=budgets)
        seconds["first_deployment"] = time.monotonic() - began
        began = time.monotonic()
        account.launch(budgets=_budgets(scratch, count, limit=2))
        seconds["every_limit_changed"] = time.monotonic() - began
        resources = [len(stack["Resources"]) for stack in _templates(account.files.cdk_out)]
    return {
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "stacks": len(resources),
        "fullest_stack": {"resources": max(resources), "ceiling": _STACK_LIMIT, "over": max(resources) > _STACK_LIMIT},
    }


def _synth(files: Workdir, budgets: Path) -> float:
    """The command alone, with the layer of packages in its cache."""
    began = time.monotonic()
    with cdk.synthesis(files, {"target": "local", "budgets": str(budgets)}) as synthesis:
        synthesis.wait()
    return time.monotonic() - began


def _templates(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text()) for file in folder.glob("*.template.json")]


def _budgets(scratch: Path, count: int, *, limit: int = 1) -> Path:
    scratch.mkdir(parents=True, exist_ok=True)
    path = (scratch / f"deployment-{count}-{limit}.yaml").resolve()
    lines = [f"  - {{id: b{number}, limit_usd: {limit}, match: {{project_id: p{number}}}}}" for number in range(count)]
    path.write_text("\n".join(["version: 1", "budgets:", *lines, ""]))
    return path
