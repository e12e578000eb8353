"""`spendplane prices calc`."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Shell

GLOBAL_SONNET = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
CALL = {"provider": "aws.bedrock", "model": GLOBAL_SONNET}
BUCKETS = {"input_uncached": 350, "cache_read": 120000, "output": 900}
OPTIONS = ("--provider", "aws.bedrock", "--model", GLOBAL_SONNET, "--input-uncached", "350", "--cache-read", "120000",
           "--output", "900")  # fmt: skip


def calculated(shell: Shell, *calls: object, code: int = 0) -> list[dict[str, Any]]:
    text = "\n".join(item if isinstance(item, str) else json.dumps(item) for item in calls)
    result = shell("prices", "calc", "-", "--json", stdin=text)
    assert result.exit_code == code, result.output
    return [json.loads(line, parse_float=Decimal) for line in result.stdout.splitlines()]


def test_by_options(shell: Shell) -> None:
    (found,) = [shell.json("prices", "calc", *OPTIONS)]
    assert found["usd"] == Decimal("0.05055")
    assert found["price"].startswith("list price (litellm ")
    assert sum(line["usd"] for line in found["lines"]) == found["usd"]


def test_the_table_shows_every_bucket_and_the_source(shell: Shell) -> None:
    text = shell("prices", "calc", *OPTIONS).stdout
    for part in ("cache_read", "120,000", "0.03600", "0.05055", "price from", "list price"):
        assert part in text


def test_json_lines_in_json_lines_out(shell: Shell) -> None:
    nested, beside = calculated(shell, {**CALL, "usage": BUCKETS}, "", {**CALL, **BUCKETS})
    assert nested["usd"] == beside["usd"] == Decimal("0.05055")
    assert (nested["line"], beside["line"]) == (1, 3)


def test_an_unknown_model_is_null_never_zero(shell: Shell) -> None:
    (found,) = calculated(shell, {"provider": "openai", "model": "nobody-knows", "output": 5})
    assert found["usd"] is None
    assert "nobody-knows" in found["price"]
    assert "No price is known." in shell("prices", "calc", "--provider", "x", "--model", "y", "--output", "1").stdout


def test_the_producers_own_cost_stands(shell: Shell) -> None:
    (found,) = calculated(shell, {**CALL, "cost_usd": "0.123456789012345678"})
    assert (found["usd"], found["price"]) == (Decimal("0.123456789012345678"), "producer")


def test_bad_lines_are_told_and_the_others_go_on(shell: Shell) -> None:
    found = calculated(
        shell,
        {**CALL, **BUCKETS},
        "nope",
        {**CALL, "usage": {"input_tokens": 5}},
        {**CALL, "output": True},
        {**CALL, "output": 1, "time": "2026-01-01T00:00:00"},
        CALL,
        [1],
        {**CALL, **BUCKETS},
        code=3,
    )
    assert [item["line"] for item in found] == list(range(1, 9))
    assert [item["usd"] is None for item in found] == [False, *[True] * 6, False]
    errors = [item["error"] for item in found if "error" in item]
    for error, part in zip(
        errors, ["not JSON", "unknown bucket", "usage.output", "without an offset", "no tokens", "object"], strict=True
    ):
        assert part in error


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_time_outside_the_calendar_is_a_bad_line(shell: Shell, time: str) -> None:
    (found,) = calculated(shell, {**CALL, **BUCKETS, "time": time}, code=3)
    assert "outside the calendar" in found["error"]


def test_a_line_nested_too_deeply_is_a_bad_line(shell: Shell) -> None:
    levels = sys.getrecursionlimit() * 7 // 10  # JSON takes a frame for each, normalising takes two
    deep = '{"provider": ' + "[" * levels + "]" * levels + "}"
    found = calculated(shell, {**CALL, **BUCKETS}, deep, {**CALL, **BUCKETS}, code=3)
    assert [item.get("error") for item in found] == [None, "nested too deeply", None]


def test_people_get_bad_lines_on_stderr(shell: Shell) -> None:
    result = shell("prices", "calc", "-", stdin=f"nope\n{json.dumps({**CALL, **BUCKETS})}")
    assert result.exit_code == 3
    assert "line 1: not JSON" in result.stderr
    assert "$0.05055" not in result.stderr
    assert "0.05055" in result.stdout


def test_tier_time_region_and_project_choose_the_price(shell: Shell) -> None:
    Path("prices.yaml").write_text(
        "version: 1\n"
        "entries:\n"
        "  - {provider: openai, model: own, project_id: p, region: eu-west-1, from: 2026-06-01, output: 2, source: a}\n"
        "factors:\n"
        "  - {provider: openai, service_tier: batch, factor: 0.5, source: b}\n"
    )
    here = {"provider": "openai", "model": "own", "output": 10**6, "region": "eu-west-1", "project_id": "p"}
    old, elsewhere, now = calculated(
        shell,
        {**here, "time": "2026-05-31T23:59:59Z"},
        {**here, "project_id": "q"},
        {**here, "time": "2026-06-01T00:00:00Z"},
    )
    assert old["usd"] is None
    assert elsewhere["usd"] is None
    assert (now["usd"], now["price"]) == (2, "prices.yaml: a")


def test_a_bad_price_file_is_told_with_its_line(shell: Shell) -> None:
    Path("p.yaml").write_text("version: 1\nentries:\n  - {provider: openai, output: -2, source: a}\n")
    result = shell("prices", "calc", *OPTIONS, "--prices", "p.yaml")
    assert result.exit_code == 1
    assert "p.yaml:3:" in result.stderr


@pytest.mark.parametrize("args", [(), ("--model", "m"), ("--output", "-1"), ("--output", "x"), ("--time", "now")])
def test_a_wrong_command_line_ends_with_2(shell: Shell, args: tuple[str, ...]) -> None:
    assert shell("prices", "calc", "--provider", "openai", *args).exit_code == 2


def test_options_and_a_file_contradict_each_other(shell: Shell) -> None:
    assert shell("prices", "calc", "calls.jsonl", "--model", "m").exit_code == 2
