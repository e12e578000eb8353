"""`spendplane prices calc` of what a provider answered."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spendplane.domain.payloads import APIS
from tests.unit.cli.conftest import Shell

SONNET = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
WARM = {"inputTokens": 350, "outputTokens": 900, "cacheReadInputTokens": 120000, "cacheWriteInputTokens": 0}
CHAT = {
    "id": "chatcmpl-1",
    "model": "gpt-4o-2024-08-06",
    "usage": {"prompt_tokens": 2006, "completion_tokens": 300, "prompt_tokens_details": {"cached_tokens": 1920}},
}
CONVERSE = ("prices", "calc", "--api", "bedrock.converse", "--payload", "-", "--model", SONNET)


def told(shell: Shell, *args: str, stdin: Any, code: int = 0) -> dict[str, Any]:
    text = stdin if isinstance(stdin, str) else json.dumps(stdin)
    result = shell("prices", "calc", *args, "--json", stdin=text)
    assert result.exit_code == code, result.output
    return dict(json.loads(result.stdout, parse_float=Decimal))


def test_buckets_and_lines_from_an_answer(shell: Shell) -> None:
    Path("answer.json").write_text(json.dumps({"ResponseMetadata": {"RequestId": "6f1f"}, "usage": WARM}))
    text = shell(*CONVERSE[:5], "answer.json", *CONVERSE[6:]).stdout
    for part in ("input_uncached", "120,000", "0.03600", "0.05055", "6f1f", f"aws.bedrock {SONNET}", "genai-prices"):
        assert part in text


def test_provider_comes_from_the_api_and_model_from_the_payload(shell: Shell) -> None:
    found = told(shell, "--api", "openai.chat_completions", "--payload", "-", stdin=CHAT)
    assert (found["provider"], found["model"], found["request_id"]) == ("openai", CHAT["model"], "chatcmpl-1")
    assert found["usage"] == {"input_uncached": 86, "cache_read": 1920, "output": 300}
    assert found["usd"] == Decimal("0.005615")  # 86 × 2.50 + 1,920 × 1.25 + 300 × 10, a million each


def test_what_is_said_over_it_wins(shell: Shell) -> None:
    args = ("--api", "openai.chat_completions", "--payload", "-", "--provider", "azure.ai.openai", "--model", "gpt-4o")
    found = told(shell, *args, "--time", "2026-11-01T00:00:00Z", "--region", "westeurope", stdin=CHAT)
    assert (found["provider"], found["model"], found["region"]) == ("azure.ai.openai", "gpt-4o", "westeurope")
    assert found["time"] == "2026-11-01T00:00:00Z"


def test_the_service_tier_of_the_answer_prices_it(shell: Shell) -> None:
    standard = told(shell, *CONVERSE[2:], stdin={"usage": WARM, "serviceTier": {"type": "default"}})
    flex = told(shell, *CONVERSE[2:], stdin={"usage": WARM, "serviceTier": {"type": "flex"}})
    assert (standard["usd"], flex["service_tier"]) == (Decimal("0.05055"), "flex")
    assert flex["usd"] != standard["usd"]


@pytest.mark.parametrize("form", ["{}\n{}", "[{}, {}]", "data: {}\n\ndata: {}\n\ndata: [DONE]"])
def test_a_stream_in_any_form(shell: Shell, form: str) -> None:
    events = [{"messageStart": {"role": "assistant"}}, {"metadata": {"usage": WARM}}]
    text = form
    for event in events:
        text = text.replace("{}", json.dumps(event), 1)
    found = told(shell, "--api", "bedrock.converse_stream", "--payload", "-", "--model", SONNET, stdin=text)
    assert found["usd"] == Decimal("0.05055")


def test_payloads_among_calls(shell: Shell) -> None:
    lines = [
        {"api": "bedrock.converse", "model": SONNET, "raw": {"usage": WARM}},
        {"provider": "aws.bedrock", "model": SONNET, "usage": {"input_uncached": 350, "output": 900}},
        {"api": "bedrock.converse", "raw": {"usage": WARM}},
        {"api": "bedrock.converse", "model": SONNET, "raw": {"usage": {"inputTokens": True}}},
        {"api": "bedrock.guess", "model": SONNET, "raw": {}},
        {"api": "bedrock.converse", "model": SONNET},
        {"api": "bedrock.converse", "model": SONNET, "raw": {"usage": WARM}, "usage": {"output": 1}},
    ]
    result = shell("prices", "calc", "-", "--json", stdin="\n".join(map(json.dumps, lines)))
    assert result.exit_code == 3
    found = [json.loads(line, parse_float=Decimal) for line in result.stdout.splitlines()]
    assert [item["usd"] for item in found[:2]] == [Decimal("0.05055"), Decimal("0.01455")]
    errors = [item["error"] for item in found[2:]]
    parts = [
        "model: the payload",
        "usage.inputTokens: not a whole",
        "known: anthropic.messages",
        "raw: missing",
        "usage",
    ]
    for error, part in zip(errors, parts, strict=True):
        assert part in error


def test_a_payload_that_cannot_be_read_says_where(shell: Shell) -> None:
    result = shell(*CONVERSE, stdin='{"usage": {"inputTokens": "350"}}')
    assert result.exit_code == 3
    assert "usage.inputTokens: not a whole number but '350'" in result.stderr
    assert shell(*CONVERSE, stdin=" ").exit_code == 1
    assert shell(*CONVERSE[:5], "nowhere.json").exit_code == 1


def test_an_unknown_api_lists_the_known_ones(shell: Shell) -> None:
    result = shell("prices", "calc", "--api", "bedrock.guess", "--payload", "-", stdin="{}")
    assert result.exit_code == 2
    assert all(name in " ".join(result.stderr.split()) for name in APIS)


@pytest.mark.parametrize(
    "args",
    [
        ("--api", "bedrock.converse"),
        ("--payload", "-"),
        ("calls.jsonl", "--api", "bedrock.converse", "--payload", "-"),
    ],
)
def test_a_wrong_command_line_ends_with_2(shell: Shell, args: tuple[str, ...]) -> None:
    assert shell("prices", "calc", *args, stdin="{}").exit_code == 2


def test_tokens_beside_a_payload_contradict_it(shell: Shell) -> None:
    result = shell(*CONVERSE, "--output", "5", stdin=json.dumps({"usage": WARM}))
    assert result.exit_code == 3
    assert "output stands beside `api`" in result.stderr


def test_an_advisor_is_priced_at_its_own_rates(shell: Shell) -> None:
    advised = [
        {"type": "message", "input_tokens": 1000, "output_tokens": 500},
        {"type": "advisor_message", "model": "claude-opus-4-5", "input_tokens": 1000, "output_tokens": 500},
    ]
    usage = {"input_tokens": 1000, "output_tokens": 500, "iterations": advised}
    answer = {"model": "claude-sonnet-4-5", "usage": {**usage, "server_tool_use": {"web_search_requests": 2}}}
    found = told(shell, "--api", "anthropic.messages", "--payload", "-", stdin=answer)
    assert (found["usd"], found["others"][0]["usd"]) == (Decimal("0.0105"), Decimal("0.0175"))
    assert found["notes"] == ["2 web searches are billed apart"]
    text = shell("prices", "calc", "--api", "anthropic.messages", "--payload", "-", stdin=json.dumps(answer)).stdout
    assert "claude-opus-4-5" in text
    assert "billed apart" in text


def test_a_bucket_that_its_parts_make_up_is_told_once(shell: Shell) -> None:
    drawn = {"data": [{"b64_json": "x"}], "usage": {"input_tokens": 50, "output_tokens": 4160}}
    args = ("--api", "openai.images", "--payload", "-", "--model", "gpt-image-1.5")
    text = shell("prices", "calc", *args, stdin=json.dumps(drawn)).stdout
    assert text.count("4,160") == 1
    assert "output_image" in text


def test_images_cost_by_size_and_quality_and_are_never_free(shell: Shell) -> None:
    args = ("--provider", "aws.bedrock", "--model", "own.paint", "--images", "3", "--image-size", "1024x1024")
    unpriced = shell("prices", "calc", *args).stdout
    assert "No price is known." in unpriced
    assert "1024x1024" in unpriced
    Path("prices.yaml").write_text(
        "version: 1\nentries:\n"
        "  - {provider: aws.bedrock, model: own.paint, source: a, per_image: {1024x1024: 0.04, '*/premium': 0.06}}\n"
    )
    assert shell.json("prices", "calc", *args)["usd"] == Decimal("0.12")
    assert shell.json("prices", "calc", *args, "--image-quality", "premium")["usd"] == Decimal("0.12")
    assert "0.04 an image" in shell("prices", "calc", *args).stdout
    other = shell.json("prices", "calc", *args[:6], "--image-size", "512x512")
    assert (other["usd"], "512x512" in other["price"]) == (None, True)
