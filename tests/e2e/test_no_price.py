"""A model without a price, from the first record to the day when its price is known."""

from decimal import Decimal
from pathlib import Path

from tests.e2e.deployed import Deployed, both, eventually, record

PRICES = """
version: 1
entries:
  - {provider: acme.vllm, model: e2e-llm, input: 1000, output: 2000, source: contract e2e}
"""


def test_unpriced_usage_is_kept_apart_told_once_and_rated_once(deployed: Deployed, tmp_path: Path) -> None:
    """350 tokens at $1,000 and 900 at $2,000 a million are $2.15 a record."""
    records = [record("e2e-unpriced", provider="acme.vllm", model="e2e-llm") for _ in range(3)]
    deployed.put(*records)
    counter = deployed.counted("e2e-unpriced", 3)
    assert (counter.spend.usd, counter.unpriced) == (Decimal(0), 3)
    (notice,) = eventually(lambda: deployed.notices(model="e2e-llm"))
    assert (notice.topic, notice.attributes["kind"]) == ("budget-alerts", "usage_unpriced")
    assert "spendplane reprice" in notice.email
    assert len([event for event in deployed.bus_events("Usage Unpriced") if event["model"] == "e2e-llm"]) == 1

    prices = tmp_path / "prices.yaml"
    prices.write_text(PRICES)
    assert deployed.cli("reprice", "--prices", str(prices))["rated"] == 3
    counter = deployed.counter("e2e-unpriced")
    assert (counter.spend.usd, counter.spend.requests, counter.unpriced) == (3 * Decimal("2.15"), 3, 0)
    eventually(lambda: sorted(deployed.alerts("e2e-unpriced")), lambda seen: seen == both(80, 100))
    assert deployed.cli("reprice", "--prices", str(prices))["rated"] == 0
    assert deployed.counter("e2e-unpriced").spend.usd == 3 * Decimal("2.15")
    assert len(deployed.notices(model="e2e-llm")) == 1
