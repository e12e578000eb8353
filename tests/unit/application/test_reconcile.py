"""The month by day and model: sums of both sides, what is not compared, and the reason of each difference."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from spendplane.adapters.memory import MemoryStore
from spendplane.application.books.reconcile import Reconcile
from spendplane.domain.bill_rows import BillLine, Report, Row, Why
from spendplane.domain.drift import Compared
from spendplane.domain.ledger import transaction
from tests.support.builders import NOW, SONNET, at, row

NOVEMBER = date(2026, 11, 1)
EC2 = "BoxUsage:t3"


def line(day: int, model: str, usd: str, **more: Any) -> BillLine:
    provider = more.pop("provider", "aws.bedrock")
    kind = more.pop("usage_type", f"USE1-{model}-input-tokens")
    return BillLine(date(2026, 11, day), provider, model, kind, Decimal(usd), **more)


def later(day: int = 21) -> BillLine:
    """Somebody's computer: the bill is complete through the day before."""
    return line(day, "", "1", provider=None, usage_type=EC2)


def store(*booked: tuple[int, str | None, str], provider: str = "aws.bedrock") -> MemoryStore:
    """Records by day, dollars and model."""
    made = MemoryStore()
    for number, (day, usd, model) in enumerate(booked):
        time = f"2026-11-{day:02d}T12:00:00Z"
        made.commit(transaction([row(f"r{number}", usd, time=time, model=model, provider=provider)]))
    return made


def reconcile(ledger: MemoryStore, bill: Iterable[BillLine], **options: Any) -> Report:
    now = options.pop("now", NOW)
    return Reconcile(ledger)(bill, NOVEMBER, now, **options)


def only(report: Report) -> Row:
    (found,) = report.rows
    return found


@pytest.mark.parametrize(
    ("ledger", "bill", "why"),
    [
        ([(18, "10", SONNET)], [line(18, "Claude4.5Sonnet", "10")], Why.AGREES),
        ([(18, "10.05", SONNET)], [line(18, "Claude4.5Sonnet", "10")], Why.AGREES),
        ([(18, "0.013", SONNET)], [line(18, "Claude4.5Sonnet", "0.01")], Why.AGREES),
        ([(18, "12", SONNET)], [line(18, "Claude4.5Sonnet", "10")], Why.ABOVE),
        ([(18, "8", SONNET)], [line(18, "Claude4.5Sonnet", "10")], Why.BELOW),
        ([(18, "8", SONNET), (18, None, SONNET)], [line(18, "Claude4.5Sonnet", "10")], Why.UNPRICED),
        ([(18, None, SONNET)], [line(18, "Claude4.5Sonnet", "10")], Why.UNPRICED),
        ([], [line(18, "NovaMicro", "10")], Why.UNTRACKED),
        ([], [line(18, "", "10", usage_type="USE1-Guardrail")], Why.UNKNOWN),
        ([(18, "10", SONNET)], [], Why.UNBILLED),
        ([(21, "10", SONNET)], [], Why.LATE),
    ],
)
def test_the_reason_of_a_difference(ledger: list[tuple[int, str | None, str]], bill: list[BillLine], why: Why) -> None:
    assert only(reconcile(store(*ledger), [*bill, later()])).why is why


def test_all_names_of_a_model_and_all_its_usage_types_are_one_row() -> None:
    ledger = store((18, "1", SONNET), (18, "2", "global." + SONNET), (18, "4", "us.amazon.nova-micro-v1:0"))
    bill = [line(18, "Claude4.5Sonnet", "1.5"), line(18, "Claude Sonnet 4.5", "1.5", usage_type="MP:x"), later()]
    sonnet, nova = sorted(reconcile(ledger, bill).rows, key=lambda item: item.key)
    assert (sonnet.ledger_usd, sonnet.bill_usd, sonnet.records) == (Decimal(3), Decimal(3), 2)
    assert sonnet.models == {SONNET, "global." + SONNET}
    assert sonnet.usage_types == {"USE1-Claude4.5Sonnet-input-tokens", "MP:x"}
    assert (nova.ledger_usd, nova.bill_usd) == (Decimal(4), Decimal(0))


