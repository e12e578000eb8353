"""What a person sees meanwhile: a live bar on a terminal, plain lines anywhere else, nothing with --json."""

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from decimal import Decimal

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from local.demo.inbox import Notice
from spendplane.domain.money import format_usd

PIPED_WIDTH = 100
INDENT = 5
_STYLES = {"hard": "red", "soft": "yellow"}


@dataclass(frozen=True, slots=True)
class Figures:
    """How far the story is."""

    published: int
    total: int
    counted: int
    usd: Decimal
    waiting: int


@dataclass(slots=True)
class Screen:
    """`seconds` is what each step took, by its label."""

    console: Console
    seconds: dict[str, float] = field(default_factory=dict)
    _progress: Progress | None = None
    _task: TaskID | None = None

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        """One step of the preparation, with the seconds it took."""
        began = time.monotonic()
        shown: AbstractContextManager[object] = nullcontext()
        if self.console.is_terminal:
            shown = self.console.status(f"{label} …", spinner="line")
        with shown:
            yield
        self.seconds[label] = time.monotonic() - began
        self.console.print(f"  {label:<56}{self.seconds[label]:6.1f} s", style="dim")

    def say(self, *lines: RenderableType) -> None:
        """Prints above the bar."""
        for line in lines:
            self.console.print(line)

    def chapter(self, number: int, of: int, title: str, why: str) -> None:
        """Opens a chapter."""
        self.say("", Text(f"{number}/{of}  {title}", style="bold cyan"), indented(Text(why)))

    def notice(self, notice: Notice, topics: Sequence[str], latency_ms: int | None) -> None:
        """A message as its readers see it in their mail."""
        after = f", {latency_ms:,} ms after the event that crossed was published" if latency_ms is not None else ""
        head = f"To {' and '.join(topics)}{after}"
        body = f"Subject: {notice.subject}\n\n{notice.email.rstrip()}"
        style = _STYLES.get(str(notice.detail.get("severity")), "magenta")
        if self.console.is_terminal:
            panel = Panel(Text(body), title=Text(head, style="bold"), title_align="left", border_style=style)
            self.say(indented(panel))
            return
        quoted = "\n".join(f"     | {line}" for line in body.splitlines())
        self.console.print(f"\n     {head}\n{quoted}\n", soft_wrap=True)

    def command(self, why: str, command: str, printed: str) -> None:
        """A command as typed, and what it printed, below a line on what it is for."""
        margin = " " * INDENT
        self.say("", indented(Text(why)), Text(f"{margin}$ {command}", style="bold"))
        self.console.print("\n".join(f"{margin}  {line}".rstrip() for line in printed.splitlines()), soft_wrap=True)

    @contextmanager
    def live(self, total: int) -> Iterator[None]:
        """Shows the bar for as long as the block takes."""
        if not self.console.is_terminal:
            yield
            return
        columns = (
            TextColumn("     published"),
            BarColumn(bar_width=24),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            self._progress, self._task = progress, progress.add_task("", total=total)
            yield
        self._progress = self._task = None

    def update(self, now: Figures) -> None:
        """Moves the bar."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=now.published, total=now.total, description=described(now))


def described(now: Figures) -> str:
    """The figures on one line."""
    return (
        f"{now.published:,} of {now.total:,} · {now.counted:,} counted · {format_usd(now.usd)}"
        f" · {now.waiting:,} in the queue"
    )


def new_screen(*, quiet: bool) -> Screen:
    """Standard output; with `quiet` nowhere."""
    console = Console(highlight=False, markup=False, emoji=False, quiet=quiet)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, quiet=quiet, width=PIPED_WIDTH)
    return Screen(console)


def indented(what: RenderableType) -> RenderableType:
    """Below a chapter's title."""
    return Padding(what, (0, 0, 0, INDENT), expand=False)
