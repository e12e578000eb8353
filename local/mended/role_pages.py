"""GetAccountAuthorizationDetails in pages of MaxItems, as on AWS: whoever reads only the first finds that out here."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

_ACTION = "GetAccountAuthorizationDetails"
_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_MOST = 100


def install(iam: Any) -> None:  # MiniStack's module
    """Cuts MiniStack's answer, which has everything, into pages."""
    iam._IAM_HANDLERS[_ACTION] = paged(iam._IAM_HANDLERS[_ACTION], iam._p)  # noqa: SLF001


def paged(details: Callable[[Any], Any], parameter: Callable[[Any, str], str]) -> Callable[[Any], Any]:
    """`details` answers a request with everything; `parameter` finds a parameter of a request, or an empty text."""

    def page(request: Any) -> Any:
        status, headers, body = details(request)
        start, size = int(parameter(request, "Marker") or 0), int(parameter(request, "MaxItems") or _MOST)
        return status, headers, cut(body, start, size)

    return page


def cut(body: bytes, start: int, size: int) -> bytes:
    """Leaves the members from `start` on, at most `size` of all lists together, and says where the next page begins."""
    ET.register_namespace("", _NAMESPACE)
    answer = ET.fromstring(body)  # noqa: S314  # MiniStack made it
    result = answer.find(_tag(f"{_ACTION}Result"))
    assert result is not None  # noqa: S101  # for the types: it is MiniStack's own answer
    members = [(found, member) for name in _LISTS for found in result.iter(_tag(name)) for member in list(found)]
    for place, (found, member) in enumerate(members):
        if not start <= place < start + size:
            found.remove(member)
    truncated = start + size < len(members)
    for flag in result.iter(_tag("IsTruncated")):
        flag.text = str(truncated).lower()
    if truncated:
        ET.SubElement(result, _tag("Marker")).text = str(start + size)
    text: bytes = ET.tostring(answer, encoding="utf-8", xml_declaration=True)
    return text


def _tag(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"
