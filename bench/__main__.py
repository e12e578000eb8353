"""Runs every measurement and writes `build/bench.json`: `python -m bench [part …]`."""

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import client, cost, deployment, growth, idle, imports, kill_switch, latency, switch_calls, throughput
from bench.engines import ministack
from bench.system import create_table, dynamodb
from bench.workload import NOW, five_budgets
from spendplane.adapters.dynamodb.client import Table as DynamoTable
from spendplane.adapters.dynamodb.definitions import DynamoDefinitions

OUT = Path(__file__).parents[1] / "build" / "bench.json"
MINISTACK_RECORDS = 6_000


def _throughput() -> dict[str, Any]:
    with ministack() as endpoint:
        client = dynamodb(endpoint)
        create_table(client)
        DynamoDefinitions(DynamoTable(client, "spendplane")).write(five_budgets(), (), NOW)
        over_ministack = throughput.over_engine(endpoint, "spendplane", MINISTACK_RECORDS)
    return {"records_per_second": {"instant": throughput.instant(), "ministack": over_ministack}}


def _cost() -> dict[str, Any]:
    with ministack() as endpoint:
        cases = cost.measure(endpoint)
    names = ("api_calls_per_record", "wcu_per_record", "usd_per_million_records")
    by_figure = {name: {case: figures[name] for case, figures in cases.items()} for name in names}
    return {**by_figure, "cost_detail": cases}


def _kill_switch() -> dict[str, Any]:
    with ministack() as endpoint:
        cases = switch_calls.measure(endpoint)
    calls = {case: {step: figures["calls"] for step, figures in steps.items()} for case, steps in cases.items()}
    seconds = kill_switch.measure(OUT.parent / "bench")
    return {"kill_switch_seconds": seconds, "kill_switch_calls": calls, "kill_switch_detail": cases}


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "throughput": _throughput,
    "cost": _cost,
    "growth": lambda: {"growth": {"budgets": growth.budgets(), "users": growth.users()}},
    "imports": lambda: {"imports": imports.measure()},
    "latency": lambda: {"latency_ms": latency.measure(OUT.parent / "bench")},
    "kill_switch": _kill_switch,
    "deployment": lambda: {"deployment": deployment.measure(OUT.parent / "bench")},
    "idle": lambda: {"idle_report": idle.measure()},
    "client": lambda: {"client": client.measure()},
}


def main(chosen: list[str]) -> int:
    """Measures the chosen parts (default: all); figures of parts not chosen stay as they were."""
    console = Console(stderr=True)
    if unknown := set(chosen) - PARTS.keys():
        console.print(f"bench: unknown part {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
        return 2
    figures = json.loads(OUT.read_text()) if OUT.exists() and chosen else {}
    for name in chosen or PARTS:
        begin = time.monotonic()
        console.print(f"bench: {name} …", end=" ", highlight=False)
        figures |= {"machine": _machine(), **PARTS[name]()}
        OUT.parent.mkdir(exist_ok=True)
        OUT.write_text(json.dumps(figures, indent=2) + "\n")
        console.print(f"{time.monotonic() - begin:.0f} s", highlight=False)
    Console().print(_table(figures))
    console.print(f"bench: written to {OUT}", highlight=False)
    return 0


def _machine() -> dict[str, Any]:
    return {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.system()}


def _table(figures: dict[str, Any]) -> Table:
    table = Table("figure", "value", title="Measured")
    for name, value in _flat("", {key: value for key, value in figures.items() if not key.endswith("_detail")}):
        over = name.endswith(".over") and value
        table.add_row(name, f"[red]{value}[/]" if over else str(value))
    return table


def _flat(prefix: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        return [(prefix.lstrip("."), value)]
    return [row for key, inner in value.items() for row in _flat(f"{prefix}.{key}", inner)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
