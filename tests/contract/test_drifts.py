"""Reconciliations: what every adapter promises."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from spendplane.domain.drift import Compared, Reconciliation
from tests.support.builders import NOW
from tests.support.places import Engine

FIRST = Reconciliation(
    "2026-11",
    date(2026, 11, 20),
    NOW,
    "arn:aws:sts::123456789012:assumed-role/finops/ann",
    "the month's first look: ränk",
    (
        Compared("aws.bedrock", ("a", "b"), Decimal("12.345678901234567890"), Decimal("1e-7")),
        Compared("aws.sagemaker", (), Decimal(0), Decimal("33.792")),
    ),
)


def test_the_last_one_counts_and_all_are_kept(engine: Engine) -> None:
    place = engine.place()
    assert place.connect().drifts.last() is None
    assert place.connect().drifts.history() == []
    second = replace(FIRST, at=NOW + timedelta(days=1), compared=())
    place.connect().drifts.store(FIRST)
    assert place.connect().drifts.last() == FIRST
    place.connect().drifts.store(second)
    assert place.connect().drifts.last() == second
    assert place.connect().drifts.history() == [FIRST, second]


def test_a_thousand_models_fit(engine: Engine) -> None:
    many = tuple(Compared("aws.bedrock", (f"vendor.model-{n}-v1:0",), Decimal(n), Decimal(n)) for n in range(1000))
    drifts = engine.place().connect().drifts
    drifts.store(replace(FIRST, compared=many))
    found = drifts.last()
    assert found is not None
    assert found.compared == many
