"""One change of configuration: which file it belongs in, and whether what it would say makes sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hamr.config.config_file import ConfigFile, files
from hamr.config.configuration import Configuration
from hamr.config.editing import nested
from hamr.config.keys import Key
from hamr.config.layer import Layer
from hamr.errors import ConfigError

Check = Callable[[Layer], None]
"""Raises ConfigError where what a file would say makes no sense together with all else."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was done: `before` and `after` are values, MISSING for none; `line` is where it stands now."""

    file: str
    line: int | None
    key: str
    before: Any
    after: Any

    @property
    def changed(self) -> bool:
        """Whether anything is other than it was."""
        return bool(self.before is not self.after and self.before != self.after)


def put(file: ConfigFile, key: Key, value: Any, environ: Mapping[str, str], check: Check) -> Change:
    """Set the key; raises ConfigError, and then nothing is written."""
    with file.changing(environ):
        text = file.text() or ""
        path = file.home(key, text)
        before = nested.found(file.stored(text), path)
        if isinstance(before, dict) and not isinstance(value, dict):
            hint = f"Name a field of it, or: hamr config unset {key}"
            raise ConfigError(f"{key} is a table in {file.path}", hint=hint)
        if before != value:
            after = file.put(text, path, value)
            _judge(file, text, after, check)
            file.write(after)
            text = after
        return Change(file.path, file.line(text, path), _dotted(file, path), before, value)


def drop(file: ConfigFile, key: Key, environ: Mapping[str, str], check: Check) -> Change:
    """Take the key away; raises ConfigError, and then nothing is written."""
    with file.changing(environ):
        text = file.text() or ""
        path = key.located(file.stored(text))
        if path is None:
            raise ConfigError(f"{key} is not set in {file.path}", hint=f"hamr config explain {key}")
        before, line = nested.found(file.stored(text), path), file.line(text, path)
        after = file.drop(text, path)
        _judge(file, text, after, check)
        file.write(after)
        return Change(file.path, line, _dotted(file, path), before, nested.MISSING)


def home(there: Configuration, key: Key) -> ConfigFile:
    """The user's file in which the key belongs: that which says it, else the one that has its provider, else TOML.

    Of two that say it the later counts. Raises ConfigError where there is no place for one.
    """
    own = [file for file in files(there) if file.kind != "project"]
    if not own:
        raise ConfigError("there is no place for configuration", hint="Set HAMR_CONFIG_DIR to a folder.")
    stored = {file.kind: file.stored(file.text() or "") for file in own}
    for depth in range(len(key.parts), 1, -1):
        above = Key(key.parts[:depth], "any", {})
        for file in reversed(own):
            if above.located(stored[file.kind]) is not None:
                return file
    return own[0]


def _judge(file: ConfigFile, before: str, after: str, check: Check) -> None:
    """Raise ConfigError for what was not wrong before, and would be."""
    known = {(problem.path, problem.reason) for problem in file.layer(before).problems}
    layer = file.layer(after)
    for problem in layer.problems:
        if (problem.path, problem.reason) not in known:
            raise ConfigError(f"{problem.path}: {problem.reason}", hint="Nothing was written.")
    check(layer)


def _dotted(file: ConfigFile, path: nested.Path) -> str:
    return ".".join(str(each) for each in (*file.head, *path))
