"""What providers say of one call, in every shape, and what must be read out of it."""

from tests.support.payloads.bedrock import BEDROCK
from tests.support.payloads.providers import PROVIDERS
from tests.support.payloads.vector import Vector

VECTORS: tuple[Vector, ...] = (*PROVIDERS, *BEDROCK)

__all__ = ["VECTORS", "Vector"]
