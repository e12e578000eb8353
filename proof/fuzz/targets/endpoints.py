"""`endpoints.yaml`: the endpoints that may go to zero."""

from collections.abc import Iterator

from proof.fuzz import ends
from proof.fuzz.files import on_disk, told
from proof.fuzz.target import Target
from spendplane.contract.endpoint_entries import TAGS
from spendplane.contract.endpoints_file import load
from spendplane.contract.yaml_file import FileError


def check(data: bytes) -> None:
    """Endpoints with names and tags of their own, or an error for people."""
    with on_disk(data) as path:
        try:
            parsed = load(path)
        except FileError as error:
            told(error, path)
            return
    endpoints = parsed.endpoints if parsed else []
    assert len({entry.name.casefold() for entry in endpoints}) == len(endpoints)
    for entry in endpoints:
        assert set(entry.tags) == set(TAGS)
        assert all(entry.tags.values())
        assert "kind" not in entry.own


def seeds() -> Iterator[bytes]:
    """The example, which has one of each kind."""
    yield (ends.ROOT / "examples" / "endpoints.yaml").read_bytes()


TARGET = Target(
    reads="endpoints.yaml",
    holds="endpoints with names and tags of their own; or an error with file and line",
    check=check,
    seeds=seeds,
    syntax="yaml",
)
