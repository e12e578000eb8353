"""The threat model's table, which names the tests that hold each control."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "threat-model.md"
COLUMNS = ("threat", "control", "proved by", "what remains")


@dataclass(frozen=True, slots=True)
class Threat:
    """`tests` are node ids under `tests/`, such as `e2e/test_http.py::test_who_is_refused_and_why`."""

    threat: str
    control: str
    tests: tuple[str, ...]
    remains: str


def threats(page: Path = PAGE) -> list[Threat]:
    """The rows of the table. Raises ValueError where one has another number of columns."""
    return list(_rows(page.read_text(encoding="utf-8")))


def _rows(text: str) -> Iterator[Threat]:
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if tuple(cells) == COLUMNS:
            inside = True
        elif not cells:
            inside = False
        elif inside and set(line) - set("|- "):
            if len(cells) != len(COLUMNS):
                raise ValueError(f"a row of {len(cells)} columns instead of {len(COLUMNS)}: {line[:80]}")
            threat, control, proof, remains = cells
            yield Threat(threat, control, tuple(re.findall(r"`([\w/]+\.py::\w+)`", proof)), remains)
