"""The HTTP interface takes what the meter takes: its schemas agree with the contract's about every sample."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import validate

from spendplane.contract.draft4 import DRAFT_4, to_draft_4
from spendplane.contract.http_api import OPENAPI_FILE, ROUTES, body_models, openapi
from spendplane.contract.schemas import write

ROOT = Path(__file__).parents[3]
SCHEMA_OF = {kind: model.model_json_schema() for kind, model in ROUTES.values()}
MODEL_OF = dict(body_models().values())
FOLDERS = (ROOT / "events" / name for name in ("valid", "twins", "invalid"))
SAMPLES = [path for folder in FOLDERS for path in sorted(folder.glob("*.json")) if path.stem != "tokens-5000-digits"]
"""All that Python's own reader of JSON takes."""


def details(path: Path) -> Any:
    sample = json.loads(path.read_text(encoding="utf-8"))
    return sample.get("detail-type"), sample.get("detail")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_both_drafts_say_the_same_of_every_sample(path: Path) -> None:
    _, detail = details(path)
    for kind, schema in SCHEMA_OF.items():  # each sample as either body: more is refused, and for more reasons
        findings = [
            {(error.json_path, error.validator) for error in checker.iter_errors(detail)}
            for checker in (Draft202012Validator(schema), Draft4Validator(MODEL_OF[kind]))
        ]
        if path.stem != "tokens-whole-float":
            assert findings[0] == findings[1]


def test_what_counts_is_let_through_and_what_has_the_wrong_form_is_not() -> None:
    refused = {path.stem for path in SAMPLES if (kind := details(path)[0]) in MODEL_OF
               and not Draft4Validator(MODEL_OF[kind]).is_valid(details(path)[1])}  # fmt: skip
    assert {path.stem for path in SAMPLES if path.parent.name != "invalid"} & refused == set()
    assert refused >= {"missing-user-id", "tokens-negative", "tokens-whole-float", "unknown-environment", "batch-501",
                       "batch-one-bad-of-100", "hash-in-id", "line-break", "string-257"}  # fmt: skip


@pytest.mark.parametrize("schema", MODEL_OF.values(), ids=MODEL_OF)
def test_the_models_are_of_draft_4(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == DRAFT_4
    Draft4Validator.check_schema(schema)
    assert "$defs" not in json.dumps(schema)


def test_a_keyword_without_a_known_counterpart_is_refused_not_dropped() -> None:
    with pytest.raises(ValueError, match="'exclusiveMinimum'"):
        to_draft_4({"properties": {"a": {"items": {"exclusiveMinimum": 0}}}})


def test_a_property_may_have_the_name_of_a_keyword() -> None:
    assert to_draft_4({"properties": {"format": {"type": "string"}}})["properties"] == {"format": {"type": "string"}}


def test_the_openapi_file_is_valid_and_up_to_date(tmp_path: Path) -> None:
    assert (ROOT / "events" / OPENAPI_FILE).read_text(encoding="utf-8") == openapi(), "run `make schemas`"
    write(tmp_path / "schemas")
    assert (tmp_path / OPENAPI_FILE).read_text(encoding="utf-8") == openapi()
    document = json.loads(openapi())
    validate(document)
    assert set(document["paths"]) == set(ROUTES)
