"""Mapping templates of API Gateway, rendered by a Velocity engine: what MiniStack's own subset lacks is `#if` and text
functions. Modelled here are `$input.body`, `.json`, `.path`, `$util.escapeJavaScript` and the writable `$context`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

import json
from collections.abc import Mapping
from typing import Any

_SIMPLE = {
    '"': '\\"',
    "'": "\\'",
    "\\": "\\\\",
    "/": "\\/",
    "\b": "\\b",
    "\n": "\\n",
    "\t": "\\t",
    "\f": "\\f",
    "\r": "\\r",
}


class Util:
    """`$util`."""

    def escapeJavaScript(self, text: object) -> str:  # noqa: N802  # API Gateway's name
        """As StringEscapeUtils of commons-lang 2, which API Gateway uses: all beyond ASCII as UTF-16 units."""
        return "".join(_escaped(character) for character in ("" if text is None else str(text)))


class Input:
    """`$input` of a body."""

    def __init__(self, body: str) -> None:
        self.body = body

    def path(self, path: str) -> Any:
        """`$` and `$.a.b` only: all that is used. Empty where there is no such thing."""
        node = json.loads(self.body)
        for name in filter(None, path.removeprefix("$").split(".")):
            node = node.get(name, "") if isinstance(node, dict) else ""
        return node

    def json(self, path: str) -> str:
        """The same, written as JSON."""
        return json.dumps(self.path(path))


def render(template: str, body: str, context: Mapping[str, Any]) -> tuple[str, int | None]:
    """The text, and the status that the template set in place of the mapped one."""
    import airspeed  # type: ignore[import-untyped]  # it carries no types

    seen = {**context, "responseOverride": {}}
    # A backslash in a string is itself at AWS; this engine would take it for an escape.
    literal = template.replace("\\", "\\\\")
    text: str = airspeed.Template(literal).merge({"input": Input(body), "util": Util(), "context": seen})
    return text, seen["responseOverride"].get("status")


def _escaped(character: str) -> str:
    if character in _SIMPLE:
        return _SIMPLE[character]
    if " " <= character <= "\x7e" or character == "\x7f":
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[index]:02X}{units[index + 1]:02X}" for index in range(0, len(units), 2))
