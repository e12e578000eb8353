"""From PutEvents to the last target's throttle, and back, on the deployed local account, which holds to IAM.

An engagement ends when the last target itself said that it is down: it is asked over and over, so a figure includes up
to one pause and one request too much, never too little.
"""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.crossing import LIMIT_USD, Crossings, Run
from local.account import local_account

RUNS = 100
"""Crossings of a budget of its own each, over `TARGETS` targets: a function, a SageMaker endpoint and a role."""
TARGETS = 3
CROWD_RUNS = 10
CROWD = 20
"""Targets; as many as one switch takes by itself."""
CEILINGS = {"p50": 3.0, "p99": 6.0}
"""Seconds that an engagement may take."""


def measure(scratch: Path) -> dict[str, Any]:
    """Figures in seconds. Raises AssertionError when a target did not go down, or did not come back."""
    small = [f"run-{number}" for number in range(RUNS)]
    crowds = [f"crowd-{number}" for number in range(CROWD_RUNS)]
    budgets = _budgets(scratch, ["warm-up", *small, *crowds])
    with local_account(budgets=budgets) as account:
        crossings = Crossings(account)
        crossings.warm_up("warm-up", TARGETS)
        few = [crossings.run(project, TARGETS) for project in small]
        many = [crossings.run(project, CROWD) for project in crowds]
    return {f"{TARGETS}_targets": _figures(few), f"{CROWD}_targets": _figures(many)}


def _figures(runs: Sequence[Run]) -> dict[str, Any]:
    engaged = _percentiles([run.engaged for run in runs])
    judged = {
        name: {"seconds": engaged[name], "ceiling": ceiling, "over": engaged[name] >= ceiling}
        for name, ceiling in CEILINGS.items()
    }
    return {
        "runs": len(runs),
        "engaged": {**judged, "max": engaged["max"]},
        "enforce_began": _percentiles([run.reached for run in runs]),
        "released": _percentiles([run.released for run in runs]),
    }


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    found = {"p50": cuts[49], "p99": cuts[98], "max": max(seconds)}
    return {name: round(value, 3) for name, value in found.items()}


def _budgets(scratch: Path, projects: Sequence[str]) -> Path:
    scratch.mkdir(parents=True, exist_ok=True)
    path = scratch / "kill-switch.yaml"
    lines = [f"  - {{id: {name}, limit_usd: {LIMIT_USD}, match: {{project_id: {name}}}}}" for name in projects]
    path.write_text("\n".join(["version: 1", "mode: enforce", "budgets:", *lines, ""]))
    return path
