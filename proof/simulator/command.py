"""The simulator's own command line: one seed again, made short, or seeds beyond those of the proof."""

import argparse
import sys
from collections.abc import Sequence

from proof.simulator.campaign import many
from proof.simulator.planted import BUGS
from proof.simulator.run import Run
from proof.simulator.shrink import Short, shrink

LAST_STEPS = 40


def main(arguments: Sequence[str]) -> int:
    """One seed again, or others than those of the proof. 0: everything held; 1: something did not."""
    parser = argparse.ArgumentParser("python -m proof simulate")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", type=int, help="one run, again")
    which.add_argument("--seeds", type=_range, help="many runs on every core, such as 10000:20000; nothing is written")
    parser.add_argument("--trace", action="store_true", help=f"print every step, not only the last {LAST_STEPS}")
    parser.add_argument("--shrink", action="store_true", help="find a shorter run in which the same invariant breaks")
    parser.add_argument("--keep", type=_numbers, help="only these actions of the plan, such as 1,4,9")
    parser.add_argument("--faults", type=_numbers, help="only these faults, such as 2,3; 0: none")
    parser.add_argument("--bug", choices=list(BUGS), metavar="BUG", help=f"with one of: {'; '.join(BUGS)}")
    given = parser.parse_args(arguments)
    if given.seeds:
        return _many(given.seeds)
    plant = BUGS[given.bug] if given.bug else None
    if given.shrink:
        return _shrunk(shrink(given.seed, plant, _tell), given.bug)
    done = Run(given.seed, given.keep, given.faults, plant, traced=True)()
    trace = done.world.loop.trace or []
    print("\n".join(trace if given.trace else trace[-LAST_STEPS:]))
    figures = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in done.figures.items())
    print(f"seed {given.seed}: {done.broken or 'everything held'} ({figures})", file=sys.stderr)
    return 1 if done.broken else 0


def _many(seeds: range) -> int:
    found = many(seeds, _tell)
    print(f"\n{found}")
    for seed, what in found.broken.items():
        print(f"seed {seed}: {what}")
    return 1 if found.broken else 0


def _shrunk(short: Short | None, bug: str | None) -> int:
    print(file=sys.stderr)
    if short is None:
        print("everything held: there is nothing to shrink")
        return 0
    again = f"python -m proof simulate --seed {short.seed} --trace --keep {_joined(short.chosen)}"
    again += f" --faults {_joined(short.faults)}"
    again += f' --bug "{bug}"' if bug else ""
    enough = f"{len(short.chosen)} actions and {len(short.faults)} faults are enough"
    print(f"{short.broken}\n{enough} ({short.tried} runs were tried):\n  {again}")
    return 1


def _tell(words: str) -> None:
    print(f"\r{words}   ", end="", file=sys.stderr)


def _range(text: str) -> range:
    first, _, end = text.partition(":")
    if not (first.isdecimal() and end.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is no range such as 10000:20000")
    return range(int(first), int(end))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _joined(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers)) or "0"
