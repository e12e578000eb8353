"""What budgets.yaml says of AWS Budgets, the second line behind the live counters."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class AwsBudget:
    """One budget that AWS can watch too: `usd` per month, or per day, of the costs that carry these tags.

    The values of one tag or of `regions` are alternatives; all tags must agree. None of both: the whole account.
    """

    id: str
    usd: Decimal
    daily: bool
    tags: tuple[tuple[str, tuple[str, ...]], ...]
    regions: tuple[str, ...]
    owner: str | None


@dataclass(frozen=True)
class SecondLine:
    """`remarks` say, in a line each, which budgets AWS cannot express, why, and what holds all the same."""

    budgets: tuple[AwsBudget, ...]
    remarks: tuple[str, ...]
