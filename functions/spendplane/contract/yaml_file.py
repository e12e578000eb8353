"""YAML that people write: read with the line of every value, so that an error can point at it."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]
MAX_VALUES = 100_000
"""In one file, those behind an anchor counted wherever they are used."""


class FileError(ValueError):
    """A file that cannot be used. The text is ready for people: `file:line: what is wrong; the mend`, a line each."""


def load(path: Path) -> tuple[Any, dict[Location, int]]:
    """The content and the line (from 1) of each value. Raises FileError for a missing file and for bad YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise FileError(f"{path}: cannot be read ({reason})") from None
    lines: dict[Location, int] = {}
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None, lines
        _walk(node, (), lines, path)
        return loader.construct_document(node), lines
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FileError(f"{path}:{line}: not valid YAML: {error.problem}; check indentation and quotes") from None
    except yaml.YAMLError as error:
        raise FileError(f"{path}: not valid YAML: {error}") from None
    except RecursionError as error:
        raise FileError(f"{path}: not usable: {error}; check how deep it is, and anchors") from None


def checked(
    path: Path,
    model: type[Model],
    *,
    opening: str,
    mends: dict[str, str],
    problems: Callable[[Model], Iterable[tuple[Location, str]]] = lambda _: (),
    in_words: Callable[[ValidationError], ValidationError] = lambda error: error,
) -> Model:
    """The file as this model. Raises FileError, whose text names the lines and the mends.

    `opening` is said of what is no mapping; `mends` as in `explain`; `problems` looks at the whole, once each value is
    right; `in_words` puts pydantic's findings into the words of the file.
    """
    content, lines = load(path)
    if not isinstance(content, dict):
        raise FileError(f"{path}:1: {opening}")
    try:
        parsed = model.model_validate(content)
    except ValidationError as error:
        raise explain(path, lines, in_words(error), mends) from None
    if found := [at(path, lines, location, message) for location, message in problems(parsed)]:
        raise FileError("\n".join(found))
    return parsed


class _Loader(yaml.SafeLoader):
    """Says where a value stands that is not what it looks like: a day that no calendar has, or `!!bool perhaps`."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002  # the signature
        try:
            value = super().construct_object(node, deep)
            if isinstance(value, int):
                str(value)  # one in hexadecimal may have more digits than Python writes, also into an error
        except _NOT_OF_ITS_KIND as error:
            why = f": {error}" if isinstance(error, ValueError) else ""
            what = f"{_short(node.value)} cannot be read as {node.tag.rpartition(':')[2]}{why}"
            raise yaml.constructor.ConstructorError(None, None, what, node.start_mark) from error
        return value


_NOT_OF_ITS_KIND = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError)
"""What PyYAML's constructors let through."""


def _walk(node: yaml.Node, location: Location, lines: dict[Location, int], path: Path) -> None:
    lines.setdefault(location, node.start_mark.line + 1)
    if len(lines) > MAX_VALUES:  # anchors inside anchors: a few lines can stand for billions
        raise FileError(f"{path}: holds more than {MAX_VALUES:,} values; check anchors")
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*location, index), lines, path)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*location, str(key.value))
            if inner in lines:
                raise FileError(
                    f"{path}:{key.start_mark.line + 1}: `{key.value}` stands here twice (first in line {lines[inner]});"
                    " remove one"
                )
            lines[inner] = key.start_mark.line + 1
            _walk(value, inner, lines, path)


def at(path: Path, lines: dict[Location, int], location: Location, message: str) -> str:
    """`file:line: where: message`, with the line of the nearest enclosing value."""
    known = location
    while known and known not in lines:
        known = known[:-1]
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    return f"{path}:{lines.get(known, 1)}: {where + ': ' if where else ''}{message}"


def explain(path: Path, lines: dict[Location, int], error: ValidationError, mends: dict[str, str]) -> FileError:
    """Pydantic's findings as a FileError. `mends` maps an error type, or `field:type`, to the advice for people."""
    found = []
    for finding in error.errors(include_url=False):
        location = tuple(part for part in finding["loc"] if not _is_tag(part))
        field = next((part for part in reversed(location) if isinstance(part, str)), "")
        mend = mends.get(f"{field}:{finding['type']}") or mends.get(finding["type"], "")
        message = (
            "unknown key" if finding["type"] == "extra_forbidden" else finding["msg"].removeprefix("Value error, ")
        )
        given = "" if finding["type"] in _SELF_EXPLAINING else f" (got {_short(finding.get('input'))})"
        found.append(at(path, lines, location, message + given + (f"; {mend}" if mend else "")))
    return FileError("\n".join(dict.fromkeys(found)))


_SELF_EXPLAINING = {"missing", "extra_forbidden", "value_error"}


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _is_tag(part: str | int) -> bool:
    """Pydantic adds the name of a union's member to the place; it is not a part of the file."""
    return isinstance(part, str) and (part in {"str", "int", "decimal", "constrained-str"} or "[" in part)
