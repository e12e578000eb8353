"""Lines of an export with one line item a row: CUR 2.0 and FOCUS 1.2, told apart by their columns.

https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html and
https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-focus-1-2-aws.html.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from spendplane.adapters.bills import cost_explorer
from spendplane.adapters.bills.rows import Row, columns, rows
from spendplane.contract.yaml_file import FileError
from spendplane.domain.bill_rows import BillLine
from spendplane.domain.billed import UNKNOWN, billed

_USAGE = frozenset({"Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"})
"""Line item types (CUR) and charge categories (FOCUS) that are the price of something used."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a format has what is needed. `product` may hold the product's name, directly or inside a map."""

    start: str
    kind: str
    code: str
    usage_type: str
    usd: str
    product: tuple[str, ...]

    @property
    def needed(self) -> tuple[str, ...]:
        """Without these nothing can be said."""
        return (self.start, self.kind, self.code, self.usage_type, self.usd)


CUR_2 = Columns(
    start="line_item_usage_start_date",
    kind="line_item_line_item_type",
    code="line_item_product_code",
    usage_type="line_item_usage_type",
    usd="line_item_unblended_cost",
    product=("product", "product_product_name"),
)
FOCUS = Columns(
    start="ChargePeriodStart",
    kind="ChargeCategory",
    code="x_ServiceCode",
    usage_type="x_UsageType",
    usd="BilledCost",
    product=("ServiceName",),
)


def read(path: Path) -> Iterator[BillLine]:
    """Every line of the file, AI or not. Raises FileError, with the row where one is wrong."""
    header = columns(path)
    for known in (CUR_2, FOCUS):
        if set(known.needed) <= set(header):
            yield from _lines(path, known)
            return
    if cost_explorer.fits(header):
        yield from cost_explorer.read(path)
        return
    missing = [name for name in CUR_2.needed if name not in header]
    raise FileError(
        f"{path}: neither CUR 2.0, FOCUS 1.2 nor a Cost Explorer export by usage type or service:"
        f" for CUR 2.0 it lacks {', '.join(missing)}"
    )


def _lines(path: Path, known: Columns) -> Iterator[BillLine]:
    wanted = {*known.needed, *known.product}
    for number, row in enumerate(rows(path, wanted.__contains__), start=2):
        try:
            yield _line(row, known)
        except (ValueError, InvalidOperation, TypeError) as error:
            raise FileError(f"{path}: row {number}: {error}") from error


def _line(row: Row, known: Columns) -> BillLine:
    usage_type = str(row[known.usage_type] or "")
    found = billed(str(row[known.code] or ""), _product_name(row, known), usage_type)
    return BillLine(
        day=_day(row[known.start]),
        provider=found.provider if found else None,
        model=found.model if found else UNKNOWN,
        usage_type=usage_type,
        usd=_usd(row[known.usd]),
        usage=str(row[known.kind]) in _USAGE,
    )


def _product_name(row: Row, known: Columns) -> str:
    for name in known.product:
        value = row.get(name)
        if isinstance(value, str) and value.startswith("{"):
            value = json.loads(value)
        if isinstance(value, list):  # a map of Parquet
            value = dict(value)
        if isinstance(value, Mapping):
            value = value.get("product_name")
        if value:
            return str(value)
    return ""


def _day(value: Any) -> date:
    """In UTC, as every time of these exports."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip().replace(" UTC", ""))
    if isinstance(value, datetime):
        return value.astimezone(UTC).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    raise ValueError(f"no date: {value!r}")


def _usd(value: Any) -> Decimal:
    if value is None or value == "":
        return Decimal(0)
    amount = value if isinstance(value, Decimal) else Decimal(repr(value) if isinstance(value, float) else str(value))
    if not amount.is_finite():
        raise ValueError(f"no amount: {value!r}")
    return amount
