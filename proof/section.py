"""What a section of the proof is given, and what it hands back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """`quick`: a smoke run of seconds, whose figures are written nowhere. `scratch` is a folder for files of its own.

    `progress` takes a few words about how far it is; call it as often as you like.
    """

    quick: bool
    scratch: Path
    progress: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their headings; `note` stands below. A column is right-aligned where all its cells are figures."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture as SVG (`proof.plots` draws some); `name` is its file's, unique in the section."""

    name: str
    title: str
    svg: str


@dataclass(frozen=True, slots=True)
class Section:
    """What a section found. `data` are JSON values; `summary` is one line for the end of the run; `text` introduces.

    `failures` say what did not hold, each in a line or two: with any, the run fails.
    """

    summary: str
    data: dict[str, Any]
    text: str = ""
    tables: Sequence[Table] = ()
    plots: Sequence[Plot] = ()
    failures: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Listed:
    """A section by the module that holds it: `run(settings) -> Section`, and perhaps `main(arguments) -> int` for
    options of its own. It is imported when it is run. `shows` says in a sentence what it shows when it holds.
    """

    name: str
    title: str
    module: str
    shows: str

    def run(self, settings: Settings) -> Section:
        """Runs it."""
        found: Section = import_module(self.module).run(settings)
        return found

    def main(self, arguments: Sequence[str]) -> int:
        """Its own command line. Raises AttributeError where it has none."""
        code: int = import_module(self.module).main(arguments)
        return code
