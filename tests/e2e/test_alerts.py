"""From a crossing to the people: once per threshold and topic, in a body that fits each protocol."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from spendplane.domain.periods import Period
from tests.e2e.deployed import Deployed, both, eventually, record
from tests.e2e.subscriber import chat_subscriber


def spend(deployed: Deployed, project: str, *dollars: str, **fields: str) -> None:
    """One event for each amount."""
    deployed.put(*(record(project, cost_usd=amount, **fields) for amount in dollars))


def test_each_threshold_is_told_once_on_each_topic(deployed: Deployed) -> None:
    """At 80 %, not before; and at 100 %, not again."""
    spend(deployed, "e2e-steps", "4", "3.99")
    deployed.counted("e2e-steps", 2)
    deployed.settle()
    assert deployed.alerts("e2e-steps") == []
    spend(deployed, "e2e-steps", "0.01")
    eventually(lambda: sorted(deployed.alerts("e2e-steps")), lambda seen: seen == both(80))
    spend(deployed, "e2e-steps", "1", "0.5")
    deployed.counted("e2e-steps", 5)
    spend(deployed, "e2e-steps", "0.5")
    eventually(lambda: sorted(deployed.alerts("e2e-steps")), lambda seen: seen == both(80, 100))
    spend(deployed, "e2e-steps", "7", "8")
    deployed.counted("e2e-steps", 8)
    deployed.settle()
    assert sorted(deployed.alerts("e2e-steps")) == both(80, 100)
    raised = [event for event in deployed.bus_events("Budget Threshold Crossed") if event["budget_id"] == "e2e-steps"]
    assert [event["threshold_percent"] for event in raised] == [80, 100]


def test_a_notice_says_everything_and_can_be_filtered(deployed: Deployed) -> None:
    """Attributes for filter policies; facts for machines; a text for people; a custom notification for chat."""
    with chat_subscriber(deployed.account) as chats:
        spend(deployed, "e2e-quiet", "10", user_id="alex", environment="test")
        notices = eventually(lambda: deployed.notices(budget_id="e2e-quiet"), lambda seen: len(seen) == 3)
        eventually(lambda: [chat for chat in chats if "e2e-quiet" in json.dumps(chat)])
    soft, hard, on_call = sorted(notices, key=lambda item: (item.topic, item.detail["threshold_percent"]))
    assert [soft.topic, hard.topic, on_call.topic] == ["budget-alerts", "budget-alerts", "on-call"]
    assert on_call.detail["threshold_percent"] == 100
    assert hard.attributes == {
        "kind": "budget_threshold",
        "severity": "hard",
        "budget": "e2e-quiet",
        "project": "e2e-quiet",
        "environment": "*",
        "threshold": "100",
        "alert_id": hard.id,
    }
    assert hard.subject.startswith("[HARD] e2e-quiet 100 % of $10.00")
    assert Decimal(hard.detail["used"]) == 10
    for words in ("$10.00 of $10.00", "alex $10.00 (100 %)", "spendplane status --budget e2e-quiet"):
        assert words in hard.email
    chat = next(chat for chat in chats if chat["id"] == hard.id)
    assert (chat["version"], chat["source"]) == ("1.0", "custom")
    assert "e2e-quiet" in chat["content"]["title"]


def test_a_leap_over_both_thresholds_tells_of_both(deployed: Deployed) -> None:
    """From 0 to 120 % with one event."""
    spend(deployed, "e2e-leap", "12")
    eventually(lambda: sorted(deployed.alerts("e2e-leap")), lambda seen: seen == both(80, 100))
    raised = [event for event in deployed.bus_events("Budget Threshold Crossed") if event["budget_id"] == "e2e-leap"]
    assert [event["threshold_percent"] for event in raised] == [80, 100]
    assert {Decimal(event["percent"]) for event in raised} == {120}


def test_a_limit_of_zero_is_reached_by_the_first_cent(deployed: Deployed) -> None:
    """But not by a call that costs nothing."""
    spend(deployed, "e2e-zero", "0")
    deployed.counted("e2e-zero", 1)
    deployed.settle()
    assert deployed.alerts("e2e-zero") == []
    spend(deployed, "e2e-zero", "0.000001")
    eventually(lambda: sorted(deployed.alerts("e2e-zero")), lambda seen: seen == both(80, 100))


def test_a_late_event_counts_where_it_belongs_and_wakes_nobody(deployed: Deployed) -> None:
    """The period is over: the owners are told, on-call is not."""
    yesterday = datetime.now(UTC) - timedelta(days=2)
    spend(deployed, "e2e-late", "11", time=yesterday.isoformat())
    assert deployed.counted("e2e-late", 1, period=Period.DAILY, time=yesterday).spend.usd == 11
    told = eventually(lambda: deployed.notices(budget_id="e2e-late"), lambda seen: len(seen) == 2)
    assert {item.topic for item in told} == {"budget-alerts"}
    assert all(item.detail["late"] for item in told)


def test_a_users_budget_is_apart_from_anothers(deployed: Deployed) -> None:
    """One is over, the other is not."""
    spend(deployed, "e2e-user", "6", user_id="over")
    spend(deployed, "e2e-user", "1", user_id="under")
    eventually(lambda: sorted(deployed.alerts("e2e-user")), lambda seen: seen == both(80, 100))
    deployed.counted("e2e-user", 1, "under", period=Period.DAILY)
    deployed.settle()
    assert {item.detail["key"] for item in deployed.notices(budget_id="e2e-user")} == {"over"}
