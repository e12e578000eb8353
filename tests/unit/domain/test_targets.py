"""Whom the kill switch may touch: an exact list, and nothing that merely looks like an entry of it."""

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spendplane.domain.targets import (
    EXEMPT_TAG,
    KNOWN_ENVIRONMENTS,
    Protection,
    exempt,
    exemption_note,
    folded,
    utc_day,
)
from tests.support.fleets import ALLOWED, HOSTILE, ROLE, target

TODAY = date(2026, 11, 22)
PROTECTION = Protection(frozenset(ALLOWED))


def test_what_is_allowed_passes_and_production_does_not() -> None:
    passed = {name for name in KNOWN_ENVIRONMENTS if PROTECTION.refusal(target(environment=name), TODAY) is None}
    assert passed == {"staging", "development", "sandbox", "test"}
    assert PROTECTION.refusal(target(environment="production"), TODAY) == (
        "its environment 'production' is protected or unknown (may be throttled: development, sandbox, staging, test)"
    )


@pytest.mark.parametrize("environment", HOSTILE, ids=ascii)
def test_what_only_looks_like_an_environment_is_refused(environment: str) -> None:
    refusal = PROTECTION.refusal(target(environment=environment), TODAY)
    assert refusal is not None
    assert refusal.isascii(), "what cannot be seen is written out"


@given(
    st.text(max_size=20) | st.sampled_from(ALLOWED).flatmap(lambda name: st.text(max_size=3).map(lambda t: name + t))
)
@example("staging")
@example("ſtaging")
def test_nothing_but_the_exact_values_ever_passes(environment: str) -> None:
    passes = PROTECTION.refusal(target(environment=environment), TODAY) is None
    assert passes == (environment in ALLOWED)


