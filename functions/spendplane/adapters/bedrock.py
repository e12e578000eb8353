"""Resolves Bedrock application inference profiles to the model behind them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable


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
            models = answer.get("models", [])
            if not models:
                return None
            self._models[profile_arn] = models[0]["modelArn"].rpartition("/")[2]
        return self._models[profile_arn]
