"""Meters at work at the same time on the same records and the same hot counter."""

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from spendplane.contract.usage_event import USAGE_RECORDED
from tests.e2e.deployed import Deployed, as_sqs, both, eventually, record

AT_ONCE = 4
RECORDS = 120
SIZE = 30


def test_parallel_meters_lose_and_double_nothing(deployed: Deployed) -> None:
    """Every batch twice, and every batch's halves overlap with two others: each record is offered four times."""
    usd = Decimal("0.09999")
    records = [record("e2e-hot", cost_usd=str(usd), user_id=f"user-{number % 9}") for number in range(RECORDS)]
    bodies = [json.dumps({"detail-type": USAGE_RECORDED, "source": "e2e", "detail": item}) for item in records]
    batches = [(bodies + bodies)[start : start + SIZE] for start in range(0, RECORDS, SIZE // 2)] * 2

    def meter(batch: list[str]) -> list[dict[str, str]]:
        failed: list[dict[str, str]] = deployed.invoke("meter", as_sqs(batch))["batchItemFailures"]
        return failed

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(meter, batches))
    for batch, failed in zip(batches, answers, strict=True):
        if failed:  # the queue would deliver these again
            assert meter(batch) == []
    counter = deployed.counter("e2e-hot")
    assert (counter.spend.requests, counter.spend.usd) == (RECORDS, RECORDS * usd)
    eventually(lambda: sorted(deployed.alerts("e2e-hot")), lambda seen: seen == both(80, 100))
