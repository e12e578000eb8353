"""`endpoints.yaml`: inference endpoints that go down to zero. Optional; read at synthesis only."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import InitErrorDetails

from spendplane.contract.endpoint_entries import STRICT, AsyncEntry, RealtimeEntry, ServerlessEntry
from spendplane.contract.yaml_file import Location, checked
from spendplane.contract.yaml_file import load as load_yaml

Endpoint = ServerlessEntry | AsyncEntry | RealtimeEntry


class EndpointsFile(BaseModel):
    """The whole file."""

    model_config = STRICT

    version: Literal[1]
    endpoints: list[Annotated[Endpoint, Field(discriminator="kind")]] = Field(default_factory=list)


_FOLDER = "write a folder in S3 with / at its end, such as s3://bucket/answers/"
_TAG_MEND = "AWS takes letters, digits, spaces inside, and . : / = + - @ _, at most 256"
_MENDS = {
    "extra_forbidden": "remove it, or correct its spelling; each kind has settings of its own (docs/endpoints.md)",
    "union_tag_not_found": "say `kind: serverless`, `kind: async` or `kind: realtime`",
    "union_tag_invalid": "say `kind: serverless`, `kind: async` or `kind: realtime`",
    "version:missing": "begin the file with `version: 1`",
    "version:literal_error": "this release reads version 1",
    "memory_mb:literal_error": "AWS offers these sizes only",
    "name:string_pattern_mismatch": "use letters, digits and dashes between them, at most 63",
    "image:string_pattern_mismatch": "write ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG, or @sha256:DIGEST",
    "model_data:string_pattern_mismatch": "write one s3://bucket/….tar.gz, or a folder with / at its end",
    "instance_type:string_pattern_mismatch": "write one such as ml.g5.xlarge",
    "input:string_pattern_mismatch": _FOLDER,
    "output:string_pattern_mismatch": _FOLDER,
    "alarm_topic:string_pattern_mismatch": "write the ARN of an SNS topic",
    "kms_key:string_pattern_mismatch": "write the ARN of a KMS key, not of an alias",
    "time_zone:missing": "write a name such as Europe/Berlin or UTC",
    "string_type": "write the value in quotes",
    **{f"{name}:string_pattern_mismatch": _TAG_MEND for name in ("project", "cost_center", "model")},
    **{f"{name}:missing": "the kill switch and the bill go by this tag" for name in ("project", "environment")},
    **{f"{name}:missing": "every endpoint carries this tag" for name in ("cost_center", "model")},
}


def load(path: Path | str) -> EndpointsFile | None:
    """The checked file, None for one without content. Raises FileError, whose text names the line and the mend."""
    path = Path(path)
    if load_yaml(path)[0] is None:
        return None
    opening = "not an endpoints file; begin it with `version: 1` and a list `endpoints:`"
    words = _in_words_of_the_file
    return checked(path, EndpointsFile, opening=opening, mends=_MENDS, problems=_conflicts, in_words=words)


def _conflicts(parsed: EndpointsFile) -> Iterator[tuple[Location, str]]:
    """Names are those of AWS, one for each endpoint of the account and Region."""
    names: dict[str, int] = {}
    for index, entry in enumerate(parsed.endpoints):
        first = names.setdefault(entry.name.casefold(), index)
        if first != index:
            yield ("endpoints", index, "name"), f"`{entry.name}` is taken by endpoints[{first}]; choose another name"


def _in_words_of_the_file(error: ValidationError) -> ValidationError:
    """Without the kind, which pydantic adds to each place in an endpoint: it is no key of the file."""
    found = [
        InitErrorDetails(
            type=finding["type"],
            loc=_place(finding["loc"]),
            input=finding["input"],
            ctx=finding.get("ctx", {}),
        )
        for finding in error.errors(include_url=False)
    ]
    return ValidationError.from_exception_data(error.title, found)


def _place(location: Location) -> Location:
    """`endpoints[0].async.input` is `endpoints[0].input`."""
    return location[:2] + location[3:] if len(location) > 2 and location[0] == "endpoints" else location
