"""OpenAI's and Anthropic's SDKs where the caller awaits, over a transport in memory."""

import asyncio
from typing import Any

import anthropic
import openai
import pytest

from spendplane_client import instrument
from tests.support.client_bus import WHO, Bus, only, published
from tests.support.sdk_wire import (
    ASKED,
    CHAT_ID,
    CHATTED,
    MESSAGE,
    MESSAGE_BUCKETS,
    MESSAGE_EVENTS,
    Server,
    checked,
    sse,
    streaming,
)

ASKED_CLAUDE: Any = {"model": "claude-latest", "max_tokens": 64, "messages": [{"role": "user", "content": "hi"}]}
pytestmark = pytest.mark.enable_socket  # asyncio wakes its loop through a pair of them; nothing travels


@pytest.fixture
def server(bus: Bus) -> Server:  # noqa: ARG001  # it is where the records go
    return Server(events=streaming)


@pytest.fixture
def later(server: Server) -> openai.AsyncOpenAI:
    return instrument(openai.AsyncOpenAI(api_key="x", http_client=server.async_client(), max_retries=0), **WHO)


def test_a_completion_is_recorded_when_awaited(later: openai.AsyncOpenAI, bus: Bus) -> None:
    assert asyncio.run(later.chat.completions.create(**ASKED)).id == CHAT_ID
    assert checked(only(bus)) == CHATTED


def test_a_stream_of_an_awaited_client(later: openai.AsyncOpenAI, bus: Bus) -> None:
    async def read() -> int:
        stream = await later.chat.completions.create(**ASKED, stream=True)
        assert isinstance(stream, openai.AsyncStream)
        return len([item async for item in stream])

    assert asyncio.run(read()) == 2
    assert checked(only(bus)) == CHATTED


def test_a_cancelled_task_is_recorded(later: openai.AsyncOpenAI, bus: Bus) -> None:
    async def cancelled() -> None:
        stream = await later.chat.completions.create(**ASKED, stream=True)
        async with stream:
            await anext(stream)
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    assert only(bus)["outcome"] == "error"


def test_raw_answers_of_an_awaited_client(later: openai.AsyncOpenAI, bus: Bus) -> None:
    async def read() -> int:
        raw = await later.chat.completions.with_raw_response.create(**ASKED, stream=True)
        return len([item async for item in raw.parse()])

    assert asyncio.run(read()) == 2
    assert checked(only(bus)) == CHATTED


def test_messages_and_both_their_streams(bus: Bus, server: Server) -> None:
    server.answer, server.events = MESSAGE, lambda _body: sse(MESSAGE_EVENTS)
    claude = instrument(anthropic.AsyncAnthropic(api_key="x", http_client=server.async_client()), **WHO)

    async def read() -> None:
        assert (await claude.messages.create(**ASKED_CLAUDE)).id == "msg_1"
        async for _ in await claude.messages.create(**ASKED_CLAUDE, stream=True):
            pass
        async with claude.messages.stream(**ASKED_CLAUDE) as stream:
            assert await stream.get_final_text() == "hi"

    asyncio.run(read())
    assert [record["usage"] for record in published(bus)] == [MESSAGE_BUCKETS] * 3
    assert {record["provider_request_id"] for record in published(bus)} == {"msg_1"}
