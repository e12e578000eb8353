"""Identifiers of records."""

import os
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
"""Of each ten bits."""


def ulid() -> str:
    """A ULID: 48 bits of milliseconds and 80 random bits, so that ids sort by time: https://github.com/ulid/spec."""
    number = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10))
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])
