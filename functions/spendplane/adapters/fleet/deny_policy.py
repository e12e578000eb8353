"""The denial that stops a role from calling models: its document, its name, and what of it IAM counts. Pure."""

import hashlib
import json
import re
from typing import Any
from urllib.parse import unquote

Document = dict[str, Any]

NAME = "spendplane-deny"
ACTIONS = (
    "bedrock:Invoke*",
    "bedrock:Converse*",
    "bedrock:CallWithBearerToken",
    "bedrock-mantle:Create*",
    "bedrock-mantle:CallWithBearerToken",
)
_SESSION = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
"""What STS takes as the name of a session. None of it means anything in a policy."""


def is_session(name: str) -> bool:
    """Whether there can be a session of this name."""
    return _SESSION.fullmatch(name) is not None


def name_of(session: str | None) -> str:
    """A policy of its own for the role and for each session: switches never write the same document."""
    if session is None:
        return NAME
    return f"{NAME}-{hashlib.sha256(session.encode()).hexdigest()[:16]}"


def document(role_id: str, session: str | None) -> Document:
    """Denies calls of models, to the whole role or to exactly one session of it."""
    statement: Document = {"Effect": "Deny", "Action": list(ACTIONS), "Resource": "*"}
    if session is not None:
        statement["Condition"] = {"StringEquals": {"aws:userid": f"{role_id}:{session}"}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def parsed(stored: str | Document) -> Document:
    """A document as IAM returns it: JSON, escaped as in an URL, unless the SDK has read it already."""
    if not isinstance(stored, str):
        return dict(stored)
    found: Document = json.loads(unquote(stored))
    return found


def compact(content: Document) -> str:
    """Without idle spaces, which IAM does not count."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)
