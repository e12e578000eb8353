"""`producers` in budgets.yaml: what can be wrong with it, and the rule that it makes."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from spendplane.contract.outgoing import SOURCE
from spendplane.contract.text import Identifier
from spendplane.domain.producers import EVERY, OWN, Producers

_PRINTABLE = {chr(code) for code in range(ord("!"), ord("~") + 1)}
MAX_BYTES = 100_000
"""Of all names together: the rule stands in one item, which meters read again every some seconds."""
MAX_SOURCE = 256
Projects = Identifier | Annotated[list[Identifier], Field(min_length=1)]


def rule(given: Mapping[str, str | list[str]]) -> Producers:
    """In a fixed order, so that equal files make equal rules."""
    return Producers(
        tuple(
            (source, tuple(sorted({projects} if isinstance(projects, str) else set(projects))))
            for source, projects in sorted(given.items())
        )
    )


def problems(given: Mapping[str, str | list[str]]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each with its place below `producers`."""
    for source, projects in rule(given).named:
        if not source or len(source) > MAX_SOURCE or set(source) - _PRINTABLE:
            what = f"{source[:60]!r} is no source of events; write 1 to {MAX_SOURCE} letters, digits or signs"
            yield (source,), f"{what}, without spaces, such as com.example.chat"
        elif source in OWN or source == SOURCE:
            yield (source,), f"`{source}` is Spendplane itself, which is never bound; remove it"
        elif EVERY in projects and len(projects) > 1:
            yield (source,), f'"{EVERY}" is every project; remove the others, or remove it'
    size = len(json.dumps(rule(given).named))
    if size > MAX_BYTES:
        yield (), f"{size:,} bytes of names, at most {MAX_BYTES:,} are kept; name fewer projects"
