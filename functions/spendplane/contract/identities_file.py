"""`identities.yaml`: whose money the calls of a role, a user or a session are. Optional; read at synthesis."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from spendplane.contract.text import Identifier, nfc
from spendplane.contract.usage_event import Environment
from spendplane.contract.yaml_file import Location, checked
from spendplane.domain.identities import FIELDS, KINDS, Identities, Identity

_STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9+=,.@_*?-]{1,128}$")]
Arn = Annotated[str, Field(pattern=r"^arn:[A-Za-z0-9+=,.@_*?:/-]{1,2048}$")]
FieldName = Literal["project_id", "user_id", "environment", "department_id", "team", "cost_center"]


class IdentityEntry(BaseModel):
    """One of `role`, `user` and `arn` says who; the fields say whose the calls are.

    `from_metadata`: fields that these callers may say themselves, in the request's metadata.
    """

    model_config = _STRICT

    role: Name | None = Field(default=None, description="A role's name, without its path; * and ? stand for others.")
    user: Name | None = Field(default=None, description="An IAM user's name, without its path.")
    arn: Arn | None = Field(default=None, description="The ARN as the log has it: arn:aws:sts::…:assumed-role/….")
    session: Name | None = Field(default=None, description="The name of the role's session.")
    project_id: Identifier | None = None
    user_id: Identifier | None = None
    environment: Environment | None = None
    department_id: Identifier | None = None
    team: Identifier | None = None
    cost_center: Identifier | None = None
    from_metadata: list[FieldName] = Field(default_factory=list)

    @field_validator(*FIELDS, mode="before")
    @classmethod
    def _normal(cls, value: Any) -> Any:
        return nfc(value)

    @model_validator(mode="after")
    def _sensible(self) -> "IdentityEntry":
        named = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(named) != 1:
            raise ValueError(f"needs one of `role`, `user` and `arn`, has {' and '.join(named) or 'none'}")
        if self.session is not None and self.user is not None:
            raise ValueError("`session` is of roles; a user has none: remove it")
        if both := sorted(set(self.fields) & set(self.from_metadata)):
            raise ValueError(f"`{both[0]}` is given here and in `from_metadata`; remove one of the two")
        if not self.fields and not self.from_metadata:
            raise ValueError("says nothing of the calls; add `project_id`, or `from_metadata`")
        return self

    @property
    def fields(self) -> dict[str, str]:
        """What is given, by name."""
        return {name: value for name in FIELDS if (value := getattr(self, name)) is not None}

    def to_domain(self) -> Identity:
        """The rule."""
        kind = next(kind for kind in KINDS if getattr(self, kind) is not None)
        return Identity(kind, getattr(self, kind), self.session, self.fields, frozenset(self.from_metadata))


class IdentitiesFile(BaseModel):
    """The whole file. The first identity that matches a caller is taken.

    `unlisted_metadata`: whether the request's metadata is believed of callers that no identity matches.
    """

    model_config = _STRICT

    version: Literal[1]
    unlisted_metadata: Literal["trust", "ignore"] = "trust"
    identities: list[IdentityEntry] = Field(default_factory=list)

    def to_domain(self) -> Identities:
        """The rules, in their order."""
        return Identities(tuple(entry.to_domain() for entry in self.identities), self.unlisted_metadata == "trust")


_MENDS = {
    "extra_forbidden": "remove it, or correct its spelling (docs/bedrock-logs.md lists the keys)",
    "version:missing": "begin the file with `version: 1`",
    "version:literal_error": "this release reads version 1",
    "role:string_pattern_mismatch": "write the role's name without its path, such as chat-*; for more use `arn`",
    "user:string_pattern_mismatch": "write the user's name without its path; for more use `arn`",
    "arn:string_pattern_mismatch": "write one such as arn:aws:sts::123456789012:assumed-role/chat-*/*",
    "string_type": "write the value in quotes",
}


def load(path: Path | str) -> IdentitiesFile:
    """The checked file. Raises FileError, whose text names the line and the mend."""
    opening = "not an identities file; begin it with `version: 1` and a list `identities:`"
    return checked(Path(path), IdentitiesFile, opening=opening, mends=_MENDS, problems=_unreachable)


def _unreachable(parsed: IdentitiesFile) -> Iterator[tuple[Location, str]]:
    """Entries that never match, because an earlier one takes all that they would."""
    rules = parsed.to_domain().entries
    for index, rule in enumerate(rules):
        for before, other in enumerate(rules[:index]):
            if _covers(other, rule):
                what = f"`{rule.pattern}` is never reached: identities[{before}] (`{other.pattern}`) takes it first"
                yield ("identities", index), f"{what}; put the narrower one first, or remove it"
                break


def _covers(wide: Identity, narrow: Identity) -> bool:
    """True only where it is certain: a `?` in the wide one could stand for a `*` in the narrow one."""
    if wide.kind != narrow.kind or (wide.session not in {None, "*", narrow.session}):
        return False
    return wide.pattern == narrow.pattern or ("?" not in wide.pattern and fnmatchcase(narrow.pattern, wide.pattern))
