"""The tables of a TOML file that say how models are asked, and by what other names: each is checked by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hamr.config.entries import Reading
from hamr.config.generation import Defaults
from hamr.errors import ConfigError


def model_defaults(reading: Reading, tables: Any, path: str) -> None:
    """`[model_defaults."qwen/*"]`: the options of a call by pattern of the model's name."""
    found = []
    for pattern, table, place in _tables(reading, tables, path):
        made = _checked(reading, place, lambda: Defaults.read(pattern, table, place))  # noqa: B023  # called at once
        found += [made] if made is not None else []
    reading.set("model_defaults", tuple(found))


READERS: Mapping[str, Callable[[Reading, Any, str], None]] = {"model_defaults": model_defaults}
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


def _checked(reading: Reading, place: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except ConfigError as error:
        reading.problem(place, error.message.removeprefix(f"{place}: "))
        return None
