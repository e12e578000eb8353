"""Policies are read once: MiniStack reads a role's again for every item of every transaction."""

from functools import lru_cache
from typing import Any

KEPT = 1_024


def install(iam_evaluator: Any) -> None:  # MiniStack's module
    """By their text, which says all; nobody changes what was read."""
    read = iam_evaluator.parse_policy_document
    once = lru_cache(KEPT)(read)
    iam_evaluator.parse_policy_document = lambda document: (
        once(document) if isinstance(document, str) else read(document)
    )
