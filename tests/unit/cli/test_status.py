"""`spendplane status`."""

import re
from decimal import Decimal

import pytest

from cli.standings import bar
from spendplane.domain.periods import Period
from tests.support.builders import budget, record
from tests.unit.cli.conftest import Shell

STAGING = budget("staging", 10, match={"environment": "staging"}, owner="growth@example.com")
USERS = budget("users", 5, per="user_id", period=Period.DAILY, on_hard_limit="notify")
EVERYTHING = budget("everything", None)


def spent(event_id: str, usd: str, user: str = "alice") -> dict[str, object]:
    return record(event_id, cost_usd=usd, user_id=user)


@pytest.fixture
def used(shell: Shell) -> Shell:
    """$9.123456789012345678 of $10 in staging; alice over her $5, bob below."""
    shell.deploy(STAGING, USERS, EVERYTHING)
    shell.meter(spent("1", "8.123456789012345678"), spent("2", "1", "bob"))
    return shell


def test_json_says_what_a_script_needs_with_every_digit(used: Shell) -> None:
    (staging,) = (item for item in used.json("status") if item["budget_id"] == "staging")
    assert staging["spent_usd"] == Decimal("9.123456789012345678")
    assert staging["percent"] == Decimal("91.23")
    assert {name: staging[name] for name in ("key", "period", "period_start", "limit_usd", "state")} == {
        "key": None,
        "period": "monthly",
        "period_start": "2026-11-01T00:00:00Z",
        "limit_usd": 10,
        "state": "soft",
    }
    assert staging["unpriced_events"] == 0
    assert staging["alerts"] == [{"threshold_percent": 80, "revision": 1, "alert_id": "staging/*/m2026-11-01/80/r1"}]


def test_alert_ids_are_those_that_were_published(used: Shell) -> None:
    told = {alert["alert_id"] for item in used.json("status") for alert in item["alerts"]}
    assert told == {item.id for item in used.bus.published}


def test_json_holds_a_line_per_key_and_null_where_there_is_no_limit(used: Shell) -> None:
    found = {(item["budget_id"], item["key"]): item for item in used.json("status")}
    assert found["users", "alice"]["state"] == "hard"
    assert found["users", "bob"]["state"] == "ok"
    assert found["everything", None]["percent"] is None
    assert found["everything", None]["limit_usd"] is None
    assert found["everything", None]["state"] == "tracked"


def test_table_has_bars_states_and_keys_under_their_budget(used: Shell) -> None:
    lines = used("status").stdout.splitlines()
    assert re.match(r"staging +2026-11 +\$9\.12 +\$10 +91\.2% +█████████░ +soft +80% +limit at 2026", lines[2])
    assert lines[3].startswith("users per user_id")
    assert re.match(r"  alice +\$8\.12 +\$5 +162\.5% +██████████ +hard +80% 100%$", lines[4])
    assert re.match(r"everything +2026-11 +\$9\.12 +none +tracked$", lines[1])


def test_piped_output_has_no_control_codes(used: Shell) -> None:
    assert "\x1b" not in used("status").output


def test_top_limits_the_table_but_not_the_json(used: Shell) -> None:
    assert "… 1 more: --top 0" in used("status", "--top", "1").stdout
    assert "bob" not in used("status", "--top", "1").stdout
    assert len(used.json("status", "--top", "1")) == 4


def test_state_filters(used: Shell) -> None:
    assert [item["key"] for item in used.json("status", "--state", "hard")] == ["alice"]
    assert len(used.json("status", "--state", "hard", "--state", "soft")) == 2


def test_key_reads_one_counter_of_each_budget_with_keys(used: Shell) -> None:
    assert [(item["budget_id"], item["key"]) for item in used.json("status", "--key", "bob")] == [("users", "bob")]
    assert used.json("status", "--budget", "users", "--key", "nobody") == []


def test_one_budget_shows_its_details(used: Shell) -> None:
    text = used("status", "--budget", "staging").stdout
    for part in ("applies to", "environment=staging", "top users", "alice $8.12", "growth@example.com", "revision 1"):
        assert part in text


def test_at_shows_the_period_that_holds_the_time(used: Shell) -> None:
    (staging,) = used.json("status", "--at", "2026-10-31", "--budget", "staging")
    assert staging["period_start"] == "2026-10-01T00:00:00Z"
    assert staging["spent_usd"] == 0


def test_unpriced_records_are_said_and_marked(shell: Shell) -> None:
    shell.deploy(STAGING)
    shell.meter(record("1", model="nobody-knows"))
    assert shell.json("status")[0]["unpriced_events"] == 1
    text = shell("status").stdout
    assert "$0.00+" in text
    assert "spendplane reprice" in text


def test_a_limit_in_requests_is_told_in_requests(shell: Shell) -> None:
    shell.deploy(budget("few", None, requests=4))
    shell.meter(spent("1", "1"))
    assert "1 of 4 requests" in shell("status").stdout
    assert shell.json("status")[0]["unit"] == "requests"


def test_an_unknown_budget_is_an_error_with_the_nearest_name(used: Shell) -> None:
    result = used("status", "--budget", "stagin")
    assert result.exit_code == 1
    assert "did you mean `staging`?" in result.stderr
    assert result.stdout == ""


def test_a_key_of_a_budget_without_keys_is_an_error(used: Shell) -> None:
    assert "leave --key out" in used("status", "--budget", "staging", "--key", "x").stderr


@pytest.mark.parametrize(
    "args", [("--at", "soon"), ("--at", "2026-11-22T04:00"), ("--state", "bad"), ("--watch", "--json")]
)
def test_a_wrong_command_line_ends_with_2(used: Shell, args: tuple[str, ...]) -> None:
    assert used("status", *args).exit_code == 2


def test_what_a_key_says_is_harmless_on_a_terminal(shell: Shell) -> None:
    shell.deploy(USERS)
    shell.meter(spent("1", "1", "[red]bold[/red]"))
    assert "[red]bold[/red]" in shell("status").stdout


@pytest.mark.parametrize(
    ("percent", "full"), [("0", 0), ("9.99", 0), ("10", 1), ("99.999", 9), ("100", 10), ("1000", 10)]
)
def test_only_a_limit_that_is_reached_fills_the_bar(percent: str, full: int) -> None:
    assert bar(Decimal(percent), 10) == "█" * full + "░" * (10 - full)
