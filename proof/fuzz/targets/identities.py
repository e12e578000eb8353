"""`identities.yaml`, from the file to whose money a call was."""

from collections.abc import Iterator

from proof.fuzz import ends
from proof.fuzz.files import on_disk, told
from proof.fuzz.target import Target
from spendplane.contract.identities_file import IdentitiesFile, load
from spendplane.contract.yaml_file import FileError
from spendplane.domain.identities import FIELDS, caller_of

_ARNS = (
    "arn:aws:sts::123456789012:assumed-role/chat-prod/ann",
    "arn:aws:iam::123456789012:user/team/bob",
    "arn:aws:iam::123456789012:root",
    "",
)
_SAID = {"project_id": "p", "user_id": "u", "environment": "staging"}


def check(data: bytes) -> None:
    """A file that is taken says of every caller whose the call was, and the same through JSON."""
    with on_disk(data) as path:
        try:
            parsed = load(path)
        except FileError as error:
            told(error, path)
            return
    rules = parsed.to_domain()
    assert IdentitiesFile.model_validate_json(parsed.model_dump_json()).to_domain() == rules
    for arn in _ARNS:
        found = rules.attribute(caller_of(arn), {}, _SAID)
        assert set(found.fields) <= set(FIELDS)
        assert found.refused_project in (None, "p")


def seeds() -> Iterator[bytes]:
    """The project's."""
    for name in ("examples/identities.yaml", "tests/e2e/identities.yaml"):
        yield (ends.ROOT / name).read_bytes()


TARGET = Target(
    reads="identities.yaml, and four callers told by it",
    holds="rules that are the same through JSON; or an error with file and line",
    check=check,
    seeds=seeds,
    syntax="yaml",
)
