"""Clients without a network."""

from collections.abc import Iterator

import pytest

from tests.unit.adapters.fleet.cloud import Cloud, Stubs


@pytest.fixture
def cloud() -> Cloud:
    """An empty account."""
    return Cloud()


@pytest.fixture
def stubs() -> Iterator[Stubs]:
    """All that is expected must also be called."""
    made = Stubs()
    yield made
    made.all_were_called()
