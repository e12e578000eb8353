"""Which producers may charge which projects: the one rule behind `producers` in budgets.yaml.

A producer that is named charges its projects alone. A project that is named is charged by its producers alone. Where
neither is named, nothing is bound. Without a single name everybody may charge everything.
"""

from dataclasses import dataclass, field

EVERY = "*"
"""Instead of projects: all of them, those that are others' included. It names no project."""
BEDROCK_LOGS = "spendplane.bedrock-logs"
HOURS = "spendplane.hours"
OWN = frozenset({BEDROCK_LOGS, HOURS})
"""Spendplane's own adapters are never bound: the bus hears these names from Spendplane's roles alone, and tags and
identities.yaml decide whose a call or an hour is."""
_HTTP_ROLE = "spendplane.http/arn:"
_SESSION = ":assumed-role/"


@dataclass(frozen=True, slots=True)
class Producers:
    """`named` holds each producer (the `source` of its events) with its projects, or `*`."""

    named: tuple[tuple[str, tuple[str, ...]], ...] = ()
    _projects: dict[str, frozenset[str]] = field(init=False, compare=False, repr=False)
    _owned: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        projects = {source: frozenset(names) for source, names in self.named}
        object.__setattr__(self, "_projects", projects)
        object.__setattr__(self, "_owned", frozenset().union(*projects.values()) - {EVERY})

    def allows(self, source: str, project: str) -> bool:
        """Compares exactly, capitals included."""
        if not self.named or source in OWN:
            return True
        mine = self.projects_of(source)
        if mine is None:
            return project not in self._owned
        return EVERY in mine or project in mine

    def projects_of(self, source: str) -> frozenset[str] | None:
        """What a producer is named for; None when it is not named."""
        return self._projects.get(source, self._projects.get(without_session(source)))

    def owners(self, project: str) -> list[str]:
        """The producers that are named for a project."""
        return [source for source, names in self.named if project in names]


ANYBODY = Producers()


def without_session(source: str) -> str:
    """A caller over HTTP that took on a role, without the session's name: that is another for each task and person.

    `spendplane.http/arn:aws:sts::…:assumed-role/ROLE/SESSION`; anything else comes back as it is.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    """
    head, role, session = source.rpartition("/")
    is_session = source.startswith(_HTTP_ROLE) and _SESSION in head and bool(role and session)
    return head if is_session else source
