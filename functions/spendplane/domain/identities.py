"""Who called, and whose money that was: the rules of `identities.yaml`, and what may be believed beside them.

The order, field by field: the first identity that matches the caller; the tags of the application inference profile
that was called; the request's metadata; the caller itself (its session or user name stands for the user).

Metadata is written by whoever calls. So that nobody spends another's budget, it is believed

- of an identity that matches: only for the fields in its `from_metadata`;
- of any other caller: never when it names a project that the rules give to somebody, and not at all where the rules
  say so (`trust_unlisted` false).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

FIELDS = ("project_id", "user_id", "environment", "department_id", "team", "cost_center")
"""What can be said of a call."""
KINDS = ("role", "user", "arn")
"""What a pattern can be compared with: a role's name, a user's name, the whole ARN."""

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal of a call. `session` is the name of an assumed role's session."""

    arn: str
    kind: str = "other"
    """`role`, `user`, `root`, or `other`, of which only the ARN is known."""
    name: str = ""
    session: str | None = None

    @property
    def person(self) -> str | None:
        """Who it is, as far as AWS tells: a session, a user, or root."""
        return self.session or (self.name if self.kind in {"user", "root"} else None)


def caller_of(arn: str) -> Caller:
    """From `identity.arn`: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"""
    resource = arn.split(":", 5)[5] if arn.count(":") >= 5 else ""  # the parts of an ARN
    kind, _, rest = resource.partition("/")
    match kind:
        case "assumed-role":
            name, _, session = rest.partition("/")
            return Caller(arn, "role", name, session or None)
        case "role" | "user" if rest:
            return Caller(arn, kind, rest.rpartition("/")[2])
        case "root":
            return Caller(arn, "root", "root")
    return Caller(arn)


@dataclass(frozen=True, slots=True)
class Identity:
    """One rule. `pattern` and `session` may hold `*` and `?`; `from_metadata` are fields that callers may say."""

    kind: str
    pattern: str
    session: str | None = None
    fields: Fields = field(default_factory=dict)
    from_metadata: frozenset[str] = frozenset()

    def matches(self, caller: Caller) -> bool:
        """Exactly, capitals included, as IAM compares names in policies."""
        subject = caller.arn if self.kind == "arn" else caller.name if caller.kind == self.kind else None
        if subject is None or not fnmatchcase(subject, self.pattern):
            return False
        return self.session is None or fnmatchcase(caller.session or "", self.session)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose a call was. `refused_project`: the one that the metadata named without a right to it."""

    fields: Fields
    refused_project: str | None = None

    @property
    def known(self) -> bool:
        """Whether there is a project that the call belongs to."""
        return "project_id" in self.fields


@dataclass(frozen=True, slots=True)
class Identities:
    """All rules, in the order of the file."""

    entries: tuple[Identity, ...] = ()
    trust_unlisted: bool = True

    def attribute(self, caller: Caller, profile: Fields, metadata: Fields) -> Attribution:
        """Whose the call was. `profile` and `metadata` hold FIELDS only, in the form in which they will be counted."""
        entry = next((entry for entry in self.entries if entry.matches(caller)), None)
        said, refused = self._believed(entry, metadata)
        own = {"user_id": caller.person} if caller.person else {}
        return Attribution({**own, **said, **profile, **(entry.fields if entry else {})}, refused)

    def _believed(self, entry: Identity | None, metadata: Fields) -> tuple[Fields, str | None]:
        if entry is not None:
            return {name: value for name, value in metadata.items() if name in entry.from_metadata}, None
        if not self.trust_unlisted:
            return {}, None
        claimed = metadata.get("project_id")
        if claimed in self._given:
            return {}, claimed
        return metadata, None

    @property
    def _given(self) -> frozenset[str]:
        """The projects that stand in the rules."""
        return frozenset(entry.fields["project_id"] for entry in self.entries if "project_id" in entry.fields)
