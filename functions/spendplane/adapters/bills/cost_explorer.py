"""The CSV that Cost Explorer's console exports, daily and grouped by usage type or by service: a column for each group.

```
"Usage type","USE1-NovaMicro-input-tokens($)","USE1-NovaMicro-output-tokens($)","Total costs($)"
"Usage type total","3.5","7.0","10.5"
"2026-11-01","1.5","3.0","4.5"
```
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from spendplane.adapters.bills.rows import rows
from spendplane.contract.yaml_file import FileError
from spendplane.domain.bill_rows import BillLine
from spendplane.domain.billed import UNKNOWN, billed

_GROUPS = ("Usage type", "Service")
_UNIT = "($)"
_TOTAL = "Total costs"
_BEDROCK, _SAGEMAKER = "AmazonBedrock", "AmazonSageMaker"
_CODES = {"Bedrock": _BEDROCK, "SageMaker": _SAGEMAKER, ":ml.": _SAGEMAKER, "token": _BEDROCK}
"""What in a group's name tells the product code, which this export has not."""


def fits(header: Sequence[str]) -> bool:
    """Whether these are its columns."""
    return len(header) > 1 and header[0] in _GROUPS and all(name.endswith(_UNIT) for name in header[1:])


def read(path: Path) -> Iterator[BillLine]:
    """A line for each day and group with an amount. Raises FileError."""
    for number, row in enumerate(rows(path, lambda _: True), start=2):
        ((_, day), *cells) = row.items()
        if day.endswith("total"):
            continue
        try:
            when = date.fromisoformat(day)
            amounts = [(name.removesuffix(_UNIT), Decimal(value)) for name, value in cells if value]
        except (ValueError, InvalidOperation) as error:
            raise FileError(f"{path}: row {number}: {error}; export it daily, in US dollars") from error
        yield from (_line(when, name, usd) for name, usd in amounts if usd and name != _TOTAL)


def _line(day: date, group: str, usd: Decimal) -> BillLine:
    code = next((code for mark, code in _CODES.items() if mark in group), "")
    found = billed(code, group, group)
    model = found.model if found else UNKNOWN
    return BillLine(day, found.provider if found else None, model, group, usd, usage=group != "Tax")