def test_an_alias_joins_what_names_do_not() -> None:
    ledger, bill = store((18, "5", "mistral.mistral-small-2402-v1:0")), [line(18, "MistralSmall", "5"), later()]
    assert {item.why for item in reconcile(ledger, bill).rows} == {Why.UNTRACKED, Why.UNBILLED}
    found = only(reconcile(ledger, bill, aliases={"MistralSmall": "mistral-small-2402"}))
    assert (found.why, found.drift_usd) == (Why.AGREES, Decimal(0))


def test_a_day_counts_in_utc_and_other_months_do_not() -> None:
    made = MemoryStore()
    for number, time in enumerate(("2026-11-19T01:00:00+02:00", "2026-10-31T23:59:59Z", "2026-11-01T00:00:00Z")):
        made.commit(transaction([row(f"r{number}", "1", time=time)]))
    old = BillLine(date(2026, 10, 31), "aws.bedrock", "Claude4.5Sonnet", "x", Decimal(9))
    report = reconcile(made, [old, later()])
    assert [(item.day.day, int(item.ledger_usd), int(item.bill_usd)) for item in report.rows] == [(1, 1, 0), (18, 1, 0)]
    assert report.months == ("2026-10", "2026-11")


def test_nothing_of_either_side_is_dropped() -> None:
    bill = [
        line(18, "NovaMicro", "1"), line(18, "", "2", usage_type="USE1-Guardrail"), line(18, "", "4", provider=None),
        line(18, "NovaMicro", "-8", usage=False), later(),
    ]  # fmt: skip
    ledger = store((18, "16", "gpt-4o-mini"), (18, None, "gpt-4o-mini"), provider="openai")
    report = reconcile(ledger, bill)
    assert sum(item.bill_usd for item in report.rows) == 3
    assert (report.other_services_usd, report.not_usage_usd) == (Decimal(5), Decimal(-8))
    assert report.elsewhere_usd == {"openai": Decimal(16)}


@pytest.mark.parametrize(
    ("latest", "now", "through"),
    [
        (21, "2026-11-22T12:00:00Z", 20),
        (30, "2026-12-03T23:59:00Z", 29),
        (30, "2026-12-04T00:00:00Z", 30),
        (29, "2026-12-04T00:00:00Z", 30),  # nobody used anything on the last day
        (20, "2026-12-04T00:00:00Z", 19),  # an old file
    ],
)
def test_a_day_is_complete_when_the_bill_has_a_later_one(latest: int, now: str, through: int) -> None:
    assert reconcile(store(), [later(latest)], now=at(now)).through == date(2026, 11, through)
    assert reconcile(store(), [later(latest)], now=at(now), through=date(2026, 11, 5)).through == date(2026, 11, 5)


def test_what_the_ledger_has_forgotten_is_not_compared() -> None:
    bill = [line(1, "NovaMicro", "5"), line(2, "NovaMicro", "5"), later()]
    report = reconcile(store(), bill, now=at("2026-12-16T12:00:00Z"))
    assert [item.why for item in report.rows] == [Why.GONE, Why.UNTRACKED]
    assert report.totals == (Decimal(0), Decimal(5))


def test_the_kill_switch_gets_whole_models_over_the_days_that_count() -> None:
    ledger = store((17, "1", SONNET), (18, "2", SONNET), (21, "50", SONNET))
    bill = [
        line(18, "Claude4.5Sonnet", "3"),
        line(19, "Claude4.5Sonnet", "4"),
        line(18, "", "5", usage_type="G"),
        later(),
    ]
    assert set(reconcile(ledger, bill).compared) == {
        Compared("aws.bedrock", (SONNET,), Decimal(3), Decimal(7)),
        Compared("aws.bedrock", (), Decimal(0), Decimal(5)),
    }


def test_tolerance_is_a_share_of_the_bill_and_a_cent_is_nothing() -> None:
    ledger, bill = store((18, "10.50", SONNET)), [line(18, "Claude4.5Sonnet", "10"), later()]
    assert only(reconcile(ledger, bill, tolerance=Decimal(5))).why is Why.AGREES
    assert only(reconcile(ledger, bill, tolerance=Decimal("4.99"))).why is Why.ABOVE
    assert only(reconcile(store((18, "0.01", SONNET)), [later()], tolerance=Decimal(0))).why is Why.AGREES


def test_every_row_and_line_moves_the_bar() -> None:
    steps: list[None] = []
    reconcile(store((18, "1", SONNET)), [later(), later()], progress=lambda: steps.append(None))
    assert len(steps) == 3
