"""Records that a person puts: the file as `events put` reads and checks it."""

from collections.abc import Iterator

from cli import usage
from cli.errors import Failure
from cli.records import Found, read
from proof.fuzz import ends
from proof.fuzz.files import on_disk
from proof.fuzz.target import Target
from proof.fuzz.targets import envelope
from spendplane.contract.envelope import Message
from spendplane.contract.envelope import read as meter_reads
from spendplane.domain.usage import UsageEvent


def check(data: bytes) -> None:
    """Each value that was found is good or bad, and a good one is what the meter counts."""
    with on_disk(data) as path:
        try:
            found = read(path)
        except Failure:
            return
    assert bool(found) == bool(data.decode("utf-8-sig").strip()) or data.strip().startswith(b"["), "a file of nothing"
    _lines(found, data)
    good, bad = usage.check(found, None, ends.NOW)
    assert len(good) + len(bad) >= len(found)
    assert all(item.reason.strip() for item in bad)
    for record in good:
        body = f'{{"source": "s", "detail-type": "AI Usage Recorded", "detail": {record.detail}}}'
        (event,) = meter_reads(Message("m", body, ends.NOW))
        assert isinstance(event, UsageEvent)


def _lines(found: list[Found], data: bytes) -> None:
    """They stand in the file, in order."""
    numbers = [item.line for item in found]
    assert numbers == sorted(numbers)
    assert all(1 <= number <= data.count(b"\n") + data.count(b"\r") + 1 for number in numbers)


def seeds() -> Iterator[bytes]:
    """The samples; and several in an array and in lines."""
    samples = list(envelope.seeds())
    yield from samples
    yield b"[" + b",\n".join(samples[:3]) + b"]"
    yield b"\n".join(sample.replace(b"\n", b" ") for sample in samples[:3])


TARGET = Target(
    reads="files of records, as `spendplane events put` reads and checks them",
    holds="each value is good or bad with its line and reason; the meter counts the good ones",
    check=check,
    seeds=seeds,
    syntax="lines",
)
