"""From PutEvents to ledger and counter, once."""

import random
import unicodedata
from decimal import Decimal

from tests.e2e.deployed import Deployed, eventually, record

# 350 tokens at $3 and 900 at $15 a million.
USD = Decimal("0.01455")


def test_a_priced_event_is_in_ledger_and_counter(deployed: Deployed) -> None:
    """Exactly, with the price's source."""
    one = record("e2e-counted", prompt_version="v7")
    deployed.put(one)
    counter = deployed.counted("e2e-counted", 1)
    assert (counter.spend.usd, counter.spend.tokens, counter.spend.requests) == (USD, 1250, 1)
    row = deployed.row(f"i#{one['id']}")
    assert row is not None
    assert row.row.usd == USD
    assert row.row.price.startswith("list price (litellm ")
    assert '"prompt_version":"v7"' in row.row.event.canonical
    assert {ref.budget_id for ref in row.refs} == {"everything", "e2e-counted"}


def test_repeats_in_any_order_and_from_two_adapters_count_once(deployed: Deployed) -> None:
    """Retries of the producer, and Bedrock's log of calls that the SDK reported too."""
    calls = [record("e2e-repeats", provider_request_id=f"req-{number}") for number in range(20)]
    logged = [{**call, "id": f"log-{call['id']}", "region": "us-east-1"} for call in calls]
    again = [*calls, *calls, *logged]
    random.Random(7).shuffle(again)
    deployed.put(*again)
    deployed.put_batch(again)
    deployed.settle()
    counter = deployed.counter("e2e-repeats")
    assert (counter.spend.requests, counter.spend.usd) == (20, 20 * USD)
    assert all(deployed.row(f"r#aws.bedrock#req-{number}") for number in range(20))


def test_one_bad_record_of_a_hundred_is_quarantined_and_99_count(deployed: Deployed) -> None:
    """With an entry, an event on the bus, and nothing sent back."""
    records = [record("e2e-poison") for _ in range(100)]
    records[41]["usage"] = {"output": -1}
    deployed.put_batch(records)
    assert deployed.counted("e2e-poison", 99).spend.usd == 99 * USD
    (entry,) = eventually(lambda: deployed.quarantined(records[41]["id"]))
    assert "usage.output" in entry.reason
    assert entry.source == "com.example.e2e"
    eventually(lambda: [item for item in deployed.bus_events("Usage Quarantined") if item["id"] == entry.id])
    deployed.settle()
    assert deployed.counter("e2e-poison").spend.requests == 99


def test_what_is_not_json_is_quarantined(deployed: Deployed) -> None:
    """EventBridge takes JSON only, a queue takes anything."""
    deployed.send_raw('{"detail": {"id": "e2e-not-json"')
    (entry,) = eventually(lambda: deployed.quarantined("e2e-not-json"))
    assert entry.reason.startswith("not JSON")


def test_the_same_id_with_another_payload_counts_once_and_is_told(deployed: Deployed) -> None:
    """The first one stands."""
    first = record("e2e-poison-twice")
    deployed.put(first)
    eventually(lambda: deployed.row(f"i#{first['id']}"))
    deployed.put({**first, "usage": {"output": 1}})
    (entry,) = eventually(lambda: deployed.quarantined(first["id"]))
    assert "another payload" in entry.reason
    row = deployed.row(f"i#{first['id']}")
    assert row is not None
    assert row.row.usd == USD


def test_two_spellings_of_a_name_are_one_user(deployed: Deployed) -> None:
    """NFC and NFD."""
    name = "josé"
    deployed.put(
        *(record("e2e-spelling", user_id=unicodedata.normalize(form, name)) for form in ("NFC", "NFD", "NFC", "NFD"))
    )
    assert deployed.counted("e2e-spelling", 4, unicodedata.normalize("NFC", name)).spend.requests == 4
    assert deployed.counter("e2e-spelling", unicodedata.normalize("NFD", name)).spend.requests == 0
