"""One line per step, with the seconds it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def step(label: str, stream: TextIO | None = None) -> Iterator[None]:
    """Prints the label at once and the seconds when the step is over; a step that fails leaves its line unfinished."""
    out = sys.stdout if stream is None else stream
    print(f"  {label:<52}", end="", file=out, flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", file=out, flush=True)
        raise
    print(f"{time.monotonic() - started:5.1f} s", file=out, flush=True)
