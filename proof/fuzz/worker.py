"""A fuzzer's own process: `python -m proof.fuzz.worker TARGET libfuzzer-options…`. It ends at the first failure."""

import signal
import sys
from types import FrameType
from typing import NoReturn

import atheris

from proof.fuzz.mutating import mutator
from proof.fuzz.target import target

MEASURED = ["spendplane", "cli"]
"""Packages whose branches guide it: ours. What is found in others is found through them."""

MAX_CPU_SECONDS = 10
"""For one input; libFuzzer's own clock is the wall's, which says little on a busy machine."""


def main(name: str, options: list[str]) -> None:
    """Does not return: libFuzzer ends the process."""
    with atheris.instrument_imports(include=MEASURED):
        chosen = target(name)
    signal.signal(signal.SIGVTALRM, _too_long)

    def check(data: bytes) -> None:
        signal.setitimer(signal.ITIMER_VIRTUAL, MAX_CPU_SECONDS)
        chosen.check(data)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    atheris.Setup([sys.argv[0], *options], check, custom_mutator=mutator(chosen, _plain))
    atheris.Fuzz()


def _too_long(_: int, __: FrameType | None) -> NoReturn:
    raise TimeoutError(f"more than {MAX_CPU_SECONDS} s of CPU for one input")


def _plain(data: bytes, most: int) -> bytes:
    """Looked up when it is called: `Fuzz` puts the real one into its place."""
    changed: bytes = atheris.Mutate(data, most)
    return changed


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
