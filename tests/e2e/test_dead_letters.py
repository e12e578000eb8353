"""I6: what can neither be counted nor quarantined ends in the dead-letter queue, and takes nothing with it."""

import base64
import random
from collections.abc import Iterator

import pytest

from tests.e2e.deployed import Deployed, eventually, record


@pytest.fixture
def impatient(deployed: Deployed) -> Iterator[Deployed]:
    """Deliveries a second apart instead of three minutes."""
    sqs, url = deployed.client("sqs"), deployed.account.env["SPENDPLANE_QUEUE_URL"]
    former = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    yield deployed
    sqs.set_queue_attributes(QueueUrl=url, Attributes=former)


def test_a_message_that_nobody_can_store_ends_in_the_dead_letters(impatient: Deployed) -> None:
    """700 KB without any order in them: no item of the table can hold it, however well it is packed."""
    body = base64.b64encode(random.Random(7).randbytes(700_000)).decode()
    impatient.send_raw(body)
    good = record("e2e-beside-the-dead")
    impatient.put(good)
    dead = impatient.account.outputs["DlqUrl"]
    eventually(lambda: impatient.depth(dead), lambda depth: depth == 1, seconds=40)
    assert impatient.row(f"i#{good['id']}") is not None
    assert impatient.quarantined(body[:100]) == []
    impatient.client("sqs").purge_queue(QueueUrl=dead)
