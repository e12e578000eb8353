"""Bedrock application inference profiles: the model behind one, and its tags."""

from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from spendplane.application.ports import BusyError
from spendplane.domain.model_names import GLOBAL

if TYPE_CHECKING:
    from collections.abc import Callable

REMEMBERED_SECONDS = 300
_NO_TAGS = frozenset({"ResourceNotFoundException", "ValidationException", "AccessDeniedException"})
"""A profile that is gone, malformed, or of another account: its calls are attributed by what else is known."""


@dataclass(slots=True)
class InferenceProfiles:
    """`GetInferenceProfile`, remembered. A profile that cannot be read is asked for again the next time."""

    client: "Callable[[str], Any]"
    """Makes a Bedrock client for a Region."""
    _models: dict[str, str] = field(default_factory=dict)

    def model_of(self, profile_arn: str) -> str | None:
        """The model's id, from its ARN. None when Bedrock does not tell: the usage then stays unpriced, not lost."""
        if profile_arn not in self._models:
            try:
                region = profile_arn.split(":")[3]
                answer = self.client(region).get_inference_profile(inferenceProfileIdentifier=profile_arn)
            except (ClientError, BotoCoreError, IndexError):
                return None
            arns = [model["modelArn"] for model in answer.get("models", [])]
            if not arns:
                return None
            self._models[profile_arn] = _model_of(arns)
        return self._models[profile_arn]


def _model_of(arns: list[str]) -> str:
    """The model's id. A profile of the global endpoint, which costs less, holds an ARN without a Region:
    https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
    """
    model = arns[0].rpartition("/")[2]
    return f"{GLOBAL}.{model}" if any(arn.split(":")[3] == "" for arn in arns) else model


@dataclass(slots=True)
class ProfileTags:
    """`ListTagsForResource` of application inference profiles, remembered for REMEMBERED_SECONDS."""

    client: "Callable[[str], Any]"
    """Makes a Bedrock client for a Region."""
    clock: "Callable[[], float]" = monotonic
    _found: dict[str, tuple[float, dict[str, str]]] = field(default_factory=dict)

    def tags(self, profile_arn: str) -> dict[str, str]:
        """See `application.sources.invocations.Profiles`."""
        known = self._found.get(profile_arn)
        if known is None or self.clock() - known[0] >= REMEMBERED_SECONDS:
            known = self._found[profile_arn] = (self.clock(), self._read(profile_arn))
        return known[1]

    def _read(self, profile_arn: str) -> dict[str, str]:
        try:
            answer = self.client(profile_arn.split(":")[3]).list_tags_for_resource(resourceARN=profile_arn)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NO_TAGS:
                return {}
            raise BusyError(f"Bedrock: {error}") from error
        except BotoCoreError as error:
            raise BusyError(f"Bedrock: {error}") from error
        return {tag["key"]: tag["value"] for tag in answer.get("tags", [])}
