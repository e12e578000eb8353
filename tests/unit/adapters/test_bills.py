"""Exports of AWS in their three formats and two forms: each line, exactly, or where and why not."""

import gzip
import importlib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from spendplane.adapters.bills.exports import read
from spendplane.contract.yaml_file import FileError
from spendplane.domain.bill_rows import BillLine
from tests.support import make_bill

EXAMPLES = Path(__file__).parents[3] / "examples/bill"
DAY = date(2026, 11, 18)


def sums(lines: Iterable[BillLine]) -> dict[tuple[str | None, str], Decimal]:
    found: dict[tuple[str | None, str], Decimal] = {}
    for line in lines:
        if line.usage:
            found[line.provider, line.model] = found.get((line.provider, line.model), Decimal(0)) + line.usd
    return found


def test_the_example_is_up_to_date(tmp_path: Path) -> None:
    make_bill.write(tmp_path)
    mend = "run: python -m tests.support.make_bill examples/bill"
    for name in (make_bill.CSV, make_bill.EXPLORER):
        assert (EXAMPLES / name).read_text(encoding="utf-8") == (tmp_path / name).read_text(encoding="utf-8"), mend
    assert list(read(EXAMPLES / make_bill.PARQUET)) == list(read(tmp_path / make_bill.PARQUET)), mend


def test_csv_and_parquet_say_the_same() -> None:
    lines = list(read(EXAMPLES / make_bill.CSV))
    assert list(read(EXAMPLES / make_bill.PARQUET)) == lines
    assert lines[0] == BillLine(
        DAY, "aws.bedrock", "Claude Sonnet 4.5", "USE1-MP:USE1_InputTokenCount-Units", Decimal(3)
    )
    assert sums(lines)["aws.bedrock", "Claude Sonnet 4.5"] == 50
    assert sums(lines)["aws.sagemaker", "ml.g5.xlarge"] == Decimal("135.168")
    assert sums(lines)[None, ""] == Decimal("7.84")
    assert [line.usd for line in lines if not line.usage] == [Decimal("4.2"), Decimal(-1)]


def test_cost_explorer_knows_less_and_drops_nothing() -> None:
    found = sums(read(EXAMPLES / make_bill.EXPLORER))
    assert found["aws.bedrock", "Claude Sonnet 4.5"] == 50
    assert sum(found.values()) == sum(sums(read(EXAMPLES / make_bill.CSV)).values())


def test_cost_explorer_by_usage_type(tmp_path: Path) -> None:
    path = tmp_path / "by-type.csv"
    path.write_text(
        '"Usage type","USE1-NovaMicro-input-tokens($)","USE1-Host:ml.g5.xlarge($)","BoxUsage:t3($)","Total costs($)"\n'
        '"Usage type total","2","3","4","9"\n"2026-11-18","2","3","4","9"\n"2026-11-19","","0","",""\n'
    )
    assert [(line.provider, line.model, line.usd) for line in read(path)] == [
        ("aws.bedrock", "NovaMicro", Decimal(2)), ("aws.sagemaker", "ml.g5.xlarge", Decimal(3)), (None, "", Decimal(4)),
    ]  # fmt: skip


def test_focus(tmp_path: Path) -> None:
    path = tmp_path / "focus.csv.gz"
    text = (
        "ChargePeriodStart,ChargeCategory,x_ServiceCode,x_UsageType,BilledCost,ServiceName\n"
        "2026-11-18T23:00:00Z,Usage,AmazonBedrock,USE1-NovaMicro-input-tokens,0.1,Amazon Bedrock\n"
        "2026-11-18T00:00:00Z,Usage,8kx,USE1-MP:USE1_InputTokenCount,7,Claude Haiku 4.5 (Amazon Bedrock Edition)\n"
        "2026-11-18T00:00:00Z,Credit,AmazonBedrock,,-3,Amazon Bedrock\n"
    )
    path.write_bytes(gzip.compress(text.encode()))
    assert list(read(path)) == [
        BillLine(DAY, "aws.bedrock", "NovaMicro", "USE1-NovaMicro-input-tokens", Decimal("0.1")),
        BillLine(DAY, "aws.bedrock", "Claude Haiku 4.5", "USE1-MP:USE1_InputTokenCount", Decimal(7)),
        BillLine(DAY, "aws.bedrock", "", "", Decimal(-3), usage=False),
    ]


HEADER = "line_item_usage_start_date,line_item_line_item_type,line_item_product_code,line_item_usage_type,"
HEADER += "line_item_unblended_cost,product\n"


@pytest.mark.parametrize(
    ("start", "usd", "product", "line"),
    [
        ("2026-11-18T00:00:00.000Z", "1e-7", "", (DAY, "NovaMicro", Decimal("1e-7"))),
        ("2026-11-17T23:00:00-02:00", "1", "{}", (DAY, "NovaMicro", Decimal(1))),
        ("2026-11-18 05:00:00 UTC", "", '"{""product_name"": ""X (Amazon Bedrock Edition)""}"', (DAY, "X", Decimal(0))),
    ],
)
def test_forms_of_values(tmp_path: Path, start: str, usd: str, product: str, line: tuple[Any, ...]) -> None:
    path = tmp_path / "cur.csv"
    path.write_text(f"{HEADER}{start},Usage,AmazonBedrock,NovaMicro-input-tokens,{usd},{product}\n")
    (found,) = read(path)
    assert (found.day, found.model, found.usd) == line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "neither CUR 2.0, FOCUS 1.2 nor a Cost Explorer export"),
        ("", "it lacks line_item_usage_start_date"),
        (HEADER + "soon,Usage,AmazonBedrock,x,1,\n", "row 2: Invalid isoformat string: 'soon'"),
        (HEADER + "2026-11-18,Usage,AmazonBedrock,x,NaN,\n", "row 2: no amount: 'NaN'"),
        (HEADER + "2026-11-18,Usage,AmazonBedrock,x,dear,\n", "row 2: "),
        (HEADER + "2026-11-18,Usage\n", "row 2: "),
        ('"Usage type","x($)"\n"November","1"\n', "row 2: Invalid isoformat string: 'November'; export it daily"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bill.csv"
    path.write_text(text)
    with pytest.raises(FileError) as caught:
        list(read(path))
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_text("x")
    (tmp_path / "half.parquet").write_bytes((EXAMPLES / make_bill.PARQUET).read_bytes()[:3000])
    (tmp_path / "a.csv.gz").write_text("x")
    for name in ("a.parquet", "half.parquet", "a.csv.gz"):
        with pytest.raises(FileError, match=name):
            list(read(tmp_path / name))
    for name in ("no.csv", "no.parquet"):
        with pytest.raises(FileNotFoundError):
            list(read(tmp_path / name))


def test_without_the_reader_of_parquet_its_name_and_the_way_around_it_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> ModuleType:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(FileError, match=r"pip install 'spendplane\[parquet\]' .* CSV needs none"):
        list(read(EXAMPLES / make_bill.PARQUET))
    assert list(read(EXAMPLES / make_bill.CSV))
