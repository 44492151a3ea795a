"""The tables of a TOML file that say how models are asked, and by what other names: each is checked by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hamr import schema
from hamr.config.entries import Reading
from hamr.config.generation import Defaults, RoleTable
from hamr.errors import ConfigError
from hamr.resolve import rules
from hamr.resolve.rules import Rule


def model_defaults(reading: Reading, tables: Any, path: str) -> None:
    """`[model_defaults."qwen/*"]`: the options of a call by pattern of the model's name."""
    found = []
    for pattern, table, place in _tables(reading, tables, path):
        made = _checked(reading, place, lambda: Defaults.read(pattern, table, place))  # noqa: B023  # called at once
        found += [made] if made is not None else []
    reading.add("model_defaults", tuple(found))


def model_roles(reading: Reading, tables: Any, path: str) -> None:
    """`[model_roles.merge]`: who serves a role, a text or a table, and how it is asked."""
    if isinstance(tables, Mapping):
        tables = {name: {"model": table} if isinstance(table, str) else table for name, table in tables.items()}
    found = {}
    for name, table, place in _tables(reading, tables, path):
        made = _checked(reading, place, lambda: schema.read(RoleTable, table, place))  # noqa: B023  # called at once
        if made is not None:
            found[name] = made
    reading.set("model_roles", found)


def tier_defaults(reading: Reading, tables: Any, path: str) -> None:
    """`[tier_defaults]`: the usual tier as `default`, and for each tier the model that is meant by it."""
    if not isinstance(tables, Mapping):
        reading.problem(path, "it must be a table")
        return
    texts = {str(name): text for name, text in tables.items() if isinstance(text, str) and text}
    for name in tables.keys() - texts.keys():
        reading.problem(f"{path}.{name}", "it must be a text")
    reading.set("tier_defaults", texts)


def tier_rules(reading: Reading, tables: Any, path: str) -> None:
    """`[[tier_rules]]`: of which tier a model is by its name, as rules of inference say whose it is."""
    found = []
    for table, place in _list(reading, tables, path):
        if "tier" not in table:
            reading.problem(place, "tier: missing")
            continue
        rest = {name: value for name, value in table.items() if name != "tier"}
        found += _rule(reading, {**rest, "provider": table["tier"]}, place)
    reading.set("tier_rules", tuple(found))


def inference_rules(reading: Reading, tables: Any, path: str) -> None:
    """`[[inference_rules]]`: whose a model is by its name."""
    found = [each for table, place in _list(reading, tables, path) for each in _rule(reading, table, place)]
    reading.set("inference_rules", tuple(found))


READERS: Mapping[str, Callable[[Reading, Any, str], None]] = {
    "model_defaults": model_defaults,
    "model_roles": model_roles,
    "tier_defaults": tier_defaults,
    "tier_rules": tier_rules,
    "inference_rules": inference_rules,
}
"""What reads each table."""


def _tables(reading: Reading, tables: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    if not isinstance(tables, Mapping):
        reading.problem(path, "it must be a table")
        return
    for name, table in tables.items():
        if isinstance(table, Mapping):
            yield str(name), table, f"{path}.{name}"
        else:
            reading.problem(f"{path}.{name}", "it must be a table")


def _list(reading: Reading, tables: Any, path: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    if not isinstance(tables, list):
        reading.problem(path, "it must be a list of tables")
        return
    for at, table in enumerate(tables):
        if isinstance(table, Mapping):
            yield table, f"{path}[{at}]"
        else:
            reading.problem(f"{path}[{at}]", "it must be a table")


def _rule(reading: Reading, table: Mapping[str, Any], place: str) -> list[Rule]:
    made = _checked(reading, place, lambda: rules.read(table, place, f"{reading.place}: {place}"))
    return [] if made is None else [made]


def _checked(reading: Reading, place: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except ConfigError as error:
        reading.problem(place, error.message.removeprefix(f"{place}: "))
        return None
