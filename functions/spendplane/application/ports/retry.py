"""Trying again after BusyError, with full jitter."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from spendplane.application.ports import BusyError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Retry:
    """`attempts` tries; before try n a pause between 0 and base · 2^n seconds, at most `ceiling`.

    Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    attempts: int = 8
    base_seconds: float = 0.02
    ceiling_seconds: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    uniform: Callable[[float, float], float] = random.uniform

    def __call__(self, action: Callable[[], T]) -> T:
        """What the action returns. Raises the last BusyError."""
        for attempt in range(self.attempts):
            try:
                return action()
            except BusyError:
                if attempt + 1 == self.attempts:
                    raise
                self.sleep(self.uniform(0, min(self.ceiling_seconds, self.base_seconds * 2**attempt)))
        raise AssertionError("attempts must be at least 1")
