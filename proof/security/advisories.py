"""Known vulnerabilities without a network: what an extract of the PyPA Advisory Database says of pinned versions.

It is a fallback for where `pip-audit` reaches no service. It knows nothing that was published after its date, and
nothing of a package that was not looked up: both are told, and neither counts as free of faults.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

FILE = Path(__file__).parent / "data" / "advisories.json"
_FROM_THE_FIRST = "0"
"""OSV's word for what sorts before every version, pre-releases too. https://ossf.github.io/osv-schema/"""


@dataclass(frozen=True, slots=True)
class Range:
    """From `introduced` or the first version; up to `fixed`, exclusive, or `last_affected`, inclusive, or for good."""

    introduced: Version | None
    fixed: Version | None
    last_affected: Version | None

    def __contains__(self, version: Version) -> bool:
        return (
            (self.introduced is None or version >= self.introduced)
            and (self.fixed is None or version < self.fixed)
            and (self.last_affected is None or version <= self.last_affected)
        )

    @property
    def end(self) -> str:
        """In words."""
        if self.fixed:
            return str(self.fixed)
        return f"what came after {self.last_affected}" if self.last_affected else "no version"


@dataclass(frozen=True, slots=True)
class Advisory:
    """Of one package, by its normalised name."""

    package: str
    id: str
    aliases: tuple[str, ...]
    ranges: tuple[Range, ...]

    def affects(self, version: Version) -> bool:
        """Whether a range holds it."""
        return any(version in affected for affected in self.ranges)

    def mended_in(self, version: Version) -> str:
        """Where the range ends that holds this version, in words."""
        return ", ".join(affected.end for affected in self.ranges if version in affected)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of some pinned packages: `packages` were compared with the `advisories` that there are of them.

    `affected` says what was hit and by which; `unknown` names what nobody looked up.
    """

    as_of: date
    packages: int
    advisories: int
    affected: tuple[str, ...]
    unknown: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.packages} packages compared with {self.advisories} advisories up to {self.as_of}, "
            f"{len(self.affected)} hits"
        )


@dataclass(frozen=True, slots=True)
class Extract:
    """`as_of` is the day of the newest advisory that was seen. What was withdrawn is not among them."""

    as_of: date
    links: str
    looked_up: frozenset[str]
    advisories: tuple[Advisory, ...]

    def compare(self, pinned: Iterable[Requirement]) -> Comparison:
        """Raises ValueError for what is not pinned to one version."""
        known, unknown, affected = [], [], []
        for item in pinned:
            name, version = canonicalize_name(item.name), _version(item)
            if name not in self.looked_up:
                unknown.append(f"{item.name} {version}")
                continue
            known.append(name)
            affected += [
                self._told(of, version) for of in self.advisories if of.package == name and of.affects(version)
            ]
        count = sum(1 for of in self.advisories if of.package in known)
        return Comparison(self.as_of, len(known), count, tuple(affected), tuple(unknown))

    def _told(self, of: Advisory, version: Version) -> str:
        names = ", ".join((of.id, *of.aliases))
        return f"{of.package} {version}: {names}, mended in {of.mended_in(version)}: {self.links}{of.id}"


def load(file: Path = FILE) -> Extract:
    """The extract that the repository holds."""
    data = json.loads(file.read_text(encoding="utf-8"))
    return Extract(
        date.fromisoformat(data["as_of"]),
        data["links"],
        frozenset(data["looked_up"]),
        tuple(_advisory(item) for item in data["advisories"] if "withdrawn" not in item),
    )


def _advisory(item: Mapping[str, Any]) -> Advisory:
    return Advisory(item["package"], item["id"], tuple(item["aliases"]), tuple(map(_range, item["ranges"])))


def _range(item: Mapping[str, str]) -> Range:
    ends = (Version(item[name]) if name in item else None for name in ("fixed", "last_affected"))
    return Range(None if item["introduced"] == _FROM_THE_FIRST else Version(item["introduced"]), *ends)


def _version(item: Requirement) -> Version:
    pins: Sequence[str] = [pin.version for pin in item.specifier if pin.operator == "=="]
    if len(pins) != 1:
        raise ValueError(f"{item} is not pinned to one version")
    return Version(pins[0])
