"""What providers say of one call, in every shape, and what must be read out of it."""

from tests.support.payloads.anthropic import ANTHROPIC
from tests.support.payloads.bedrock import BEDROCK
from tests.support.payloads.openai import OPENAI
from tests.support.payloads.others import OTHERS
from tests.support.payloads.vector import Vector

VECTORS: tuple[Vector, ...] = (*ANTHROPIC, *OPENAI, *OTHERS, *BEDROCK)

__all__ = ["VECTORS", "Vector"]
