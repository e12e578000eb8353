"""Whose a use is, in fields that the contract takes, and what stands for those that nobody gave."""

import unicodedata
from collections.abc import Mapping

from spendplane.contract.text import MAX_LENGTH
from spendplane.domain.selection import TAG_OF
from spendplane.domain.targets import KNOWN_ENVIRONMENTS

UNATTRIBUTED = "unattributed"
NO_ENVIRONMENT = "production"
"""Of what carries no such label, or an unknown one: its spend stays in sight, and nothing turns production down."""
USER_TAG = "user_id"
_TAGS = {**{name: TAG_OF[name] for name in ("project_id", "environment", "department_id", "team", "cost_center")},
         "user_id": USER_TAG}  # fmt: skip


def attributes(tags: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """All fields of a resource with these tags, sorted by name."""
    return complete(of_tags(tags))


def of_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """What a resource's tags say, by field."""
    return cleaned({name: tags.get(tag, "") for name, tag in _TAGS.items()})


def cleaned(fields: Mapping[str, str]) -> dict[str, str]:
    """As the contract takes them; those of which nothing is left are left out."""
    found = {name: _clean(value) for name, value in fields.items()}
    return {name: value for name, value in found.items() if value}


def complete(fields: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """With something for every mandatory field. What is no known environment is kept as `environment_tag`."""
    made = {"project_id": UNATTRIBUTED, "user_id": UNATTRIBUTED, **fields}
    if made.get("environment") not in KNOWN_ENVIRONMENTS:
        made["environment_tag"] = made.get("environment", "(none)")
        made["environment"] = NO_ENVIRONMENT
    return tuple(sorted(made.items()))


def _clean(value: str) -> str:
    """A label may hold what an identifier may not."""
    plain = "".join("-" if char == "#" or not char.isprintable() else char for char in value)
    return unicodedata.normalize("NFC", plain).strip()[:MAX_LENGTH].strip()
