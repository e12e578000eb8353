"""Who a call is for: from the environment, from `instrument`, from the call, from a block of `tags`."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendplane.contract.usage_event import UsageRecord
from spendplane_client import instrument, report, tags
from spendplane_client.settings import from_variables
from spendplane_client.tagging import clean, current
from tests.support.bedrock_wire import ANSWER, MESSAGES, MODEL, Wire
from tests.support.client_bus import WHO, Bus, only, publishing


def test_blocks_stand_in_each_other_and_end() -> None:
    with tags(user_id="ann", team="growth"):
        with tags(user_id="bob"):
            assert current() == {"user_id": "bob", "team": "growth"}
        assert current()["user_id"] == "ann"
    assert current() == {}


@pytest.mark.enable_socket  # asyncio wakes its loop through a pair of them
def test_tasks_do_not_see_each_others_tags() -> None:
    async def one(name: str) -> str:
        with tags(user_id=name):
            await asyncio.sleep(0)
            return await asyncio.create_task(inner())

    async def inner() -> str:
        await asyncio.sleep(0)
        return current()["user_id"]

    async def both() -> list[str]:
        return list(await asyncio.gather(one("ann"), one("bob")))

    assert asyncio.run(both()) == ["ann", "bob"]


def test_threads_do_not_see_each_others_tags() -> None:
    with tags(user_id="ann"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(current).result() == {}


@pytest.mark.parametrize("wrong", [{"user": "ann"}, {"environment": "prod"}])
def test_a_mistake_is_told_at_once(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="known: "), tags(**wrong):
        pass
    with pytest.raises(ValueError, match="known: "):
        instrument(Wire().client, **wrong)


def test_what_cannot_be_followed_is_told_at_once() -> None:
    import boto3

    with pytest.raises(TypeError, match="bedrock-runtime"):
        instrument(boto3.client("events", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test"))
    with pytest.raises(TypeError, match="str cannot be followed"):
        instrument("client")


def test_the_order_of_what_is_known() -> None:
    bus, wire = Bus(), Wire()
    known = {"SPENDPLANE_TEAM": "env", "SPENDPLANE_COST_CENTER": "env", "SPENDPLANE_PROJECT_ID": "env"}
    with publishing(bus, tags=from_variables({**known, "SPENDPLANE_SESSION_ID": "env"}).tags):
        instrument(wire.client, **WHO, cost_center="instrument", department_id="instrument")
        wire.answers(ANSWER)
        with tags(user_id="tags"):
            asked = {"department_id": "call", "user_id": "call"}
            wire.client.converse(modelId=MODEL, messages=MESSAGES, requestMetadata=asked)
        record = only(bus)
    names = ("team", "project_id", "cost_center", "department_id", "user_id", "session_id")
    assert [record[name] for name in names] == ["env", WHO["project_id"], "instrument", "call", "tags", "env"]


def test_a_call_that_nobody_put_a_name_to(bus: Bus) -> None:
    report("openai.embeddings", {"usage": {"prompt_tokens": 8}}, provider="openai", model="m")
    record = only(bus)
    assert (record["project_id"], record["user_id"]) == ("unattributed", "unattributed")
    assert (record["environment"], record["environment_tag"]) == ("production", "(none)")


def test_settings_from_the_environment() -> None:
    found = from_variables({"SPENDPLANE_BUS": "b", "AWS_LAMBDA_FUNCTION_NAME": "f", "SPENDPLANE_QUEUE_RECORDS": "7"})
    assert (found.bus, found.source, found.queue_records, found.tags) == ("b", "f", 7, {})
    assert from_variables({"SPENDPLANE_SOURCE": "s", "AWS_LAMBDA_FUNCTION_NAME": "f"}).source == "s"
    for wrong in ({"SPENDPLANE_LINGER_SECONDS": "soon"}, {"SPENDPLANE_EXIT_SECONDS": "-1"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            from_variables(wrong)
    with pytest.raises(ValueError, match="environment"):
        from_variables({"SPENDPLANE_ENVIRONMENT": "prod"})


@given(st.text() | st.integers() | st.none() | st.text(alphabet="# \n\x7f\u2028\ud800", max_size=300))
def test_whatever_a_person_is_called_the_contract_takes_it(value: object) -> None:
    text = clean(value)
    made = {**WHO, "user_id": text or "x", "id": "i", "time": "2026-11-28T00:00:00Z", "provider": "p", "model": "m"}
    assert UsageRecord.model_validate({**made, "usage": {}}).user_id == (text or "x")
