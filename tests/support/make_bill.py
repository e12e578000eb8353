"""The bill under `examples/bill/`: `python -m tests.support.make_bill examples/bill` writes it again.

Four days of November 2026, as CUR 2.0 in CSV and Parquet and as a Cost Explorer export. All amounts are invented; the
usage types have the shapes of real ones.
"""

import csv
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

DAYS = (18, 19, 20, 21)
CSV, PARQUET, EXPLORER = "cur-2026-11.csv", "cur-2026-11.snappy.parquet", "cost-explorer-2026-11.csv"
SONNET = "Claude Sonnet 4.5 (Amazon Bedrock Edition)"
_ROLE = "arn:aws:sts::123456789012:assumed-role/summaries/i-0abc"
_LINES = (  # code, product, usage type, unit, dollars a day
    ("8kxn2vqzexample", SONNET, "USE1-MP:USE1_InputTokenCount-Units", "1K tokens", "3"),
    ("8kxn2vqzexample", SONNET, "USE1-MP:USE1_OutputTokenCount-Units", "1K tokens", "9"),
    ("8kxn2vqzexample", SONNET, "USE1-MP:USE1_CacheReadInputTokenCount-Units", "1K tokens", "0.5"),
    ("AmazonBedrock", "Amazon Bedrock", "USE1-NovaMicro-input-tokens", "1K tokens", "1.5"),
    ("AmazonBedrock", "Amazon Bedrock", "USE1-NovaMicro-output-tokens", "1K tokens", "2.5"),
    (
        "AmazonBedrockService",
        "Amazon Bedrock",
        "USW2-anthropic.claude-opus-4-8-mantle-output-tokens-global-standard",
        "1K tokens",
        "20",
    ),
    ("AmazonBedrock", "Amazon Bedrock", "USE1-Guardrail-ContentPolicyUnitsConsumed", "TextUnits", "0.25"),
    ("AmazonSageMaker", "Amazon SageMaker", "USE1-Host:ml.g5.xlarge", "Hrs", "33.792"),
    ("AmazonSageMaker", "Amazon SageMaker", "USE1-Host:VolumeUsage.gp3", "GB-Mo", "0.14"),
    ("AmazonEC2", "Amazon Elastic Compute Cloud", "USE1-BoxUsage:m7g.large", "Hrs", "1.96"),
)


def rows() -> Iterator[dict[str, str]]:
    """Of the CUR, as text: usage of each day, then a tax and a credit."""
    for day in DAYS:
        for code, product, usage_type, unit, usd in _LINES:
            yield _row(day, "Usage", code, product, usage_type, usd, unit)
    yield _row(18, "Tax", "AmazonBedrock", "Amazon Bedrock", "", "4.2", "")
    yield _row(18, "Credit", "AmazonBedrock", "Amazon Bedrock", "USE1-NovaMicro-input-tokens", "-1", "")


def _row(day: int, kind: str, code: str, product: str, usage_type: str, usd: str, unit: str) -> dict[str, str]:
    start, end = (f"2026-11-{number:02d}T00:00:00.000Z" for number in (day, day + 1))
    return {
        "bill_billing_period_start_date": "2026-11-01T00:00:00.000Z",
        "line_item_usage_account_id": "123456789012",
        "line_item_line_item_type": kind,
        "line_item_usage_start_date": start,
        "line_item_usage_end_date": end,
        "line_item_product_code": code,
        "line_item_usage_type": usage_type,
        "line_item_operation": "InvokeModelInference" if "okens" in unit else "",
        "line_item_iam_principal": _ROLE if "Bedrock" in product else "",
        "line_item_unblended_cost": usd,
        "pricing_unit": unit,
        "product": json.dumps({"product_name": product, "region": "us-east-1"}),
        "resource_tags": json.dumps({"user_project": "marketing-gen-v1"}),
    }


def as_csv() -> str:
    """CUR 2.0."""
    made = list(rows())
    return _csv([list(made[0]), *(list(row.values()) for row in made)])


def as_parquet(path: Path) -> None:
    """The same, with times and amounts in their own types."""
    from arro3.core import Array, DataType, Table
    from arro3.io import write_parquet

    made = list(rows())
    data: dict[str, Any] = {}
    for name in made[0]:
        values = [row[name] for row in made]
        if name.endswith("_date"):
            epochs = [int(datetime.fromisoformat(value).astimezone(UTC).timestamp() * 1000) for value in values]
            data[name] = Array(epochs, type=DataType.int64()).cast(DataType.timestamp("ms", tz="UTC"))
        elif name == "line_item_unblended_cost":
            data[name] = Array([float(value) for value in values], type=DataType.float64())
        else:
            data[name] = Array(values, type=DataType.utf8())
    write_parquet(Table.from_pydict(data), str(path), compression="snappy")


def as_cost_explorer() -> str:
    """Daily, grouped by service, as the console exports it: Marketplace models are services of their own there."""
    services: dict[str, Decimal] = {}
    for _, product, _, _, usd in _LINES:
        services[product] = services.get(product, Decimal(0)) + Decimal(usd)
    columns = [*services.values(), sum(services.values(), Decimal(0))]
    lines: list[list[Any]] = [
        ["Service", *(f"{name}($)" for name in services), "Total costs($)"],
        ["Service total", *(amount * len(DAYS) for amount in columns)],
    ]
    return _csv([*lines, *([f"2026-11-{day:02d}", *columns] for day in DAYS)])


def _csv(lines: list[list[Any]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def write(folder: Path) -> None:
    """All three files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CSV).write_text(as_csv(), encoding="utf-8")
    (folder / EXPLORER).write_text(as_cost_explorer(), encoding="utf-8")
    as_parquet(folder / PARQUET)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
