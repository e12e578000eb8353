"""Application inference profiles by their ARN, which is how the invocation log names them and IAM knows them."""

import json
from typing import Any
from urllib.parse import unquote

_PROFILE = ":application-inference-profile/"


def install(bedrock: Any, iam_actions: Any) -> None:  # MiniStack's modules
    """`GetInferenceProfile` takes both, as on AWS; the rights are asked for on the profile itself."""
    get, arn_of = bedrock._get_inference_profile, iam_actions.extract_resource_arn  # noqa: SLF001

    def by_either(identifier: str) -> Any:
        return get(name_of(identifier))

    def arn(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> Any:
        named = profile_of(path, body) if service == "bedrock" else None
        return named or arn_of(service, method, path, headers, body, *rest)

    bedrock._get_inference_profile = by_either  # noqa: SLF001
    iam_actions.extract_resource_arn = arn


def name_of(identifier: str) -> str:
    """The id at the end of an ARN; of everything else, itself."""
    plain = unquote(identifier)
    return plain.rpartition("/")[2] if _PROFILE in plain else identifier


def profile_of(path: str, body: bytes) -> str | None:
    """The ARN that a request names, in its path or as `resourceARN`."""
    plain = unquote(path)
    if _PROFILE in plain:
        return plain.partition("/inference-profiles/")[2]
    try:
        named = json.loads(body or b"{}").get("resourceARN")
    except (ValueError, AttributeError):
        return None
    return named if isinstance(named, str) and _PROFILE in named else None
