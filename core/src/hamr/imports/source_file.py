"""A file of another program, read by the ending of its name."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from hamr.config import jsonc
from hamr.config.configuration import is_file
from hamr.errors import ConfigError

LARGEST = 64 * 1024 * 1024
"""Bytes; a larger file is none of configuration."""
MOST = 2_000_000
"""Values in a file, those that stand in several places counted in each."""


def read(path: str) -> Any:
    """What a file holds; raises ConfigError naming it and the line of a fault, with nothing of its text."""
    try:
        if not is_file(path):
            raise ConfigError(f"{path} is no file")
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise ConfigError(f"{path} is larger than {LARGEST} bytes")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        return KINDS.get(os.path.splitext(path)[1], variables)(text)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is no text in UTF-8 (at byte {error.start})") from None
    except RecursionError:
        raise ConfigError(f"{path}: it is nested too deeply") from None
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None


def variables(text: str) -> dict[str, str]:
    """The assignments of a file of variables: `NAME=value`, `export NAME='value'`, comments behind a blank and `#`."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and name.strip().isidentifier():
            found[name.strip()] = _unquoted(value.strip())
    return found


def table(value: Any) -> Mapping[str, Any]:
    """The value where it is a table, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def _unquoted(value: str) -> str:
    if value[:1] in ("'", '"') and (end := value.find(value[0], 1)) > 0:
        return value[1:end]
    return value.partition(" #")[0].rstrip()


def _json(text: str) -> Any:
    return jsonc.loads(text) if text.strip() else {}


def _yaml(text: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise ConfigError("YAML cannot be read without PyYAML", hint='pip install "hamr[yaml]"') from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _bounded(yaml.load(text, loader))  # noqa: S506  # each of the two is a safe one
    except yaml.MarkedYAMLError as error:  # its text has lines of the file in it
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ValueError(f"{where}no YAML") from None
    except yaml.YAMLError:
        raise ValueError("no YAML") from None


def _bounded(value: Any) -> Any:
    """The value, if it is one that can be written out: its anchors may make it huge, or a circle."""
    count, inner = 0, [value]
    while inner:
        each = inner.pop()
        inner += [*each.keys(), *each.values()] if isinstance(each, dict) else each if isinstance(each, list) else []
        count += 1
        if count + len(inner) > MOST:
            raise ValueError(f"its anchors unfold to more than {MOST:,} values")
    return value


def _toml(text: str) -> Any:
    return tomllib.loads(text)


KINDS: Mapping[str, Callable[[str], Any]] = {
    ".json": _json,
    ".toml": _toml,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".txt": str.strip,
    ".conf": str,
}
