"""Tables from outside to frozen dataclasses: every key known, every value of its kind.

What pydantic would do, for the little that manifests need, without the 80 ms that importing it costs every start
(docs/decisions/manifests.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from functools import cache
from importlib import import_module
from math import inf
from typing import Any, TypeVar

from hamr.errors import ConfigError

Table = TypeVar("Table")


def read(cls: type[Table], tables: Mapping[str, Any], place: str, hint: str = "") -> Table:
    """The table as a dataclass, its keys in snake_case or camelCase; raises ConfigError naming every wrong field.

    A field's annotation is one of those in `KINDS`, or that with `| None`. Its metadata may hold `table` (the
    dataclass of an inner table, or where it is, as `module:name`), `tables` (that of each table in a list) or `named`
    (that of each table in a table); `pair` (the fields of the table that a list of two is of); `pattern` (a regular
    expression) or `one_of` (the texts allowed), both for a text and for each text of a list or table; or `lengths`
    (how many texts a list may have).
    Values are not shown: one in the wrong place may be a key.
    """
    problems: list[str] = []
    made: Table = _table(cls, tables, "", problems)
    if problems:
        raise ConfigError(f"{place}: {'; '.join(problems)}", hint=hint)
    return made


def _table(cls: Any, tables: Mapping[str, Any], path: str, problems: list[str]) -> Any:
    known, required = _fields(cls)
    values: dict[str, Any] = {}
    for key, value in tables.items():
        name = snake(key)
        if name not in known:
            problems.append(f"{path}{key}: unknown field{guess(name, known)}")
        else:
            values[name] = _value(known[name], value, f"{path}{key}", problems)
    missing = [name for name in required if name not in values]
    problems.extend(f"{path}{name}: missing" for name in missing)
    return None if problems else cls(**values)


def _value(field: Field[Any], value: Any, path: str, problems: list[str]) -> Any:
    kind, rules = str(field.type), field.metadata
    if value is None and kind.endswith(" | None"):
        return None
    if "pair" in rules and isinstance(value, list | tuple):
        if len(value) != 2:
            problems.append(f"{path} must be a table, or a list of {' and '.join(rules['pair'])}")
            return None
        value = dict(zip(rules["pair"], value, strict=True))
    for shape, read_shape in _SHAPES.items():
        if shape in rules:
            return read_shape(rules[shape], value, path, problems)
    fits, words = KINDS[kind.removesuffix(" | None")]
    if not fits(value):
        problems.append(f"{path} must be {words}")
        return None
    if rules:
        problems.extend(f"{path} {problem}" for problem in broken_rules(rules, value))
    return tuple(value) if isinstance(value, list) else value


def _inner(cls: Any, value: Any, path: str, problems: list[str]) -> Any:
    if isinstance(cls, str):
        module, _, name = cls.partition(":")
        cls = getattr(import_module(module), name)
    if isinstance(value, Mapping):
        return _table(cls, value, f"{path}.", problems)
    problems.append(f"{path} must be a table")
    return None


def _list(cls: Any, value: Any, path: str, problems: list[str]) -> Any:
    if isinstance(value, list | tuple) and all(isinstance(each, Mapping) for each in value):
        return tuple(_table(cls, each, f"{path}[{place}].", problems) for place, each in enumerate(value))
    problems.append(f"{path} must be a list of tables")
    return None


def _named(cls: Any, value: Any, path: str, problems: list[str]) -> Any:
    if isinstance(value, Mapping) and all(isinstance(each, Mapping) for each in value.values()):
        return {name: _table(cls, each, f"{path}.{name}.", problems) for name, each in value.items()}
    problems.append(f"{path} must be a table of tables")
    return None


_SHAPES = {"table": _inner, "tables": _list, "named": _named}


def broken_rules(rules: Mapping[str, Any], value: Any) -> Iterator[str]:
    """What of a field's rules a value does not keep."""
    texts = _texts(value)
    if "one_of" in rules and not set(texts) <= set(rules["one_of"]):
        yield f"must be one of {', '.join(rules['one_of'])}"
    if "pattern" in rules and not all(re.fullmatch(rules["pattern"], text) for text in texts):
        yield f"must match {rules['pattern']}"
    if "least" in rules and isinstance(value, int | float) and not rules["least"] <= value < inf:  # NaN is neither
        yield f"must be at least {rules['least']}"
    if "lengths" in rules and len(texts) not in rules["lengths"]:
        yield f"must have {' or '.join(map(str, rules['lengths']))} texts"


def _texts(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []


def snake(key: str) -> str:
    """A name in camelCase in snake_case: `maxTokens` is `max_tokens`, and `inputPer1k` is `input_per_1k`."""
    apart = re.sub(r"(?<=Per)(?=\d)", "_", key)
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in apart)


@cache
def _fields(cls: Any) -> tuple[Mapping[str, Field[Any]], tuple[str, ...]]:
    """The fields of a dataclass by name, and the names of those without a default."""
    known = {field.name: field for field in fields(cls)}
    required = [field.name for field in fields(cls) if field.default is MISSING and field.default_factory is MISSING]
    return known, tuple(required)


def guess(name: str, known: Mapping[str, Any]) -> str:
    """What to say behind a field that nobody knows: the one that may be meant, or all there are."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else f" (known: {', '.join(known)})"


def _is(*types: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, types) and (bool in types or not isinstance(value, bool))


KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "str": (_is(str), "a text"),
    "bool": (_is(bool), "true or false"),
    "int": (_is(int), "a whole number"),
    "float": (_is(int, float), "a number"),
    "bool | str": (_is(bool, str), "true, false or a text"),
    "tuple[Any, ...]": (_is(list, tuple), "a list"),
    "tuple[str, ...]": (
        lambda value: isinstance(value, list | tuple) and all(isinstance(each, str) for each in value),
        "a list of texts",
    ),
    "str | tuple[str, ...]": (
        lambda value: isinstance(value, str) or KINDS["tuple[str, ...]"][0](value),
        "a text or a list of texts",
    ),
    "Mapping[str, str]": (
        lambda value: isinstance(value, Mapping) and all(isinstance(each, str) for each in value.values()),
        "a table of texts",
    ),
    "Mapping[str, Any]": (_is(Mapping), "a table"),
}
"""How each annotation is checked, and what a person calls it."""
