"""The client package, over a bus in memory."""

from collections.abc import Iterator

import pytest

from tests.support.client_bus import Bus, publishing


@pytest.fixture
def bus() -> Iterator[Bus]:
    """The bus that this process publishes to."""
    made = Bus()
    with publishing(made):
        yield made
