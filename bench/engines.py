"""An account on this machine for what must not be instant."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.account import local_account


@contextmanager
def ministack() -> Iterator[str]:
    """The endpoint of a MiniStack with nothing deployed."""
    with local_account(deployed=False) as account:
        yield account.endpoint
