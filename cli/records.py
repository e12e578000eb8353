"""Records in a file or on standard input: one JSON value, an array, or JSON Lines; each with the line it stands in."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from cli.errors import Failure

STDIN = Path("-")


@dataclass(frozen=True, slots=True)
class Found:
    """A JSON value and its line (from 1); with `error`, text that is none."""

    line: int
    value: Any = None
    error: str | None = None


def read(path: Path) -> list[Found]:
    """Every record. A line that is not JSON is found with its error, the others go on. Raises Failure for the file."""
    text = text_of(path)
    found = _document(text)
    return list(_lines(text)) if found is None else found


def text_of(path: Path) -> str:
    """The text of a file, or of standard input. Raises Failure."""
    try:
        return sys.stdin.read() if path == STDIN else path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure(f"{path}: not UTF-8 text (byte {error.start})", "save it as UTF-8") from None
    except OSError as error:
        raise Failure(f"{path}: cannot be read ({error.strerror})", "give a file, or - for standard input") from None


def _document(text: str) -> list[Found] | None:
    """One value over the whole text, or an array's members; None when the text is not one document."""
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        return [_broken(text, error)] if _begins_a_document(text) else None
    start = len(text) - len(text.lstrip())
    if not isinstance(value, list):
        return [Found(_line(text, start), value)]
    return list(_members(text, start + 1))


def _begins_a_document(text: str) -> bool:
    """True when its first line is only the beginning of a value: no JSON Lines then, but one broken document."""
    return text.lstrip().partition("\n")[0].rstrip().endswith(("{", "[", ","))


def _broken(text: str, error: Exception) -> Found:
    line = error.lineno if isinstance(error, json.JSONDecodeError) else _line(text, len(text) - len(text.lstrip()))
    return Found(line, error=f"not JSON: {error}")


def _members(text: str, position: int) -> Iterator[Found]:
    """The members of a valid array, each decoded alone, so that its line is known."""
    line, counted = _line(text, 0), 0
    while True:
        position = _skip(text, position)
        if text[position] == "]":
            return
        line, counted = line + text.count("\n", counted, position), position
        value, position = _DECODER.raw_decode(text, position)
        yield Found(line, value)


def _skip(text: str, position: int) -> int:
    while text[position] in " \t\r\n,":
        position += 1
    return position


def _lines(text: str) -> Iterator[Found]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield Found(number, _DECODER.decode(line))
        except (ValueError, RecursionError) as error:
            yield Found(number, error=f"not JSON: {error}")


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
