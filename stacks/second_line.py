"""What budgets.yaml says of AWS Budgets, the second line behind the live counters."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class DenyAction:
    """At 100 % of the bill, these roles are denied the calling of models, if they carry these values of the tags.

    `roles` are names, with their path. `automatic`: without asking a person. `projects` may be empty: any.
    """

    roles: tuple[str, ...]
    automatic: bool
    environments: tuple[str, ...]
    projects: tuple[str, ...]


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
    action: DenyAction | None = None


@dataclass(frozen=True)
class SecondLine:
    """`remarks` say, in a line each, which budgets AWS cannot express, why, and what holds all the same."""

    budgets: tuple[AwsBudget, ...]
    remarks: tuple[str, ...]
