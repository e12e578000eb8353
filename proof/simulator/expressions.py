"""DynamoDB's expressions, as far as Spendplane writes them. Anything else raises, so that nothing passes unread.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""

import re
from collections.abc import Callable
from decimal import Context, Decimal, Inexact, Overflow
from functools import lru_cache
from typing import Any

Item = dict[str, Any]
Names = dict[str, str]
Condition = Callable[[Item, Names, Item], bool]
EXACT = Context(prec=38, traps=[Inexact, Overflow])
"""DynamoDB's numbers: 38 digits."""
_TOKENS = re.compile(r"\s*(<>|<=|>=|=|<|>|\(|\)|,|[:#]?\w+)")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def plain(value: Item) -> Any:
    """For comparisons: type and content."""
    (kind, content), *_ = value.items()
    return (kind, Decimal(content)) if kind == "N" else (kind, content)


@lru_cache(maxsize=512)
def condition(text: str) -> Condition:
    """Of conditions, key conditions and filters."""
    parser = _Parser(_TOKENS.findall(text))
    found = parser.either()
    if parser.tokens:
        raise ValueError(f"not read to its end: {text}")
    return found


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def _next(self) -> str:
        return self.tokens.pop(0)

    def _word(self, *words: str) -> bool:
        if self.tokens and self.tokens[0].upper() in words:
            self._next()
            return True
        return False

    def either(self) -> Condition:
        left = self._both()
        while self._word("OR"):
            left = _or(left, self._both())
        return left

    def _both(self) -> Condition:
        left = self._one()
        while self._word("AND"):
            left = _and(left, self._one())
        return left

    def _one(self) -> Condition:
        if self._word("NOT"):
            inner = self._one()
            return lambda item, names, values: not inner(item, names, values)
        if self._word("("):
            inner = self.either()
            self._next()
            return inner
        first = self._next()
        if self.tokens and self.tokens[0] == "(":
            return self._call(first)
        return _compared(first, _OPERATORS[self._next()], self._next())

    def _call(self, name: str) -> Condition:
        self._next()
        given = [self._next()]
        while self._next() == ",":
            given.append(self._next())
        if name == "attribute_exists":
            return lambda item, names, _: names.get(given[0], given[0]) in item
        if name == "attribute_not_exists":
            return lambda item, names, _: names.get(given[0], given[0]) not in item
        if name in {"contains", "begins_with"}:
            return _holds(name, *given)
        raise ValueError(f"unknown function {name}")


def _or(left: Condition, right: Condition) -> Condition:
    return lambda item, names, values: left(item, names, values) or right(item, names, values)


def _and(left: Condition, right: Condition) -> Condition:
    return lambda item, names, values: left(item, names, values) and right(item, names, values)


def _compared(left: str, operator: Callable[[Any, Any], bool], right: str) -> Condition:
    def holds(item: Item, names: Names, values: Item) -> bool:
        a, b = _operand(left, item, names, values), _operand(right, item, names, values)
        return a is not None and b is not None and a[0] == b[0] and operator(a[1], b[1])

    return holds


def _operand(token: str, item: Item, names: Names, values: Item) -> Any:
    found = values[token] if token[0] == ":" else item.get(names.get(token, token))
    return None if found is None else plain(found)


def _holds(name: str, path: str, value: str) -> Condition:
    def holds(item: Item, names: Names, values: Item) -> bool:
        whole, part = item.get(names.get(path, path)), values[value]["S"]
        if whole is None:
            return False
        if name == "contains":
            return bool(part in whole["SS"]) if "SS" in whole else part in whole["S"]
        return bool(whole["S"].startswith(part))

    return holds


@lru_cache(maxsize=2048)
def _actions(text: str) -> tuple[tuple[str, str, str], ...]:
    """`SET a = :a, b = if_not_exists(b, :b) ADD c :c REMOVE d` as actions: the word, the path, the value."""
    parts = re.split(r"\b(SET|ADD|REMOVE)\b", text)
    if parts[0].strip():
        raise ValueError(f"not an update: {text}")
    return tuple(
        (word, *_action(word, part.strip()))
        for word, body in zip(parts[1::2], parts[2::2], strict=True)
        for part in re.split(r",(?![^(]*\))", body)
    )


def _action(word: str, text: str) -> tuple[str, str]:
    if word == "REMOVE":
        return text, ""
    path, _, value = text.partition("=" if word == "SET" else " ")
    return path.strip(), value.strip()


def updated(item: Item, text: str, names: Names, values: Item) -> Item:
    """The item after an update expression; every value is read from the item as it was."""
    new = dict(item)
    for word, path, value in _actions(text):
        name = names.get(path, path)
        if word == "REMOVE":
            new.pop(name, None)
        elif word == "ADD":
            _add(new, name, values[value])
        else:
            new[name] = values[value] if value[0] == ":" else _set_value(value, item, names, values)
    return new


def _set_value(text: str, item: Item, names: Names, values: Item) -> Item:
    if text[0] == ":":
        found: Item = values[text]
        return found
    if both := re.fullmatch(r"list_append\((.+), (:\w+)\)", text):
        return {"L": [*_set_value(both[1], item, names, values)["L"], *values[both[2]]["L"]]}
    call = re.fullmatch(r"if_not_exists\(([#\w]+), (:\w+)\)", text)
    if call is None:
        raise ValueError(f"unknown value {text}")
    name = names.get(call[1], call[1])
    kept: Item = item[name] if name in item else values[call[2]]
    return kept


def _add(item: Item, name: str, value: Item) -> None:
    (kind, content), *_ = value.items()
    old = item.get(name)
    if kind == "N":
        item[name] = {"N": str(EXACT.add(Decimal(old["N"]) if old else Decimal(0), Decimal(content)))}
    else:
        item[name] = {"SS": sorted({*(old["SS"] if old else ()), *content})}
