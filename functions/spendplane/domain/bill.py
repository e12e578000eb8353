"""What of a budget the cloud's own bill can be watched for: the second line behind the live counters.

A bill comes in dollars, by the day or the month, and is split by the tags and the regions of resources. It holds what
no event reports (GPU hours, storage, traffic), late and coarsely. Whatever else a budget says, no bill can tell.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spendplane.domain.budgets import Budget
from spendplane.domain.limits import Limits
from spendplane.domain.periods import Period
from spendplane.domain.selection import TAG_OF

PERIODS = (Period.DAILY, Period.MONTHLY)
REGION = "region"

_TAG_VALUE = re.compile(r"(?!aws:)[\w\s.:/=+@-]+", re.IGNORECASE)
"""What AWS allows in the value of a tag: letters, digits and spaces of any script, and `_.:/=+-@`."""
_PERMITTED = {**dict.fromkeys(TAG_OF, _TAG_VALUE), REGION: re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]+")}
"""By the attributes that a bill can be split by."""
_UNTAGGED = (
    "it selects by no tag, so that the bill of the whole account would count, AI or not"
    " (if that is meant, write `aws_budget: true`)"
)


@dataclass(frozen=True, slots=True)
class BillPart:
    """The costs that a budget is about: those with all of these tags, in one of these regions.

    The values of one tag are alternatives. No tag and no region: the whole bill.
    """

    tags: tuple[tuple[str, tuple[str, ...]], ...] = ()
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Watch:
    """`part` is None where the bill cannot be watched for a budget; `missing` says why, or what is left out."""

    part: BillPart | None
    missing: tuple[str, ...] = ()


def watch(budget: Budget, *, untagged: bool = False) -> Watch:
    """How a bill can stand in for a budget's counter.

    `untagged`: also where no tag narrows it to AI, so that everything in the account counts.
    """
    missing = (*_amount(budget.limits), *_time(budget.period), *_selectors(budget))
    part = _part(budget)
    if not (missing or part.tags or untagged):
        missing = (_UNTAGGED,)
    return Watch(None, missing) if missing else Watch(part, tuple(_beside_dollars(budget.limits)))


def remarks(watches: Iterable[tuple[str, Watch]]) -> list[str]:
    """A line for people for each reason, with the ids of the budgets that it is about; in the order of the file."""
    groups: dict[Watch, list[str]] = {}
    for budget_id, found in watches:
        if found.missing:
            key = Watch(None if found.part is None else BillPart(), found.missing)
            groups.setdefault(key, []).append(f"`{budget_id}`")
    return [_remark(", ".join(ids), found) for found, ids in groups.items()]


def _remark(ids: str, found: Watch) -> str:
    what = "; ".join(found.missing)
    if found.part is None:
        return f"No AWS budget for {ids}: {what}. The live counter holds all the same, for what events report."
    return f"The AWS budget for {ids} watches dollars only: {what} is held by the live counter."


def _amount(limits: Limits) -> Iterator[str]:
    if not limits.any:
        yield "it has no limit"
    elif limits.usd is None:
        yield "it has no limit in dollars, and a bill knows neither tokens nor requests"
    elif limits.usd == 0:
        yield "its limit is $0, and AWS Budgets notifies at percentages of the limit"


def _time(period: Period) -> Iterator[str]:
    if period not in PERIODS:
        yield f"AWS Budgets has no period `{period}` (it has `{'` and `'.join(PERIODS)}`)"


def _selectors(budget: Budget) -> Iterator[str]:
    if budget.per is not None:
        yield f"it has a counter per `{budget.per}`, and an AWS budget is one sum"
    for name, values in budget.match:
        if name not in _PERMITTED:
            yield f"it selects by `{name}`, which no tag on a bill says"
            continue
        wrong = [value for value in values if not _PERMITTED[name].fullmatch(value)]
        if wrong:
            yield f"`{name}: {wrong[0]}` cannot be {'a region' if name == REGION else 'the value of a tag'} in AWS"


def _part(budget: Budget) -> BillPart:
    tags = sorted((TAG_OF[name], values) for name, values in budget.match if name in TAG_OF)
    return BillPart(tuple(tags), dict(budget.match).get(REGION, ()))


def _beside_dollars(limits: Limits) -> Iterator[str]:
    units = [unit for unit, limit in (("tokens", limits.tokens), ("requests", limits.requests)) if limit is not None]
    if units:
        yield f"its limit in {' and '.join(units)}"
