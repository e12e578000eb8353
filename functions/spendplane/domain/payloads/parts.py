"""JSON values with the path at which they stand, so that an error can say where; and counts that are really counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .reported import PayloadError

MAX_COUNT = 10**12
"""As in the contract: more tokens in one call are a unit mistake."""


@dataclass(frozen=True, slots=True)
class Part:
    """A value somewhere in a payload; `path` is empty at the top."""

    value: Any
    path: str = ""

    def has(self, *names: str) -> bool:
        """True for an object in which one of these stands and is not null."""
        return isinstance(self.value, Mapping) and any(self.value.get(name) is not None for name in names)

    def at(self, *names: str) -> "Part":
        """The first of these that is there; a part without value when none is. Raises PayloadError for no object."""
        if self.value is None:
            return Part(None, self._path(names[0]))
        fields = self.fields()
        name = next((name for name in names if fields.get(name) is not None), names[0])
        return Part(fields.get(name), self._path(name))

    def fields(self) -> Mapping[str, Any]:
        """What stands in an object. Raises PayloadError for anything else."""
        if not isinstance(self.value, Mapping):
            raise PayloadError(f"{self.where}: not an object but {kind(self.value)}")
        return self.value

    def items(self) -> list["Part"]:
        """The members of a list; none when it is not there. Raises PayloadError for anything else."""
        if self.value is None:
            return []
        if not isinstance(self.value, list | tuple):
            raise PayloadError(f"{self.where}: not a list but {kind(self.value)}")
        return [Part(value, f"{self.path}[{index}]") for index, value in enumerate(self.value)]

    def count(self, *names: str) -> int:
        """How many; 0 where it is not there. Raises PayloadError for what is no whole number from 0 to 10^12."""
        part = self.at(*names)
        value = part.value
        if value is None:
            return 0
        if isinstance(value, bool) or not isinstance(value, int):
            raise PayloadError(f"{part.where}: not a whole number but {kind(value)}")
        if not 0 <= value <= MAX_COUNT:
            raise PayloadError(f"{part.where}: {'negative' if value < 0 else f'more than {MAX_COUNT:.0e}'}")
        return int(value)

    def text(self, *names: str) -> str | None:
        """The text; None where it is missing or empty. Raises PayloadError for what is no text."""
        part = self.at(*names)
        if part.value is not None and not isinstance(part.value, str):
            raise PayloadError(f"{part.where}: not text but {kind(part.value)}")
        return part.value or None

    @property
    def where(self) -> str:
        """The path, for a person."""
        return self.path or "the payload"

    def _path(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def kind(value: object) -> str:
    """What a JSON value is, for an error; short texts and numbers as they are."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str | float):
        return repr(value) if len(repr(value)) <= 40 else "a long text"
    return {Mapping: "an object", list: "a list", int: "a number"}.get(
        next((base for base in (Mapping, list, int) if isinstance(value, base)), type(None)), type(value).__name__
    )


def rest(whole: int, inside: int, part: Part, what: str) -> int:
    """What remains of a count that includes others. Raises PayloadError when they are more than the whole."""
    if inside > whole:
        raise PayloadError(f"{part.where}: {inside} {what} are more than the {whole} that they are a part of")
    return whole - inside


def by_ttl(total: Part, five_minutes: int, one_hour: int) -> tuple[int, int]:
    """Cache writes of 5 minutes and of 1 hour. What the breakdown leaves out of the total is of 5 minutes, which is
    what a write is by default; without a total the breakdown is all. Raises PayloadError for a breakdown of more than
    the total: one of the two figures is wrong, and nobody can tell which.
    """
    if total.value is None:
        return five_minutes, one_hour
    whole = Part({"": total.value}).count("")
    return five_minutes + rest(whole, five_minutes + one_hour, total, "tokens of its breakdown"), one_hour
