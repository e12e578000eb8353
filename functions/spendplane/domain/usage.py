"""What one model call used, and the identity under which it counts once."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

PARTS = {"input_uncached": ("input_audio", "input_image"), "output": ("reasoning", "output_audio", "output_image")}
"""What may be priced apart inside a bucket. A part never counts beside its bucket."""
MAX_KEY_BYTES = 512
"""Longer identities are hashed: DynamoDB partition keys end at 2,048 bytes."""


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens in disjoint buckets, so that a cached prefix is neither counted twice nor dropped; and generated images.

    `PARTS` stand inside a bucket, kept for models that price them apart. `images` are those that cost by the image;
    where images are billed in tokens, they are tokens here.
    """

    input_uncached: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    reasoning: int = 0
    input_audio: int = 0
    input_image: int = 0
    output_audio: int = 0
    output_image: int = 0
    images: int = 0
    image_size: str | None = None
    """As the price list has it, such as `1024x1024`."""
    image_quality: str | None = None

    @property
    def input_total(self) -> int:
        """All tokens of the prompt, cached or not: what long-context thresholds are compared with."""
        return self.input_uncached + self.cache_read + self.cache_write_5m + self.cache_write_1h

    @property
    def total(self) -> int:
        """Prompt and answer together: what `limit_tokens` counts."""
        return self.input_total + self.output


@dataclass(frozen=True, slots=True)
class UsageEvent:
    """One valid usage record. `attributes` are the values that budgets select and group by."""

    id: str
    time: datetime
    provider: str
    model: str
    usage: TokenUsage
    attributes: dict[str, str]
    canonical: str
    """The record as canonical JSON: normalised, defaults left out; what the ledger keeps."""
    payload_hash: str
    region: str | None = None
    service_tier: str = "standard"
    provider_request_id: str | None = None
    cost_usd: Decimal | None = None
    outcome: str = "success"
    cache_hit: bool = False
    source: str = field(default="", compare=False)
    dedup_key: str = field(init=False)
    """(provider, request id) where given, so that one call seen by two adapters counts once; else the id."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "dedup_key", dedup_key(self.id, self.provider, self.provider_request_id))

    def contradicts(self, event_id: str, payload_hash: str) -> bool:
        """True when that is the same event with another payload. Another id under one request id is no contradiction:
        two adapters saw one call.
        """
        return self.id == event_id and self.payload_hash != payload_hash


def dedup_key(event_id: str, provider: str | None = None, provider_request_id: str | None = None) -> str:
    """The identity of a call. `#` separates safely: the contract refuses it inside identifiers."""
    key = f"r#{provider}#{provider_request_id}" if provider and provider_request_id else f"i#{event_id}"
    if len(key) <= MAX_KEY_BYTES // 4:  # a character has at most four bytes
        return key
    encoded = key.encode()
    return key if len(encoded) <= MAX_KEY_BYTES else f"{key[0]}#sha256#{sha256(encoded).hexdigest()}"
