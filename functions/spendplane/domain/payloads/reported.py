"""What a provider reported of one call."""

from dataclasses import asdict, dataclass

BUCKETS = ("input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning")


class PayloadError(ValueError):
    """The payload is not of that API's shape, or its counts cannot be: the text says what and where."""


@dataclass(frozen=True, slots=True)
class Reported:
    """Tokens in disjoint buckets (`reasoning` is a part of `output`), and what else the answer says of the call.

    None: the payload does not tell.
    """

    input_uncached: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    reasoning: int = 0
    model: str | None = None
    request_id: str | None = None
    """As the provider names the call: the ledger counts it once, whoever reports it."""
    service_tier: str | None = None

    @property
    def usage(self) -> dict[str, int]:
        """The contract's `usage`, empty buckets left out."""
        counted = asdict(self)
        return {name: counted[name] for name in BUCKETS if counted[name]}
