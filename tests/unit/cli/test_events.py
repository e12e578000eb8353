"""`spendplane events put`."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.publisher import ATTEMPTS, MAX_EVENT_BYTES, Published, Publisher, batched, single
from cli.records import read
from cli.usage import Record
from tests.support.builders import envelope, record
from tests.unit.cli.conftest import Shell


class Events:
    """EventBridge that refuses some entries, each so often."""

    def __init__(self, refusals: dict[str, int] | None = None, *, bus: bool = True) -> None:
        self.taken: list[dict[str, Any]] = []
        self.calls = 0
        self.refusals = refusals or {}
        self.bus = bus

    def describe_event_bus(self, **_: str) -> dict[str, Any]:
        if not self.bus:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no"}}, "DescribeEventBus")
        return {}

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803  # AWS's name
        self.calls += 1
        return {"Entries": [self._answer(entry) for entry in Entries]}

    def _answer(self, entry: dict[str, Any]) -> dict[str, str]:
        name = json.loads(entry["Detail"]).get("id", "")
        if self.refusals.get(name, 0) > 0:
            self.refusals[name] -= 1
            return {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
        self.taken.append(entry)
        return {"EventId": "1"}


@pytest.fixture
def events(shell: Shell) -> Events:
    """A bus that takes everything."""
    client = shell.clients["events"] = Events()
    return client


def lines(*records: object) -> str:
    return "\n".join(item if isinstance(item, str) else json.dumps(item) for item in records)


def test_json_lines_are_published_one_event_each(shell: Shell, events: Events) -> None:
    Path("e.jsonl").write_text(lines(*(record(str(number)) for number in range(25))))
    result = shell("events", "put", "e.jsonl")
    assert result.exit_code == 0
    assert result.stdout == "Published 25 records in 25 events on bus spendplane.\n"
    assert events.calls == 3
    assert {entry["DetailType"] for entry in events.taken} == {"AI Usage Recorded"}
    assert {entry["Source"] for entry in events.taken} == {"spendplane.cli"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(record("1")),
        json.dumps(record("1"), indent=2),
        json.dumps([record("1")], indent=2),
        "\ufeff" + json.dumps(record("1")) + "\r\n",
        json.dumps(envelope(record("1"))),
        json.dumps(envelope({"records": [record("1")]}, "AI Usage Batch Recorded")),
        json.dumps({"Source": "x", "DetailType": "AI Usage Recorded", "Detail": json.dumps(record("1"))}),
    ],
)
def test_a_record_may_come_in_many_forms(shell: Shell, events: Events, text: str) -> None:
    Path("e.json").write_text(text)
    assert shell.json("events", "put", "e.json")["published"] == 1
    assert json.loads(events.taken[0]["Detail"]) == record("1")


def test_standard_input_and_a_source_of_ones_own(shell: Shell, events: Events) -> None:
    shell("events", "put", "-", "--source", "import.2026", stdin=json.dumps(envelope(record("1"))))
    assert events.taken[0]["Source"] == "import.2026"


def test_an_envelope_keeps_its_source(shell: Shell, events: Events) -> None:
    shell("events", "put", "-", stdin=json.dumps(envelope(record("1"), source="com.example.shop")))
    assert events.taken[0]["Source"] == "com.example.shop"


def test_batches_hold_500_records_of_one_source(shell: Shell, events: Events) -> None:
    text = lines(*(record(str(number)) for number in range(1200)))
    found = shell.json("events", "put", "-", "--batch", stdin=text)
    sizes = [len(json.loads(entry["Detail"])["records"]) for entry in events.taken]
    assert sum(sizes) == found["published"] == 1200
    assert max(sizes) <= 500
    assert all(len(entry["Detail"]) <= MAX_EVENT_BYTES + 100 for entry in events.taken)


def test_bad_records_are_told_by_line_and_nothing_is_published(shell: Shell, events: Events) -> None:
    text = lines(record("1"), "nope", "", record("2", environment="stagin"), '{"id": NaN}', "[1]")
    result = shell("events", "put", "-", stdin=text)
    assert result.exit_code == 3
    assert events.taken == []
    assert "stdin:2: not JSON" in result.stderr
    assert "stdin:4: environment:" in result.stderr
    assert "stdin:5: not JSON: NaN" in result.stderr
    assert "stdin:6:" in result.stderr
    assert "--skip-invalid" in result.stderr


def test_skip_invalid_publishes_the_others_and_still_ends_with_3(shell: Shell, events: Events) -> None:
    text = lines(record("1"), "nope", record("2"))
    found = shell.json("events", "put", "-", "--skip-invalid", stdin=text, code=3)
    assert (found["published"], found["valid"], len(found["invalid"])) == (2, 2, 1)
    assert found["invalid"][0]["line"] == 2
    assert len(events.taken) == 2


def test_the_clock_is_the_meters(shell: Shell, events: Events) -> None:
    text = lines(record("1", time="2026-11-22T12:06:00Z"), record("2", time="2026-10-01T00:00:00Z"))
    reasons = [item["reason"] for item in shell.json("events", "put", "-", stdin=text, code=3)["invalid"]]
    assert "ahead" in reasons[0]
    assert "days old" in reasons[1]
    assert events.calls == 0


def test_dry_run_only_checks(shell: Shell) -> None:
    result = shell("events", "put", "-", "--dry-run", stdin=json.dumps(record("1")))
    assert result.exit_code == 0
    assert "nothing was published" in result.stdout


def test_refused_entries_are_sent_again() -> None:
    waits: list[float] = []
    client = Events({"3": 2})
    done = Published()
    entries = single(Record(number, json.dumps(record(str(number))), "s") for number in range(12))
    Publisher(client, "b", waits.append)(entries, done, lambda: None)
    assert (done.records, done.retries, done.failed) == (12, 2, [])
    assert len(waits) == 2


def test_what_is_never_taken_is_a_failure(shell: Shell) -> None:
    shell.clients["events"] = Events({"2": ATTEMPTS})
    result = shell("events", "put", "-", "--json", stdin=lines(record("1"), record("2")))
    assert result.exit_code == 1
    assert json.loads(result.stdout)["failed"] == [{"lines": [2], "reason": "ThrottlingException: slow down"}]
    assert "publish the file again" in result.stderr


def test_a_bus_that_does_not_exist_is_told_before(shell: Shell) -> None:
    shell.clients["events"] = Events(bus=False)
    result = shell("events", "put", "-", stdin=json.dumps(record("1")))
    assert result.exit_code == 1
    assert "no event bus `spendplane`" in result.stderr


@pytest.mark.parametrize("text", ["", "\n\n", "[]"])
def test_a_file_without_records(shell: Shell, text: str) -> None:
    result = shell("events", "put", "-", stdin=text)
    assert result.exit_code == 1
    assert "no record" in result.stderr


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('{\n  "id": "1",\n  oops\n}\n', 3, "not JSON"),
        ('[\n{"id": NaN}\n]\n', 1, "NaN"),
        ('{"records": []}', 1, "empty batch"),
        (json.dumps(envelope(record("1"), "Something Else")), 1, "unknown detail-type"),
        (json.dumps({**envelope(record("1")), "detail-type": {}}), 1, "unknown detail-type of type dict"),
        ('{"Detail": "' + "[" * 5_000 + '"}', 1, "record: "),
    ],
)
def test_a_broken_document_is_one_finding(shell: Shell, text: str, line: int, says: str) -> None:
    (found,) = shell.json("events", "put", "-", "--dry-run", stdin=text, code=3)["invalid"]
    assert found["line"] == line
    assert says in found["reason"]


def test_a_file_that_is_not_there(shell: Shell) -> None:
    result = shell("events", "put", "nowhere.jsonl")
    assert result.exit_code == 1
    assert "nowhere.jsonl: cannot be read" in result.stderr


def test_the_members_of_an_array_know_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('\n[ {"a": 1}, {"b":\n 2},\n\n 3 ]\n')
    assert [(item.line, item.value) for item in read(file)] == [(2, {"a": 1}), (2, {"b": 2}), (5, 3)]


def test_batches_keep_sources_apart() -> None:
    made = batched([Record(1, "{}", "a"), Record(2, "{}", "b"), Record(3, "{}", "a")])
    assert [(event.source, len(event.records)) for event in made] == [("a", 2), ("b", 1)]
