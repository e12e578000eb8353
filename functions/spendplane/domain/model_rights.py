"""Whether a policy document lets its bearer call models of Bedrock."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

_CALLS = ("bedrock:invokemodel", "bedrock:invokemodelwithresponsestream")
"""Converse needs the same rights."""


def allows_calls(document: Any) -> bool:
    """True when a statement allows a call, whatever its resources and conditions are, and whatever others deny."""
    statements = document.get("Statement", []) if isinstance(document, Mapping) else []
    return any(_allows(item) for item in ([statements] if isinstance(statements, Mapping) else statements))


def _allows(statement: Any) -> bool:
    if not isinstance(statement, Mapping) or statement.get("Effect") != "Allow":
        return False
    if "NotAction" in statement:
        return any(not _matches(statement["NotAction"], call) for call in _CALLS)
    return any(_matches(statement.get("Action"), call) for call in _CALLS)


def _matches(actions: Any, call: str) -> bool:
    patterns = [actions] if isinstance(actions, str) else actions or []
    return any(isinstance(pattern, str) and fnmatchcase(call, pattern.lower()) for pattern in patterns)
