"""JSON Schema 2020-12 in the words of draft 4, which is what API Gateway's models are checked by.

https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html. Only the keywords that the
contract's schemas use are known; any other is refused here, so that no rule is ever left out in silence.
"""

from collections.abc import Mapping
from typing import Any

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
_SAME = {
    "additionalProperties", "anyOf", "description", "enum", "items", "maxItems", "maxLength", "maximum",
    "minItems", "minLength", "minimum", "pattern", "properties", "required", "title", "type",
}  # fmt: skip
_LEFT_OUT = {"$schema", "default", "format"}
"""`default` checks nothing. The meter takes more forms of ISO 8601 than checkers of `format`."""


def to_draft_4(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same rules. Raises ValueError for a keyword whose counterpart is not known here."""
    return {"$schema": DRAFT_4, **_converted(schema)}


def _converted(schema: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in _LEFT_OUT:
            continue
        if keyword == "$defs":
            made["definitions"] = _each(value)
        elif keyword == "$ref":
            made["$ref"] = value.replace("#/$defs/", "#/definitions/")
        elif keyword not in _SAME:
            raise ValueError(f"JSON Schema keyword {keyword!r}: its counterpart in draft 4 is not known")
        else:
            made[keyword] = _value(keyword, value)
    return made


def _value(keyword: str, value: Any) -> Any:
    match keyword:
        case "properties":
            return _each(value)
        case "anyOf":
            return [_converted(item) for item in value]
        case "items":
            return _converted(value)
    return value


def _each(schemas: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: _converted(schema) for name, schema in schemas.items()}
