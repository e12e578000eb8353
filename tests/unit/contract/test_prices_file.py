"""`prices.yaml`: what is wrong with it is said with its line and the mend."""

from decimal import Decimal
from pathlib import Path

import pytest

from spendplane.contract import prices_file
from spendplane.contract.yaml_file import FileError
from spendplane.domain.rating import rate
from spendplane.domain.usage import TokenUsage

ROOT = Path(__file__).parents[3]
HEAD = "version: 1\nentries:\n"
LINE = "  - {provider: p, model: m, source: s, "

BAD = {
    "unknown key": (HEAD + LINE + "inputs: 1}\n", 3, "entries[0].inputs: unknown key"),
    "negative price": (HEAD + LINE + "input: -1}\n", 3, "prices and factors are 0 or more"),
    "no source": (HEAD + "  - {provider: p, input: 1}\n", 3, "say where the figure comes from"),
    "empty source": (HEAD + "  - {provider: p, source: '', input: 1}\n", 3, "entries[0].source"),
    "price in words": (HEAD + LINE + "input: cheap}\n", 3, "entries[0].input"),
    "infinite price": (HEAD + LINE + "input: .inf}\n", 3, "entries[0].input"),
    "until before from": (HEAD + LINE + "from: 2026-02-01, until: 2026-01-01}\n", 1, "is not after"),
    "a factor without its figure": ("version: 1\nfactors:\n  - {provider: p, source: s}\n", 3, "factors[0].factor"),
    "no version": ("entries: []\n", 1, "version"),
    "long context from nothing": (HEAD + LINE + "long_context: {over: 0, input: 1}}\n", 3, "long_context.over"),
    "a list": ("- a\n", 1, "begin it with `version: 1`"),
    "an image at a negative price": (
        HEAD + LINE + "per_image: {1024x1024: -1}}\n",
        3,
        "prices and factors are 0 or more",
    ),
    "a price twice": (HEAD + LINE + "input: 1, input: 2}\n", 3, "stands here twice"),
}


@pytest.mark.parametrize(("text", "line", "mend"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_said_with_line_and_mend(tmp_path: Path, text: str, line: int, mend: str) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        prices_file.load(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert mend in str(caught.value)


def test_a_day_that_no_calendar_has(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(HEAD + LINE + "from: 2026-02-30}\n", encoding="utf-8")
    with pytest.raises(FileError, match="day is out of range"):
        prices_file.load(path)


def test_an_empty_file_has_no_prices(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text("# nothing yet\n", encoding="utf-8")
    assert prices_file.load(path).entries == []


def test_the_version_of_a_file_is_its_content(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text("version: 1\n", encoding="utf-8")
    first = prices_file.load(path).digest
    path.write_text("version: 1\n# changed\n", encoding="utf-8")
    assert prices_file.load(path).digest != first
    assert len(first) == 12


def test_images_cost_by_size_and_quality(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(HEAD + LINE + "per_image: {1024x1024: 0.04, 1024x1024/premium: 0.06}}\n", encoding="utf-8")
    card = prices_file.load(path).entries[0].card
    assert dict(card.usd_per_image) == {"1024x1024": Decimal("0.04"), "1024x1024/premium": Decimal("0.06")}


def test_our_own_file_is_good_and_holds_nobodys_contract() -> None:
    own = prices_file.load(ROOT / "prices.yaml")
    assert (own.entries, own.factors, own.bedrock_region) == ([], [], None)


def test_a_long_context_price_holds_for_the_whole_call_above_its_threshold_only() -> None:
    entry = prices_file.PriceEntry.model_validate(
        {"provider": "p", "model": "m", "source": "s", "input": 3, "cache_read": 1, "output": 15,
         "long_context": {"over": 200_000, "input": 6, "output": 22.5}}
    )  # fmt: skip
    at, above = (
        rate(TokenUsage(input_uncached=100_000, cache_read=100_000 + more, output=1_000_000), entry.card)
        for more in (0, 1)
    )
    assert at == Decimal("0.3") + Decimal("0.1") + 15
    assert above == Decimal("0.6") + Decimal("0.100001") + Decimal("22.5"), "a bucket without a figure costs the same"
