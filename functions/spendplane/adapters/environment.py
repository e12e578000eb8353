"""Environment variables, by name: a missing one fails at start, and says which."""

import os


class SettingMissingError(RuntimeError):
    """An environment variable that the function cannot do without."""


def required(name: str) -> str:
    """The value. Raises SettingMissingError with the variable's name when it is absent or empty."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise SettingMissingError(f"environment variable {name} is not set")
    return value
