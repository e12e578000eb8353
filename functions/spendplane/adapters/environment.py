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


def listed(name: str) -> frozenset[str]:
    """The values between commas; the variable must be set, but it may name nothing. Raises SettingMissingError."""
    if name not in os.environ:
        raise SettingMissingError(f"environment variable {name} is not set")
    return frozenset(value.strip() for value in os.environ[name].split(",") if value.strip())
