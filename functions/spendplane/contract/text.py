"""Strings of the contract: NFC, trimmed, 1 to 256 characters, no control characters."""

import unicodedata
from typing import Annotated, Any

from pydantic import StringConstraints

MAX_LENGTH = 256

# The patterns run in pydantic's Rust engine, and stand in the JSON Schemas: written so that every dialect reads them.
# Control characters, and the two separators that break lines in notices as surely as \n does.
_REFUSED = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_LENGTH, pattern=f"^[^{_REFUSED}]*$"),
]
Identifier = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_LENGTH, pattern=f"^[^{_REFUSED}#]*$"),
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