@given(st.sampled_from(ALLOWED), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_normal_forms_of_the_exact_values_are_the_exact_values(name: str, form: str) -> None:
    assert PROTECTION.refusal(target(environment=unicodedata.normalize(form, name)), TODAY) is None  # type: ignore[arg-type]


def test_only_what_is_listed_may_be_throttled() -> None:
    nobody, one = Protection(frozenset()), Protection(frozenset({"test"}))
    for name in KNOWN_ENVIRONMENTS:
        assert nobody.refusal(target(environment=name), TODAY) is not None
        assert (one.refusal(target(environment=name), TODAY) is None) == (name == "test")


@pytest.mark.parametrize(
    ("tags", "refusal"),
    [
        ({"project": ...}, "it has no tag `project`"),
        ({"project": ""}, "it has no tag `project`"),
        ({"project": " \t"}, "it has no tag `project`"),
        ({"environment": ...}, "it has no tag `environment`"),
        ({"environment": "staging "}, "its tag `environment` is 'staging ': write exactly staging to have it covered"),
        ({"environment": "STAGING"}, "its tag `environment` is 'STAGING': write exactly staging to have it covered"),
        ({"environment": "ｔｅｓｔ"}, r"is '\uff54\uff45\uff53\uff54': write exactly test to have it covered"),
        ({"environment": "stаging"}, r"its environment 'st\u0430ging' is protected or unknown"),
        ({"environment": "Production"}, "its environment 'Production' is protected or unknown"),
        ({"Environment": "staging", "environment": ...}, "it has no tag `environment`"),
        ({"application": "spendplane"}, "it is a part of Spendplane itself"),
        ({"application": " Spendplane"}, "it is a part of Spendplane itself"),
        ({"exempt": "2026-11-22"}, "exempt until 2026-11-22 by its tag `spendplane:exempt`"),
    ],
    ids=str,
)
def test_a_refusal_says_why_and_how_to_mend_it(tags: dict[str, Any], refusal: str) -> None:
    assert refusal in str(PROTECTION.refusal(target(**tags), TODAY))


@pytest.mark.parametrize(
    ("arn", "own"),
    [
        ("arn:aws:lambda:us-east-1:123456789012:function:spendplane-enforce", True),
        ("arn:aws:iam::123456789012:role/spendplane/spendplane-enforce", True),
        ("arn:aws:lambda:us-east-1:123456789012:function:my-spendplane-report", False),
        ("arn:aws:iam::123456789012:role/team/spendplane-reader", False),
    ],
)
def test_it_does_not_cut_off_its_own_hand(arn: str, own: bool) -> None:
    made = target()
    found = PROTECTION.refusal(type(made)(made.kind, arn, "x", made.tags), TODAY)
    assert (found == "it is a part of Spendplane itself") is own
    assert (found is None) is not own


EXEMPTIONS = [
    # value of the tag, counts, note
    ("2026-11-22", True, None),
    (" 2026-11-22 ", True, None),
    ("2026-11-23", True, None),
    ("2027-02-20", True, None),  # 90 days
    ("2027-02-21", False, "`spendplane:exempt` 2027-02-21 is more than 90 days ahead: ignored"),
    ("9999-12-31", False, "`spendplane:exempt` 9999-12-31 is more than 90 days ahead: ignored"),
    ("2026-11-21", False, "`spendplane:exempt` ended on 2026-11-21"),
    ("2026-02-30", False, "`spendplane:exempt` '2026-02-30' is no date such as 2026-12-01: ignored"),
    ("2026-12-1", False, "`spendplane:exempt` '2026-12-1' is no date such as 2026-12-01: ignored"),
    ("20261201", False, "`spendplane:exempt` '20261201' is no date such as 2026-12-01: ignored"),
    ("2026-12-01T00:00Z", False, "`spendplane:exempt` '2026-12-01T00:00Z' is no date such as 2026-12-01: ignored"),
    ("2026-W49-2", False, "`spendplane:exempt` '2026-W49-2' is no date such as 2026-12-01: ignored"),
    ("2026-12-0１", False, r"`spendplane:exempt` '2026-12-0\uff11' is no date such as 2026-12-01: ignored"),
    ("true", False, "`spendplane:exempt` 'true' is no date such as 2026-12-01: ignored"),
    ("", False, "`spendplane:exempt` '' is no date such as 2026-12-01: ignored"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "counts", "note"), EXEMPTIONS)
def test_exemptions(value: str, counts: bool, note: str | None) -> None:
    tagged = target(exempt=value)
    assert exempt(tagged, TODAY) is counts
    assert exemption_note(tagged, TODAY) == note
    assert (PROTECTION.refusal(tagged, TODAY) is None) is not counts


def test_without_the_tag_there_is_no_exemption_and_nothing_to_say() -> None:
    assert not exempt(target(), TODAY)
    assert exemption_note(target(), TODAY) is None


def test_an_exemption_ends_with_its_last_utc_day() -> None:
    tagged = target(exempt="2026-11-22")
    last = datetime(2026, 11, 22, 23, 59, 59, 999999, tzinfo=UTC)
    assert exempt(tagged, utc_day(last))
    assert not exempt(tagged, utc_day(last + timedelta(microseconds=1)))
    tokyo = timezone(timedelta(hours=9))
    assert exempt(tagged, utc_day(datetime(2026, 11, 23, 8, 59, tzinfo=tokyo))), "days are UTC days"
    assert not exempt(tagged, utc_day(datetime(2026, 11, 23, 9, 0, tzinfo=tokyo)))


def test_protection_stands_before_an_exemption() -> None:
    protected = target(environment="production", exempt="2026-11-22")
    assert "is protected" in str(PROTECTION.refusal(protected, TODAY))


def test_names() -> None:
    one, role = target("summarise"), target("shared", ROLE)
    part = type(role)(role.kind, role.arn, role.name, role.tags, "ann")
    assert one.key == one.arn
    assert part.key == f"{role.arn}#ann"
    assert [one.label, part.label] == ["lambda-function summarise", "bedrock-role shared (session ann)"]
    assert [one.region, role.region] == ["us-east-1", ""]
    assert folded(" ＳＴＡＧＩＮＧ ") == "staging"
    assert EXEMPT_TAG in target(exempt="x").tags
