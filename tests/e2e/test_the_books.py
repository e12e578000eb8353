"""What people ask the account, by the command line; last, so that the books hold what all other tests did."""

import json
from decimal import Decimal
from pathlib import Path

from tests.e2e.deployed import Deployed, eventually, record


def test_status_names_every_budget(deployed: Deployed) -> None:
    """With the fields that scripts rely on."""
    deployed.put(record("e2e-steps", cost_usd="0.5"))
    deployed.settle()
    standings = {(item["budget_id"], item["key"]): item for item in deployed.cli("status")}
    steps = standings["e2e-steps", None]
    assert {
        "budget_id", "key", "period", "period_start", "limit_usd", "spent_usd", "percent", "state", "alerts",
        "unpriced_events",
    } <= steps.keys()  # fmt: skip
    assert (steps["period"], steps["limit_usd"]) == ("monthly", 10)
    assert standings["everything", None]["state"] == "tracked"


def test_explain_says_what_an_event_costs_and_where_it_counted(deployed: Deployed) -> None:
    """By its id."""
    one = record("e2e-counted")
    deployed.put(one)
    eventually(lambda: deployed.row(f"i#{one['id']}"))
    told = deployed.cli("explain", one["id"])
    assert (told["state"], Decimal(str(told["usd"]))) == ("counted", Decimal("0.01455"))
    assert "e2e-counted" in json.dumps(told)


def test_a_quarantined_record_is_found_mended_and_published_again(deployed: Deployed) -> None:
    """And then it counts."""
    bad = record("e2e-mended", environment="prod")
    deployed.put(bad)
    (entry,) = eventually(lambda: deployed.quarantined(bad["id"]))
    assert entry.id in {item["id"] for item in deployed.cli("quarantine", "ls")}
    assert "environment" in deployed.cli("quarantine", "show", entry.id)["reason"]
    deployed.cli("quarantine", "replay", entry.id, "--set", "environment=production")
    eventually(lambda: deployed.row(f"i#{bad['id']}"))


def test_records_of_a_file_are_published(deployed: Deployed, tmp_path: Path) -> None:
    """`events put`."""
    file = tmp_path / "usage.jsonl"
    records = [record("e2e-file") for _ in range(12)]
    file.write_text("\n".join(json.dumps(item) for item in records))
    deployed.cli("events", "put", str(file))
    eventually(lambda: all(deployed.row(f"i#{item['id']}") for item in records))


def test_the_doctor_finds_nothing_wrong(deployed: Deployed) -> None:
    """On a healthy account."""
    deployed.cli("doctor")


def test_in_the_end_every_counter_is_the_sum_of_its_rows(deployed: Deployed) -> None:
    """I1 and I7, over all that happened."""
    deployed.settle()
    report = deployed.cli("rebuild", "--check")
    assert report["differences"] == []
    assert report["rows"] > 250
