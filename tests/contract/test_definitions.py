"""The definitions port: what every adapter promises."""

from dataclasses import replace
from datetime import timedelta

import pytest

from spendplane.adapters.dynamodb.definitions import FRESH_FOR
from spendplane.application.define_budgets import DefineBudgets
from spendplane.domain.budgets import Budget
from spendplane.domain.periods import Period
from spendplane.domain.producers import ANYBODY, Producers
from tests.support.builders import NOW, budget
from tests.support.places import DynamoPlace, Engine, Stores

A = budget("a", "12.50", match={"environment": ("staging", "test")}, owner="Zoë <zoe@example.com>", thresholds=(50, 99))
B = budget("b", None, tokens=7, requests=0, period=Period.WEEKLY, per="user_id", on_hard_limit="notify", mode="enforce")
BOUND = Producers((("com.example.chat", ("chat-prod", "chät")), ("com.example.gateway", ("*",))))


@pytest.fixture
def stores(engine: Engine) -> Stores:
    connected: Stores = engine.place().connect()
    return connected


def changed(stores: Stores) -> list[Budget]:
    return sorted((item for item, _ in stores.definitions.changed()), key=lambda item: item.id)


def test_definitions_come_back_as_they_were_written(stores: Stores) -> None:
    stores.definitions.write([A, B], [], NOW)
    assert stores.definitions.deployed() == {"a": A, "b": B}
    assert stores.definitions.current("b") == B
    assert stores.definitions.current("nobody") is None
    assert stores.definitions.retired() == {}
    assert stores.definitions.index(NOW).budgets == {"a": A, "b": B}


def test_nothing_is_deployed_at_first(stores: Stores) -> None:
    assert stores.definitions.deployed() == {}
    assert len(stores.definitions.index(NOW)) == 0
    assert list(stores.definitions.changed()) == []


def test_a_removed_budget_is_retired_and_comes_back(stores: Stores) -> None:
    stores.definitions.write([A, B], [], NOW)
    stores.definitions.write([], ["a"], NOW)
    assert stores.definitions.deployed() == {"b": B}
    assert stores.definitions.current("a") is None
    assert stores.definitions.retired() == {"a": A}
    assert changed(stores) == [B]
    again = replace(A, revision=2)
    stores.definitions.write([again], [], NOW)
    assert stores.definitions.deployed() == {"a": again, "b": B}
    assert stores.definitions.retired() == {}


def test_what_was_written_waits_to_be_judged(stores: Stores) -> None:
    stores.definitions.write([A, B], [], NOW)
    assert {when for _, when in stores.definitions.changed()} == {NOW}
    assert changed(stores) == [A, B]
    stores.definitions.judged(A)
    assert changed(stores) == [B]
    stores.definitions.judged(A)
    assert changed(stores) == [B]


def test_a_budget_that_changed_meanwhile_is_still_to_be_judged(stores: Stores) -> None:
    stores.definitions.write([A], [], NOW)
    newer = replace(A, revision=2, thresholds=(10,))
    stores.definitions.write([newer], [], NOW + timedelta(seconds=1))
    stores.definitions.judged(A)
    assert changed(stores) == [newer]


def test_many_budgets_in_one_deployment(stores: Stores) -> None:
    many = [budget(f"budget-{number}", number) for number in range(230)]
    stores.definitions.write(many, [], NOW)
    stores.definitions.write([], [item.id for item in many[:120]], NOW)
    assert stores.definitions.deployed() == {item.id: item for item in many[120:]}
    assert len(stores.definitions.retired()) == 120


def test_a_reader_notices_a_change_within_seconds(engine: Engine) -> None:
    place = engine.place()
    writer, reader = place.connect().definitions, place.connect().definitions
    writer.write([A], [], NOW)
    assert set(reader.index(NOW).budgets) == {"a"}
    writer.write([B], ["a"], NOW)
    assert set(reader.index(NOW + FRESH_FOR).budgets) == {"b"}


def test_a_reader_asks_at_most_every_few_seconds(table_engine: Engine) -> None:
    place = table_engine.place()
    assert isinstance(place, DynamoPlace)
    calls: list[str] = []
    place.hook = lambda client: _Counted(client, calls)
    definitions = place.connect().definitions
    definitions.write([A], [], NOW)
    calls.clear()
    for second in range(15):
        assert definitions.index(NOW + timedelta(seconds=second)) is definitions.index(NOW + timedelta(seconds=second))
    assert calls == ["get_item", "query"]
    definitions.index(NOW + FRESH_FOR)
    assert calls == ["get_item", "query", "get_item"], "an unchanged version: the budgets are not read again"
    definitions.index(NOW - timedelta(seconds=1))
    assert calls[3:] == ["get_item"], "a clock that was set back is no reason to trust the cache for ever"


def test_readers_notice_what_a_cut_off_deployment_wrote(engine: Engine) -> None:
    """The definitions were written, their version was not; the repeated run finds nothing to write."""
    place = engine.place()
    define, reader = DefineBudgets(place.connect().definitions), place.connect().definitions
    define([A], NOW)
    assert set(reader.index(NOW).budgets) == {"a"}
    if isinstance(place, DynamoPlace):
        version = place.table.get({"pk": {"S": "B#version"}, "sk": {"S": "-"}})
        assert version is not None
        define([A, B], NOW)
        place.client.put_item(TableName=place.name, Item=version)  # as if the last write had not happened
    assert define([A, B], NOW) is not None
    assert set(reader.index(NOW + FRESH_FOR).budgets) == {"a", "b"}


class _Counted:
    def __init__(self, client: object, calls: list[str]) -> None:
        self._client, self._calls = client, calls

    def __getattr__(self, name: str) -> object:
        if name != "meta":
            self._calls.append(name)
        return getattr(self._client, name)


def test_producers_come_back_with_the_budgets_and_go_with_the_next_deployment(engine: Engine) -> None:
    place = engine.place()
    writer, reader = place.connect().definitions, place.connect().definitions
    assert writer.producers() == reader.index(NOW).producers == ANYBODY
    writer.write([A], [], NOW, BOUND)
    assert writer.producers() == BOUND
    later = reader.index(NOW + FRESH_FOR)
    assert (later.producers, set(later.budgets)) == (BOUND, {"a"})
    writer.write([], [], NOW)
    assert reader.index(NOW + 2 * FRESH_FOR).producers == ANYBODY
    assert reader.deployed() == {"a": A}
