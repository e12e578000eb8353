"""Strings of the contract: NFC, trimmed, 1 to 256 characters, no control characters."""

import unicodedata
from typing import Annotated, Any

from pydantic import StringConstraints

MAX_LENGTH = 256

# The patterns run in pydantic's Rust engine, where \p classes cost nothing in Python. Cc: control characters;
# Cs cannot occur in UTF-8; Zl and Zp break lines in notices as surely as \n does.
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_LENGTH, pattern=r"^[^\p{Cc}\p{Zl}\p{Zp}]*$"),
]
Identifier = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_LENGTH, pattern=r"^[^\p{Cc}\p{Zl}\p{Zp}#]*$"),
]
"""A `Text` without `#`, which separates the parts of keys."""


def nfc(value: Any) -> Any:
    """The same JSON value with every string (keys too) in Unicode normal form C."""
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {nfc(key): nfc(item) for key, item in value.items()}
    if isinstance(value, list):
        return [nfc(item) for item in value]
    return value
