"""Results into `proof.json`, and into a page for people: of each only the sections that were run are replaced."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from proof.origin import Origin, machine
from proof.section import Listed, Section, Table

HEAD = """# The proof

Spendplane's promises stand in [guarantees.md](guarantees.md). Here they are put to the test, by `make proof`, which
writes this page and `build/proof.json`. To repeat it you need a checkout, Python and Java, and no AWS account.
`make proof ARGS=NAME` runs one section and leaves the others as they are; `make proof ARGS=--quick` is a smoke run.
"""
COLUMNS = ("section", "what it shows", "result", "seconds", "run")
NOT_RUN = "not run"
Ran = Mapping[str, tuple[Section, float]]


@dataclass(frozen=True, slots=True)
class Report:
    """Where results go, with every section that there is. Pictures lie in a folder of the page's name, beside it."""

    sections: Sequence[Listed]
    results: Path
    page: Path
    origin: Origin

    def add(self, listed: Listed, section: Section, seconds: float) -> None:
        """One section; all others stay as they are."""
        known = json.loads(self.results.read_text()) if self.results.exists() else {}
        known[listed.name] = {
            "held": not section.failures, "at": self.origin.at.isoformat(timespec="seconds"),
            "commit": self.origin.commit, "machine": machine(), "seconds": round(seconds, 1),
            "summary": section.summary, "failures": list(section.failures), **section.data,
        }  # fmt: skip
        self.results.parent.mkdir(parents=True, exist_ok=True)
        whole = self.results.with_suffix(".new")  # a run that is ended meanwhile leaves the file as it was
        whole.write_text(json.dumps(known, indent=2) + "\n")
        whole.replace(self.results)
        self._draw(listed.name, section)

    def _draw(self, name: str, section: Section) -> None:
        folder = self.page.with_suffix("")
        for old in folder.glob(f"{name}-*.svg"):
            old.unlink()
        for plot in section.plots:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}-{plot.name}.svg").write_text(plot.svg)

    def write(self, ran: Ran) -> None:
        """The page, in the order of the sections."""
        old = self.page.read_text() if self.page.exists() else ""
        known = _blocks(old)
        blocks = []
        for item in self.sections:
            block = self._block(item, *ran[item.name]) if item.name in ran else known.get(item.name)
            if block:
                blocks.append(f"<!-- {item.name} -->\n{block.strip()}\n<!-- end of {item.name} -->\n")
        self.page.parent.mkdir(parents=True, exist_ok=True)
        self.page.write_text("\n".join([HEAD, self._overview(ran, _overview_rows(old)), *blocks]))

    def _overview(self, ran: Ran, known: Mapping[str, str]) -> str:
        """One line a section; one that was not run again keeps its own."""
        rows = [
            self._row(item, *ran[item.name]) if item.name in ran else known.get(item.name) or _not_run(item)
            for item in self.sections
        ]
        held = sum("| **held**" in line for line in rows)
        seconds = sum(int(found[1]) for line in rows if (found := re.search(r"\| (\d+) \| [^|]+ \|$", line)))
        said = f"**{held} of {len(rows)} sections held.** They took {seconds / 60:.0f} minutes."
        lines = [said, "", row(COLUMNS), row(["---", "---", "---", "--:", "---"])]
        return "\n".join([*lines, *rows]) + "\n"

    def _row(self, item: Listed, section: Section, seconds: float) -> str:
        result = f"{'**DID NOT HOLD**' if section.failures else '**held**'}: {section.summary}"
        return row([_link(item), item.shows, cell(result), f"{seconds:.0f}", self.origin.words])

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
            f"`make proof ARGS={item.name}` took {seconds:.0f} s on {here['cores']} cores, Python {here['python']} "
            f"({self.origin.words})."
        )
        return "\n\n".join(parts)


def cell(value: object) -> str:
    """For people: thousands apart, yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
    return str(value).replace("|", "\\|").replace("\n", " ")


def row(cells: Sequence[str]) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"


def _table(table: Table) -> str:
    figures = [all(isinstance(line[place], int | float) for line in table.rows) for place in range(len(table.columns))]
    lines = [f"### {table.title}", "", row(table.columns), row(["--:" if right else "---" for right in figures])]
    lines += [row([cell(value) for value in line]) for line in table.rows]
    return "\n".join(lines) + (f"\n\n{table.note}" if table.note else "")


def _link(item: Listed) -> str:
    anchor = re.sub(r"[^\w -]", "", item.title.lower()).replace(" ", "-")
    return f"[{item.name}](#{anchor})"


def _not_run(item: Listed) -> str:
    return row([item.name, item.shows, NOT_RUN, "", ""])


def _overview_rows(page: str) -> dict[str, str]:
    """The lines above the sections as they stand, by name."""
    above = page.partition("<!-- ")[0]
    return {found[1]: found[0] for found in re.finditer(r"^\| \[(\w+)\]\(#.*\|$", above, re.MULTILINE)}


def _blocks(page: str) -> dict[str, str]:
    """The page's sections as they stand, by name."""
    return {found[1]: found[2] for found in re.finditer(r"<!-- (\w+) -->\n(.*?)<!-- end of \1 -->", page, re.DOTALL)}
