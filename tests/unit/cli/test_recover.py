"""`spendplane recover`: what is asked of AWS, what is said, and what cannot be."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from spendplane.application.books.archive import Tally
from tests.support.builders import NOW
from tests.unit.cli.conftest import Shell
from tests.unit.cli.fakes import Client, refusal

RULES = {
    "Rules": [
        {"Name": "usage", "Arn": "arn:rule/usage", "EventPattern": '["AI Usage Recorded"]'},
        {
            "Name": "Events-Archive-spendplane-usage",
            "Arn": "arn:rule/archive",
            "EventPattern": '["AI Usage Recorded"]',
            "ManagedBy": "prod.vhs.events.aws.internal",
        },
        {"Name": "crossed", "Arn": "arn:rule/crossed", "EventPattern": '["Budget Threshold Crossed"]'},
    ]
}
HOUR_AGO = (NOW - timedelta(hours=1)).isoformat()


@dataclass
class Replaying:
    """EventBridge, which is through with a replay after some looks; the meter counts meanwhile."""

    shell: Shell
    started: dict[str, Any] = field(default_factory=dict)
    states: list[str] = field(default_factory=lambda: ["STARTING", "RUNNING", "RUNNING", "COMPLETED"])
    tally: Tally = field(default_factory=lambda: Tally(7, 5))

    def client(self) -> Client:
        return Client(
            {
                "describe_archive": {"ArchiveArn": "arn:archive"},
                "list_rules": RULES,
                "describe_event_bus": {"Arn": "arn:bus"},
                "start_replay": self._start,
                "describe_replay": self._describe,
            }
        )

    def _start(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.started.update(asked)
        return {}

    def _describe(self, asked: dict[str, Any]) -> dict[str, Any]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if state == "COMPLETED":
            self.shell.replays.tallies[asked["ReplayName"]] = self.tally
        return {"State": state, "EventLastReplayedTime": NOW - timedelta(minutes=30), "StateReason": "it was full"}


@pytest.fixture
def replaying(shell: Shell) -> Replaying:
    made = Replaying(shell)
    empty = {"ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0"}
    sqs = Client({"get_queue_url": {"QueueUrl": "url"}, "get_queue_attributes": {"Attributes": empty}})
    shell.clients |= {"events": made.client(), "sqs": sqs}
    return made


def test_a_replay_goes_to_the_usage_rule_alone_and_is_followed_to_its_end(shell: Shell, replaying: Replaying) -> None:
    told = shell.json("recover", "replay", "--from", HOUR_AGO)
    assert replaying.started["EventSourceArn"] == "arn:archive"
    assert replaying.started["Destination"] == {"Arn": "arn:bus", "FilterArns": ["arn:rule/usage"]}
    assert (replaying.started["EventStartTime"], replaying.started["EventEndTime"]) == (NOW - timedelta(hours=1), NOW)
    assert told["name"] == replaying.started["ReplayName"] == f"spendplane-{NOW:%Y%m%dT%H%M%S}"
    assert (told["records"], told["counted"], told["repeats"], told["refused"]) == (12, 7, 5, 0)


@pytest.mark.usefixtures("replaying")
def test_what_people_read(shell: Shell) -> None:
    result = shell("recover", "replay", "--from", HOUR_AGO)
    said = result.stdout
    assert "may take ten minutes to get into the archive" in result.stderr
    assert "12 records came again." in said
    assert "7 were missing and count now; 5 were there already." in said


@pytest.mark.usefixtures("replaying")
def test_it_waits_until_the_queue_is_empty_and_nothing_more_is_counted(shell: Shell) -> None:
    """The meter goes on for eight looks after EventBridge is through."""
    looks = iter(range(1, 1000))

    def depth(_: dict[str, Any]) -> dict[str, Any]:
        look = next(looks)
        if look <= 8:
            (name,) = shell.replays.tallies
            shell.replays.tallies[name] = Tally(look)
        return {"Attributes": {"ApproximateNumberOfMessages": "0"}}

    shell.clients["sqs"].answers["get_queue_attributes"] = depth
    assert shell.json("recover", "replay", "--from", HOUR_AGO)["counted"] == 8


def test_records_that_are_refused_again_end_with_3(shell: Shell, replaying: Replaying) -> None:
    replaying.tally = Tally(1, 0, 2)
    result = shell("recover", "replay", "--from", HOUR_AGO)
    assert (result.exit_code, "2 are refused, in the quarantine" in result.stdout) == (3, True)


def test_a_time_in_which_nothing_came_is_said_so(shell: Shell, replaying: Replaying) -> None:
    replaying.tally = Tally()
    assert "no record has come" in shell("recover", "replay", "--from", HOUR_AGO).stdout


def test_one_that_failed_is_said_with_its_reason(shell: Shell, replaying: Replaying) -> None:
    replaying.states = ["RUNNING", "FAILED"]
    result = shell("recover", "replay", "--from", HOUR_AGO)
    assert result.exit_code == 1
    assert "is failed: it was full" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", HOUR_AGO, "--to", HOUR_AGO], "would end before it begins"),
        (["--from", HOUR_AGO, "--to", (NOW + timedelta(hours=1)).isoformat()], "is in the future"),
        (["--from", (NOW - timedelta(days=36)).isoformat()], "the ledger takes nothing older"),
    ],
)
def test_a_span_in_which_nothing_can_be_replayed(
    shell: Shell,
    replaying: Replaying,
    words: list[str],
    said: str,
) -> None:
    result = shell("recover", "replay", *words)
    assert (result.exit_code, said in result.stderr, replaying.started) == (1, True, {})


def test_without_an_archive_or_a_rule_nothing_is_started(shell: Shell, replaying: Replaying) -> None:
    answers = shell.clients["events"].answers
    answers["list_rules"] = {"Rules": []}
    assert "would reach nobody" in shell("recover", "replay", "--from", HOUR_AGO).stderr
    answers["describe_archive"] = refusal("ResourceNotFoundException", "DescribeArchive")
    assert "there is no archive" in shell("recover", "replay", "--from", HOUR_AGO).stderr
    answers["describe_archive"] = refusal("AccessDeniedException", "DescribeArchive")
    assert shell("recover", "replay", "--from", HOUR_AGO).exit_code == 1
    assert replaying.started == {}


def test_one_that_goes_on_is_shown(shell: Shell, replaying: Replaying) -> None:
    replaying.states = ["RUNNING"]
    shell.replays.tallies["r"] = Tally(3)
    assert "EventBridge: running." in shell("recover", "show", "r").stdout
    assert shell.json("recover", "show", "r")["counted"] == 3


@dataclass
class Queues:
    """Queues in memory, by name. `send` may fail."""

    held: dict[str, list[str]]
    send: Callable[[dict[str, Any]], None] = lambda _: None

    def client(self) -> Client:
        return Client(
            {
                "get_queue_url": lambda asked: {"QueueUrl": asked["QueueName"]},
                "get_queue_attributes": lambda asked: {
                    "Attributes": {"ApproximateNumberOfMessages": str(len(self.held[asked["QueueUrl"]]))}
                },
                "receive_message": self._receive,
                "send_message": self._send,
                "delete_message": self._delete,
            }
        )

    def _receive(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = self.held[asked["QueueUrl"]][: asked["MaxNumberOfMessages"]]
        return {"Messages": [{"Body": body, "ReceiptHandle": body} for body in found]}

    def _delete(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.held[asked["QueueUrl"]].remove(asked["ReceiptHandle"])
        return {}

    def _send(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.send(asked)
        self.held[asked["QueueUrl"]].append(asked["MessageBody"])
        return {}


USAGE, DEAD, UNDELIVERED = "spendplane-usage", "spendplane-usage-dlq", "spendplane-usage-undelivered-dlq"


def test_dead_letters_of_usage_go_back_each_once(shell: Shell) -> None:
    queues = Queues({USAGE: [], DEAD: [f"d{n}" for n in range(23)], UNDELIVERED: ["u"]})
    shell.clients["sqs"] = queues.client()
    told = shell.json("recover", "redrive")
    assert told["moved"] == [{"queue": DEAD, "messages": 23}, {"queue": UNDELIVERED, "messages": 1}]
    assert sorted(queues.held[USAGE]) == sorted([*(f"d{n}" for n in range(23)), "u"])
    assert (queues.held[DEAD], queues.held[UNDELIVERED]) == ([], [])
    assert "Nothing to do" in shell("recover", "redrive").stdout


def test_what_fails_again_at_once_is_not_taken_round_and_round(shell: Shell) -> None:
    queues = Queues({USAGE: [], DEAD: ["poison"], UNDELIVERED: []})
    queues.send = lambda asked: queues.held[DEAD].append(asked["MessageBody"] + "-again")
    shell.clients["sqs"] = queues.client()
    assert shell.json("recover", "redrive")["moved"][0]["messages"] == 1


def test_cut_off_between_sending_and_deleting_it_is_there_twice_rather_than_not(shell: Shell) -> None:
    queues = Queues({USAGE: [], DEAD: ["d"], UNDELIVERED: []})
    client = queues.client()
    client.answers["delete_message"] = refusal("ServiceUnavailable", "DeleteMessage")
    shell.clients["sqs"] = client
    assert shell("recover", "redrive").exit_code == 1
    assert (queues.held[USAGE], queues.held[DEAD]) == (["d"], ["d"])


def test_a_queue_that_is_not_there(shell: Shell) -> None:
    shell.clients["sqs"] = Client({"get_queue_url": refusal("AWS.SimpleQueueService.NonExistentQueue", "GetQueueUrl")})
    assert "there is no queue" in shell("recover", "redrive").stderr


@pytest.mark.usefixtures("replaying")
def test_json_stands_alone_on_standard_output(shell: Shell) -> None:
    assert json.loads(shell("recover", "replay", "--from", HOUR_AGO, "--json").stdout)["records"] == 12
