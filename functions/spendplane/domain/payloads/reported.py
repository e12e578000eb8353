"""What a provider reported of one call."""

from dataclasses import dataclass, replace

BUCKETS = ("input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "output")
PARTS = {"input_uncached": ("input_audio", "input_image"), "output": ("reasoning", "output_audio", "output_image")}
"""What stands inside a bucket and may be priced apart, as in the contract."""
COUNTS = (*BUCKETS, *(part for parts in PARTS.values() for part in parts), "images")
_IN_USAGE = (*COUNTS, "image_size", "image_quality")


class PayloadError(ValueError):
    """The payload is not of that API's shape, or its counts cannot be: the text says what and where."""


@dataclass(frozen=True, slots=True)
class Reported:
    """Tokens in disjoint buckets, `PARTS` inside them, and what else the answer says of the call.

    None: the payload does not tell.
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
    """Images that cost by the image (generated, or embedded at Cohere), all of one size and quality."""
    image_size: str | None = None
    image_quality: str | None = None
    model: str | None = None
    request_id: str | None = None
    """As the provider names the call: the ledger counts it once, whoever reports it."""
    service_tier: str | None = None
    region: str | None = None
    outcome: str | None = None
    """`error`: the payload is of a failed call, or of a stream that broke off before its last counts."""
    notes: tuple[str, ...] = ()
    """What is billed apart and stands in no bucket, in a sentence for a person."""
    others: tuple["Reported", ...] = ()
    """Work of other models inside the same answer, billed at their own rates: each is a record of its own."""

    @property
    def usage(self) -> dict[str, int | str]:
        """The contract's `usage`, empty buckets left out."""
        return {name: value for name in _IN_USAGE if (value := getattr(self, name))}

    @property
    def tokens(self) -> int:
        """Prompt and answer together."""
        return self.input_uncached + self.cache_read + self.cache_write_5m + self.cache_write_1h + self.output

    def plus(self, other: "Reported") -> "Reported":
        """Both calls' tokens; everything else as it is here."""
        return replace(self, **{name: getattr(self, name) + getattr(other, name) for name in COUNTS})
