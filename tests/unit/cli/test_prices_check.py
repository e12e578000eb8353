"""`spendplane prices check`: the price book against a second source."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cli.second_source import read
from tests.unit.cli.conftest import Shell

ROOT = Path(__file__).parents[3]
SONNET = "claude-sonnet-4-6"
SAME = {
    "litellm_provider": "anthropic",
    "mode": "chat",
    "input_cost_per_token": 3e-06,
    "output_cost_per_token": 1.5e-05,
}
GLOBAL_FOR_REGIONAL = {"litellm_provider": "bedrock_converse", "mode": "chat", "input_cost_per_token": 5e-06}
REASON = """
reasons:
  - {key: "anthropic.claude-*", kind: regional endpoint, why: the global price, source: page, ratio: 1.1}
"""


def checked(shell: Shell, content: dict[str, Any], code: int, reasons: str = REASON) -> dict[str, Any]:
    Path("second.json").write_text(json.dumps(content), encoding="utf-8")
    Path("reasons.yaml").write_text(reasons, encoding="utf-8")
    Path("models.json").write_text(
        json.dumps(
            {"about": "x", "read": "2026-11-28", "lists": [
                {"provider": "openai", "source": "here", "models": ["gpt-4o", "acme-1"]}
            ]}
        )
    )  # fmt: skip
    result = shell("prices", "check", "--second-source", "second.json", "--reasons", "reasons.yaml",
                   "--models", "models.json", "--report", "page.md", "--json")  # fmt: skip
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout, parse_float=Decimal)
    return found


def test_what_agrees_is_counted_and_what_a_reason_explains_is_no_finding(shell: Shell) -> None:
    found = checked(shell, {SONNET: SAME, "anthropic.claude-opus-5": GLOBAL_FOR_REGIONAL}, code=0)
    assert (found["models"], found["prices"], found["unexplained"]) == (2, 2, [])
    (explained,) = found["explained"]
    assert (explained["ours"], explained["theirs"], explained["kind"]) == (Decimal("5.5"), 5, "regional endpoint")


def test_a_difference_without_a_reason_ends_with_3_and_stands_on_the_page(shell: Shell) -> None:
    wrong = {**SAME, "cache_read_input_token_cost": 3e-06, "input_cost_per_token_batches": 3e-06}
    content = {SONNET: wrong, "anthropic.claude-opus-5": GLOBAL_FOR_REGIONAL}
    found = checked(shell, content, code=3)
    assert [(item["tier"], item["bucket"], item["ours"], item["theirs"]) for item in found["unexplained"]] == [
        ("standard", "cache_read", Decimal("0.3"), 3),
        ("batch", "input_uncached", Decimal("1.5"), 3),
    ]
    assert f"{SONNET} (standard) cache_read: $0.3 here, $3 there" in Path("page.md").read_text(encoding="utf-8")


def test_a_reason_does_not_explain_another_difference(shell: Shell) -> None:
    """The ratio is part of it: 10 % more is explained, twice as much is not."""
    other = {**GLOBAL_FOR_REGIONAL, "input_cost_per_token": 2.75e-06}
    assert len(checked(shell, {"anthropic.claude-opus-5": other}, code=3)["unexplained"]) == 1


def test_a_reason_that_explains_nothing_any_more_is_told(shell: Shell) -> None:
    assert checked(shell, {SONNET: SAME}, code=3)["idle_reasons"] == ["anthropic.claude-*"]


def test_long_prompts_are_compared_above_their_threshold(shell: Shell) -> None:
    long = {**SAME, "input_cost_per_token_above_200k_tokens": 6e-06}
    found = checked(shell, {"claude-sonnet-4-5": long, "claude-sonnet-4-6": long}, code=3, reasons="reasons: []\n")
    assert [(item["key"], item["over_tokens"]) for item in found["unexplained"]] == [("claude-sonnet-4-6", 200_000)]


def test_what_only_the_second_source_prices_and_current_models_without_a_price_are_listed(shell: Shell) -> None:
    found = checked(shell, {"claude-acme-1": SAME}, code=0, reasons="reasons: []\n")
    assert [item["key"] for item in found["only_second_source"]] == ["claude-acme-1"]
    (openai,) = found["current_models"]
    assert (openai["models"], openai["priced"]) == (2, 1)
    assert [item["model"] for item in openai["unpriced"]] == ["acme-1"]


def test_a_region_in_its_keys_is_the_region_of_the_call() -> None:
    _, listed = read(ROOT / "bench" / "data" / "litellm_prices.json")
    places = {item.key: (item.model, item.region) for item in listed if item.tier == "standard"}
    assert places["bedrock/eu-west-1/meta.llama3-8b-instruct-v1:0"] == ("meta.llama3-8b-instruct-v1:0", "eu-west-1")
    assert places["eu.amazon.nova-pro-v1:0"] == ("eu.amazon.nova-pro-v1:0", "eu-central-1")
    assert places["gpt-4o"] == ("gpt-4o", None)
    assert not [key for key in places if key.startswith("azure/eu/")]


@pytest.mark.parametrize(
    ("text", "what"), [("[]", "not an object of models"), ("{", "not JSON"), ('{"a": 1}', "object")]
)
def test_a_file_that_is_no_price_list_is_told(shell: Shell, text: str, what: str) -> None:
    Path("second.json").write_text(text, encoding="utf-8")
    result = shell("prices", "check", "--second-source", "second.json")
    assert result.exit_code == 1
    assert what in result.stderr


def test_a_missing_file_is_told(shell: Shell) -> None:
    for option in ("--second-source", "--reasons", "--models"):
        result = shell("prices", "check", option, "nowhere")
        assert result.exit_code == 1
        assert "nowhere" in result.stderr


def test_the_page_in_the_docs_is_what_the_command_writes(shell: Shell) -> None:
    """Also: every difference that is left open is known, and each reason still explains one."""
    result = shell("prices", "check", "--report", "page.md", "--json")
    found = json.loads(result.stdout, parse_float=Decimal)
    assert found["idle_reasons"] == []
    assert Path("page.md").read_text(encoding="utf-8") == (ROOT / "docs" / "price-check.md").read_text(encoding="utf-8")


def test_terminal_output_says_what_was_compared_and_what_is_left(shell: Shell) -> None:
    Path("second.json").write_text(json.dumps({"gpt-4o": {**SAME, "litellm_provider": "openai"}}), encoding="utf-8")
    Path("reasons.yaml").write_text("reasons: []\n", encoding="utf-8")
    text = shell("prices", "check", "--second-source", "second.json", "--reasons", "reasons.yaml").stdout
    assert "1 models" not in text
    assert "1 model and 1 price compared" in text
    assert "unexplained: gpt-4o (standard) output: $10 here, $15 there" in " ".join(text.split())
