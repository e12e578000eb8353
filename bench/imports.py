"""What a cold start imports, as a ratio to boto3 with a DynamoDB client, which no function can do without."""

import os
import subprocess
import sys
from pathlib import Path

FUNCTIONS = Path(__file__).parents[1] / "functions"
CEILINGS = {"meter": 2.5, "notify": 2.2, "sweep": 1.8, "define": 1.8, "enforce": 2.2}
"""Ratios that a cold start may have."""
ROUNDS = 7
BASELINE = "import boto3; boto3.client('dynamodb', region_name='us-east-1')"
_ENVIRONMENT = {
    "TABLE_NAME": "t",
    "BUS_NAME": "b",
    "RUNBOOK_URL": "https://example.com/runbook.md",
    "THROTTLEABLE_ENVIRONMENTS": "staging",
    "MAX_TARGETS": "20",
    "MAX_ATTEMPTS": "3",
    "ONCALL_TOPIC_ARN": "arn:aws:sns:us-east-1:111122223333:a",
    "ALERTS_TOPIC_ARN": "arn:aws:sns:us-east-1:111122223333:b",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "POWERTOOLS_METRICS_NAMESPACE": "Spendplane",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "PYTHONPATH": str(FUNCTIONS),
}


def measure() -> dict[str, dict[str, float | bool]]:
    """Processor milliseconds of an import, the least of some rounds in turns, and whether it is over its ceiling."""
    statements = {"empty": "pass", "base": BASELINE, **{name: f"import {name}.handler" for name in CEILINGS}}
    # The first round writes the compiled files and is not counted.
    rounds = [{name: _cpu_ms(code) for name, code in statements.items()} for _ in range(ROUNDS + 1)][1:]
    least = {name: min(found[name] for found in rounds) for name in statements}
    empty = least["empty"]
    base = least["base"] - empty
    figures: dict[str, dict[str, float | bool]] = {"boto3_dynamodb_client": {"cpu_ms": round(base, 1), "ratio": 1.0}}
    for name, ceiling in CEILINGS.items():
        own = least[name] - empty
        ratio = round(own / base, 2)
        figures[name] = {"cpu_ms": round(own, 1), "ratio": ratio, "ceiling": ceiling, "over": ratio > ceiling}
    return figures


def _cpu_ms(statement: str) -> float:
    code = f"import time\n{statement}\nprint(time.process_time() * 1000)"
    # Compiled files are used, as in every measurement after the first.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**inherited, **_ENVIRONMENT}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout.strip().splitlines()[-1])
