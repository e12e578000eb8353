"""`spendplane reconcile`: what a person reads, what scripts get, and what `--apply` does to the kill switch."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from spendplane.adapters.memory import MemoryTopic
from spendplane.application.telling.notify import Notify
from spendplane.domain.drift import Compared, Reconciliation
from tests.support import make_bill
from tests.support.builders import NOW, SONNET, budget, record
from tests.unit.cli.conftest import Shell
from tests.unit.cli.fakes import ANN

EXAMPLES = Path(__file__).parents[3] / "examples/bill"
BILL = str(EXAMPLES / make_bill.CSV)


@pytest.fixture
def month(shell: Shell) -> Shell:
    """Sonnet agrees; Nova is above the bill on one day; Opus is not reported; hours agree; OpenAI bills by itself."""
    shell.deploy(
        budget("staging", 100, match={"project_id": "marketing-gen-v1"}, mode="enforce"),
        budget("nova", 5, match={"model": "amazon.nova-micro-v1:0"}, mode="enforce"),
        budget("watched", 5, match={"model": ("amazon.nova-micro-v1:0", "x")}),
        budget("told", 5, on_hard_limit="notify"),
    )
    for day in (18, 19, 20, 21):
        time = f"2026-11-{day}T12:00:00Z"
        shell.meter(record(f"s{day}", time=time, cost_usd="12.50", model="global." + SONNET))
        nova = "8" if day == 19 else "4"
        shell.meter(record(f"n{day}", time=time, cost_usd=nova, model="amazon.nova-micro-v1:0"))
        hours = {"provider": "aws.sagemaker", "model": "ml.g5.xlarge", "usage": {}}
        shell.meter(record(f"h{day}", time=time, cost_usd="33.792", **hours))
    shell.meter(record("o", time="2026-11-18T12:00:00Z", cost_usd="3", provider="openai", model="gpt-4o-mini"))
    function = {"Environment": {"Variables": {"MAX_DRIFT_PERCENT": "10"}}}
    shell.function.get_function_configuration = lambda **_: function  # type: ignore[attr-defined]
    return shell


def test_people_see_what_differs_and_why(month: Shell) -> None:
    lines = month.lines("reconcile", "--cur", BILL, code=3)
    assert lines[0].split() == ["Day", "Model", "Ledger", "Bill", "Drift", "%", "Reason"]
    opus = [line.split() for line in lines if "claude-opus-4-8" in line]
    assert opus[0] == ["11-18", "aws.bedrock", "anthropic.claude-opus-4-8", "$0.00", "$20.00", "-$20.00", "-100.0",
                       "untracked"]  # fmt: skip
    (nova,) = (line.split() for line in lines if "nova-micro" in line)
    assert nova[2:] == ["amazon.nova-micro-v1:0", "$8.00", "$4.00", "+$4.00", "+100.0", "above"]
    text = "\n".join(lines)
    assert "USE1-Guardrail-ContentPolicyUnitsConsumed" in text
    assert "untracked  only in the bill: usage that nobody reported" in text
    assert "2026-11 through 11-20: ledger $154.88, bill $212.05, drift -$57.17 (-26.96 %)." in text
    assert "Billed by others: openai, $3.00 in the ledger." in text
    assert "The bill has $7.84 of other services, and +$3.20 of credits, taxes, fees and refunds." in text
    assert "10 rows of 24 beyond the tolerance of 1 % of the bill, or a cent." in text


def test_scripts_get_every_row_exactly(month: Shell) -> None:
    found = month.json("reconcile", "--cur", BILL, "--month", "2026-11", code=3)
    assert (found["month"], found["complete_through"], found["stored"]) == ("2026-11", "2026-11-20", False)
    assert found["totals"]["drift_usd"] == Decimal("-57.17")
    assert len(found["rows"]) == 24
    (nova,) = (row for row in found["rows"] if row["day"] == "2026-11-19" and "nova" in row["model"])
    assert (nova["drift_usd"], nova["percent"], nova["reason"], nova["beyond_tolerance"]) == (4, 100, "above", True)
    assert nova["usage_types"] == ["USE1-NovaMicro-input-tokens", "USE1-NovaMicro-output-tokens"]
    late = [row for row in found["rows"] if row["day"] == "2026-11-21"]
    assert {row["reason"] for row in late} == {"late"}
    assert not any(row["beyond_tolerance"] for row in late)


def test_parquet_is_read_as_well(month: Shell) -> None:
    parquet = month.json("reconcile", "--cur", str(EXAMPLES / make_bill.PARQUET), code=3)
    assert parquet == month.json("reconcile", "--cur", BILL, code=3)


def test_apply_stores_who_when_and_why_and_tells_what_follows(month: Shell) -> None:
    found = month.json("reconcile", "--cur", BILL, "--apply", "--reason", "November", code=3)
    assert [item["budget_id"] for item in found["alerts_only"]] == []
    kept = month.store.last()
    assert kept is not None
    assert (kept.by, kept.reason, kept.month) == (ANN, "November", "2026-11")
    # Without what names no model and what nobody reported, Nova's double day shows.
    lines = Path(BILL).read_text(encoding="utf-8").splitlines(keepends=True)
    Path("bill.csv").write_text("".join(line for line in lines if "Guardrail" not in line and "mantle" not in line))
    text = "\n".join(month.lines("reconcile", "--cur", "bill.csv", "--apply", "--reason", "again", code=3))
    assert "  nova: hard limit only alerts: its figures are in doubt" in text
    assert "the ledger has $4.00 (33.3 %) more than the bill" in text
    assert "  staging:" not in text
    assert not any(f"  {name}:" in text for name in ("told", "watched"))
    assert len(month.store.history()) == 2


def test_a_month_without_a_difference_ends_well(month: Shell) -> None:
    lines = Path(BILL).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not any(mark in line for mark in ("Guardrail", "mantle", "VolumeUsage"))]
    Path("bill.csv").write_text("".join(kept))
    told = month.lines("reconcile", "--cur", "bill.csv", "--through", "2026-11-18")
    assert told[-1] == "Nothing is beyond the tolerance of 1 % of the bill, or a cent."
    every = month.lines("reconcile", "--cur", "bill.csv", "--through", "2026-11-18", "--all")
    assert len([line for line in every if line.startswith("11-")]) == 12


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--month", "2026-10"], 1, "has no line of 2026-10: it holds 2026-11"),
        (["--month", "November"], 2, "such as 2026-11"),
        (["--through", "soon"], 2, "such as 2026-11-22"),
        (["--alias", "x"], 2, "write BILL=LEDGER"),
        (["--apply"], 2, "say why, with --reason"),
        (["--through", "2026-11-01", "--apply", "--reason", "x"], 1, "nothing of 2026-11 could be compared"),
    ],
)
def test_what_cannot_be_done_is_said(month: Shell, words: list[str], code: int, said: str) -> None:
    result = month("reconcile", "--cur", BILL, *words)
    assert result.exit_code == code
    assert said in " ".join(result.output.replace("│", " ").split())
    assert month.store.last() is None


def test_a_file_that_is_no_bill_is_said(month: Shell) -> None:
    Path("x.csv").write_text("a,b\n1,2\n")
    result = month("reconcile", "--cur", "x.csv")
    assert result.exit_code == 1
    assert "neither CUR 2.0" in result.output
    assert month("reconcile", "--cur", "missing.csv").exit_code == 1


def test_everybody_who_asks_is_told_that_the_figures_are_in_doubt(over: Shell) -> None:
    over.protection = replace(over.protection, max_drift_percent=Decimal(10))
    compared = (Compared("aws.bedrock", (SONNET,), Decimal(150), Decimal(100)),)
    over.store.store(Reconciliation("2026-11", date(2026, 11, 20), NOW, ANN, "monthly", compared))
    over.enforce()
    for words in (("status",), ("status", "--budget", "staging"), ("kill", "ls"), ("kill", "plan", "staging")):
        assert "figures are in doubt" in " ".join(over(*words).output.split()), words
    told = over.lines("kill", "plan", "staging")
    act = "If the spend is real: spendplane kill engage staging --reason '...'."
    assert told[-1] == f"Nothing was changed. {act} What is counted too much: spendplane reconcile --cur FILE"
    topic = MemoryTopic("on-call")
    notify = Notify(over.store, topic, MemoryTopic("budget-alerts"))
    for item in over.bus.published:
        notify(item.id, NOW)
    notice = topic.messages[-1].text
    assert "Would be    lambda-function agent [staging]" in notice
    assert "            spendplane kill engage staging --reason '...'" in notice
