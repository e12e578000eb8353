"""Output: JSON with exact numbers and tables on stdout; messages for people and progress on stderr."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

    from cli.errors import Failure

WIDE = 160
"""Columns where nobody looks at the width: output into a file or a pipe is not cut."""


def to_json(value: object, indent: int | None = None, level: int = 0) -> str:
    """JSON in which a Decimal is a number with all its digits, and a time is ISO 8601 in UTC."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return json.dumps(utc(value))
    if isinstance(value, Mapping):
        parts = [f"{json.dumps(str(key))}: {to_json(item, indent, level + 1)}" for key, item in value.items()]
        return _joined(parts, "{}", indent, level)
    if isinstance(value, list | tuple):
        return _joined([to_json(item, indent, level + 1) for item in value], "[]", indent, level)
    return json.dumps(value)


def _joined(parts: list[str], brackets: str, indent: int | None, level: int) -> str:
    if not parts or indent is None:
        return brackets[0] + ", ".join(parts) + brackets[1]
    inner = "\n" + " " * indent * (level + 1)
    return brackets[0] + inner + f",{inner}".join(parts) + "\n" + " " * indent * level + brackets[1]


def plain(amount: Decimal) -> str:
    """Digits only: no exponent, no zeros that say nothing."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def utc(time: datetime) -> str:
    """`2026-11-22T04:00:00Z`."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def minute(time: datetime) -> str:
    """For people: `2026-11-22 04:00 UTC`."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def count(number: int, noun: str) -> str:
    """`1 counter`, `2,000 counters`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def print_json(value: object) -> None:
    """A document, indented."""
    sys.stdout.write(to_json(value, indent=2) + "\n")


def print_json_line(value: object) -> None:
    """One line of JSON Lines, out at once."""
    sys.stdout.write(to_json(value) + "\n")
    sys.stdout.flush()


def safe(text: object) -> str:
    """What a record says, harmless on a terminal: control characters are shown, not obeyed."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode() for char in str(text)
    )


def console(*, stderr: bool = False) -> "Console":
    """For people. No colours where NO_COLOR is set or nobody looks."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else WIDE
    return Console(stderr=stderr, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def out(*lines: "RenderableType") -> None:
    """Prints what a person asked for; into a file or a pipe without the spaces that fill a table's lines."""
    target = console()
    if target.is_terminal:
        _print(target, lines)
        return
    with target.capture() as capture:
        _print(target, lines)
    sys.stdout.write("".join(line.rstrip() + "\n" for line in capture.get().splitlines()))
    sys.stdout.flush()


def _print(target: "Console", lines: "Iterable[RenderableType]") -> None:
    from rich.text import Text

    for line in lines:
        target.print(line, soft_wrap=isinstance(line, str | Text))  # the terminal breaks it: commands stay whole


def err(message: str, style: str = "") -> None:
    """Prints a message beside the output."""
    console(stderr=True).print(message, style=style or None, soft_wrap=True)


def failure(found: "Failure") -> None:
    """What is wrong, and the mend."""
    from rich.text import Text

    target = console(stderr=True)
    lines = [safe(line) for line in found.what.split("\n")]
    target.print(Text.assemble(("error: ", "bold red"), "\n       ".join(lines)), soft_wrap=True)
    if found.mend:
        target.print(Text.assemble(("  mend: ", "bold"), safe(found.mend)), soft_wrap=True)


def table(*columns: str, right: Iterable[str] = (), fold: Iterable[str] = ()) -> "Table":
    """Aligned columns without lines around them. Only those in `fold` may break; `right` are figures."""
    from rich.table import Table

    made = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name in columns:
        broken = name in fold
        made.add_column(
            name, justify="right" if name in right else "left", no_wrap=not broken,
            overflow="fold" if broken else "ellipsis",
        )  # fmt: skip
    return made


def facts(rows: Iterable[tuple[str, "str | Text"]]) -> "Table":
    """Names with their values, one a line."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(f"  {name}", value)
    return grid


@contextmanager
def working(what: str) -> "Iterator[None]":
    """A sign of life on stderr while somebody else works; nothing where stderr is not a terminal."""
    target = console(stderr=True)
    if not target.is_terminal:
        yield
        return
    with target.status(what):
        yield


@contextmanager
def portion(what: str) -> "Iterator[Callable[[float], None]]":
    """A progress bar on stderr that is told a part of the whole, 0 to 1; nothing where stderr is not a terminal."""
    target = console(stderr=True)
    if not target.is_terminal:
        yield lambda _: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=target, transient=True) as progress:
        task = progress.add_task(what, total=1.0)
        yield lambda part: progress.update(task, completed=part)


@contextmanager
def counting(what: str, total: int | None = None) -> "Iterator[Callable[[], None]]":
    """A progress bar on stderr that a call advances by one; nothing where stderr is not a terminal."""
    target = console(stderr=True)
    if not target.is_terminal:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=target, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)
