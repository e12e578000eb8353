"""Results into `proof.json`, and into a page for people: of each only the sections that were run are replaced."""

import json
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proof.section import Listed, Section, Table

HEAD = """# The proof

Written by `make proof`, which runs everything below on real parts and writes `build/proof.json`. What is promised
stands in [guarantees.md](guarantees.md). A section that was not run again keeps its figures.
"""


@dataclass(frozen=True, slots=True)
class Report:
    """Where results go, with every section that there is. Pictures lie in a folder of the page's name, beside it."""

    sections: Sequence[Listed]
    results: Path
    page: Path

    def add(self, listed: Listed, section: Section, seconds: float) -> None:
        """One section; all others stay as they are."""
        known = json.loads(self.results.read_text()) if self.results.exists() else {}
        failures = list(section.failures)
        known[listed.name] = {
            "machine": machine(), "seconds": round(seconds, 1), "summary": section.summary, "failures": failures,
            **section.data,
        }  # fmt: skip
        self.results.parent.mkdir(parents=True, exist_ok=True)
        self.results.write_text(json.dumps(known, indent=2) + "\n")
        self._draw(listed.name, section)

    def _draw(self, name: str, section: Section) -> None:
        folder = self.page.with_suffix("")
        for old in folder.glob(f"{name}-*.svg"):
            old.unlink()
        for plot in section.plots:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}-{plot.name}.svg").write_text(plot.svg)

    def write(self, ran: dict[str, tuple[Section, float]]) -> None:
        """The page, in the order of the sections."""
        old = _blocks(self.page.read_text()) if self.page.exists() else {}
        blocks = []
        for item in self.sections:
            block = self._block(item, *ran[item.name]) if item.name in ran else old.get(item.name)
            if block:
                blocks.append(f"<!-- {item.name} -->\n{block.strip()}\n<!-- end of {item.name} -->\n")
        self.page.parent.mkdir(parents=True, exist_ok=True)
        self.page.write_text("\n".join([HEAD, *blocks]))

    def _block(self, item: Listed, section: Section, seconds: float) -> str:
        parts = [f"## {item.title}", f"**{section.summary}**"]
        if section.text:
            parts.append(section.text.strip())
        if section.failures:
            parts.append("\n".join(["What did not hold:", "", *(f"- {failure}" for failure in section.failures)]))
        folder = self.page.stem
        parts += [f"![{plot.title}]({folder}/{item.name}-{plot.name}.svg)" for plot in section.plots]
        parts += [_table(table) for table in section.tables]
        here = machine()
        parts.append(
            f"`python -m proof {item.name}` took {seconds:.0f} s on {here['cores']} cores, Python {here['python']}."
        )
        return "\n\n".join(parts)


def machine() -> dict[str, Any]:
    """What it ran on."""
    return {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.system()}


def cell(value: object) -> str:
    """For people: thousands apart, yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
    return str(value).replace("|", "\\|").replace("\n", " ")


def _table(table: Table) -> str:
    figures = [all(isinstance(row[place], int | float) for row in table.rows) for place in range(len(table.columns))]
    lines = [f"### {table.title}", "", _row(table.columns), _row(["--:" if right else "---" for right in figures])]
    lines += [_row([cell(value) for value in row]) for row in table.rows]
    return "\n".join(lines) + (f"\n\n{table.note}" if table.note else "")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _blocks(page: str) -> dict[str, str]:
    """The page's sections as they stand, by name."""
    return {found[1]: found[2] for found in re.finditer(r"<!-- (\w+) -->\n(.*?)<!-- end of \1 -->", page, re.DOTALL)}
