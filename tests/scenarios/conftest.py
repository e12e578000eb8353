"""The stories run in memory; `--place dynamodb-local` runs the same ones over the official engine, under faults."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.support.faults import NowAndThen, client_with
from tests.support.places import DynamoPlace, Engine, Whereabouts


@pytest.fixture(autouse=True)
def place_of_the_story(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each story has its own faults, the same in every run."""
    if request.config.getoption("place") == "memory":
        yield
        return
    engine: Engine = request.getfixturevalue("dynamodb_local_engine")
    faults = NowAndThen(Random(request.node.nodeid))
    client = client_with(engine.url, "*", faults)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)

    def new() -> DynamoPlace:
        plain = engine.place()
        return DynamoPlace(client, plain.name)

    monkeypatch.setattr(Whereabouts, "new", new)
    yield
    client.close()
    request.node.user_properties.append(("faults", faults.met))
