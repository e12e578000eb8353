"""Changes an input as what it means: a value of JSON or YAML gets an odd one, a key another's name, a line goes twice.

Bytes alone rarely stay a document, so a fuzzer that changes only them tests the parser and little behind it.
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from itertools import islice
from random import Random
from typing import Any

import yaml

from proof.fuzz.target import Target

Mutate = Callable[[bytes, int], bytes]
"""The fuzzer's own change of some bytes, up to so many."""
PLAIN_SHARE = 0.25
MAX_PLACES = 5_000
"""Looked at in one input: anchors in YAML can stand for billions."""
_NO_DOCUMENT = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, yaml.YAMLError)
"""What the writers and readers of JSON and YAML raise."""
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 0.5, 10**12, 10**12 + 1, 10**30, 10**400, 1e308, float("nan"), float("inf")),
    *("", " ", "#", "*", "?", "\x00", "\n", "\u2028", "\u0085", "\ud800", "e\u0301", "\u212b", "\U0001f600", "x" * 257),
    *([], {}, [[]], [{}], {"": {}}, "1_000", "1e999999", "-0", "NaN", "0001-01-01T00:00:00+23:59", "9" * 5_000),
    *("2026-11-22T04:00:00Z", "2026-11-22T04:00:00", "9999-12-31T23:59:59-23:59", date(2026, 1, 1)),
)
TOKENS = (
    *("!!bool ", "!!int ", "!!float ", "!!timestamp ", "!!binary ", "!!set ", "&a ", "*a", "? ", "- ", "<<: ", "|\n"),
    *("0x" + "f" * 4_000, ".inf", "2026-99-99", "1:2:3", "%YAML 9.9\n---\n", "\ufeff", "---\n", "\t", "'", "}"),
)


def mutator(target: Target, plain: Mutate) -> Callable[[bytes, int, int], bytes]:
    """What the fuzzer calls: bytes, their greatest length, and a seed, by which it does the same again."""
    words = sorted({word for seed in target.seeds() for word in _words(_read(target.syntax, _lines(target, seed)[0]))})

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        chance = Random(seed)
        try:
            made = _changed(target, data, chance, words) if chance.random() >= PLAIN_SHARE else None
        except _NO_DOCUMENT:  # it cannot be written
            made = None
        return plain(data, most) if made is None or len(made) > most else made

    return mutate


def _lines(target: Target, data: bytes) -> list[bytes]:
    """The documents in it: a whole one may have line ends too."""
    return data.split(b"\n") if target.syntax == "lines" and _read("json", data) is None else [data]


def _changed(target: Target, data: bytes, chance: Random, words: list[str]) -> bytes | None:
    """None for what is no document."""
    lines = _lines(target, data)
    place = chance.randrange(len(lines))
    if target.syntax == "yaml" and chance.random() < 0.3:
        return _spliced(data, chance)
    if len(lines) > 1 and chance.random() < 0.2:
        lines.insert(place, lines[chance.randrange(len(lines))])
        return b"\n".join(lines)
    value = _read(target.syntax, lines[place])
    if value is None:
        return None
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        value = change(value, chance, words)
    lines[place] = _written(target.syntax, value, chance)
    return b"\n".join(lines)


def change(value: Any, chance: Random, words: list[str]) -> Any:
    """The same value but for one place in it."""
    places = list(islice(_places(value), MAX_PLACES))
    if not places or chance.random() < 0.02:
        return _odd(chance, words)
    holder, key = chance.choice(places)
    match chance.randrange(6):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[chance.choice(words)] = holder.pop(key)
        case 1:
            holder.insert(key, holder[key])
        case 2:
            other, name = chance.choice(places)
            holder[key] = deepcopy(other[name])
        case 3:
            holder[key] = chance.choice(
                ([holder[key]], {chance.choice(words): holder[key]}, json.dumps(str(holder[key])))
            )
        case _:
            holder[key] = _odd(chance, words)
    return value


def _odd(chance: Random, words: list[str]) -> Any:
    if chance.random() < 0.4:
        return chance.choice(words)
    if chance.random() < 0.05:
        return _nested(chance.choice((50, 300, 600)))
    return chance.choice(ODD) if chance.random() < 0.8 else chance.randrange(10**6)


def _nested(levels: int) -> Any:
    value: Any = 0
    for _ in range(levels):
        value = [value]
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place at which a value stands: its holder, and the key there."""
    size = len(value) if isinstance(value, list) else 0
    for key in list(value) if isinstance(value, dict) else range(size):
        yield value, key
        yield from _places(value[key])


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str) and len(value) <= 64:
        yield value
    for holder, key in _places(value):
        yield from (word for word in (key, holder[key]) if isinstance(word, str) and len(word) <= 64)


def _read(syntax: str, text: bytes) -> Any:
    try:
        return yaml.safe_load(text) if syntax == "yaml" else json.loads(text)
    except _NO_DOCUMENT:
        return None


def _written(syntax: str, value: Any, chance: Random) -> bytes:
    if syntax == "yaml":
        return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True)).encode("utf-8", "replace")
    return json.dumps(value, ensure_ascii=chance.random() < 0.5, default=str).encode("utf-8", "replace")


def _spliced(data: bytes, chance: Random) -> bytes:
    """A word that means something in YAML, where a value or a line may begin."""
    starts = [number + 1 for number, byte in enumerate(data) if byte in b" \n:"] or [0]
    place = chance.choice(starts)
    return data[:place] + chance.choice(TOKENS).encode() + data[place:]
