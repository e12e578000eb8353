"""One deliberate bug."""

from dataclasses import dataclass
from pathlib import Path


class StaleMutantError(Exception):
    """The code that a mutant changes is not there (once) any more: mend the catalogue."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` stands once in `file` and becomes `new`; at least one of `tests` (paths for pytest) must then fail."""

    name: str
    what: str
    """What a user would suffer, or the mistake in words."""
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def changed(self, root: Path) -> str:
        """The file's text with the bug in it. Raises StaleMutantError."""
        text = (root / self.file).read_text()
        count = text.count(self.old)
        if count != 1:
            raise StaleMutantError(f"{self.name}: {self.file} holds {self.old!r} {count} times, expected once")
        return text.replace(self.old, self.new)
