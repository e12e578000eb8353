"""One reader of foreign input: what must hold whatever it is given, and what a good input looks like."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

NAMES = (
    *("envelope", "payloads", "invocation_log", "records", "calls"),
    *("budgets", "prices", "identities", "endpoints"),
)
"""Every target, by the name of its module."""


@dataclass(frozen=True, slots=True)
class Target:
    """`check` raises nothing for any bytes, as long as what `holds` says does. `seeds` are inputs to begin with.

    `syntax` tells how an input is changed as what it means, beside its bytes: one JSON value, one a line, or YAML.
    """

    reads: str
    holds: str
    check: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    syntax: Literal["json", "lines", "yaml"]


def target(name: str) -> Target:
    """By its name. Its imports are those of the code under test, so they wait until somebody asks."""
    found: Target = import_module(f"proof.fuzz.targets.{name}").TARGET
    return found
