"""The user's own configuration: JSON files in one folder."""

from __future__ import annotations

import os

from hamr.errors import ConfigError
from hamr.storage.files import write_whole

TYPE_CHECKING = False  # typing itself would cost every start 8 ms (docs/decisions/start-up.md)
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any


def config_folder(environ: Mapping[str, str]) -> Path | None:
    """Where the user's configuration is: HAMR_CONFIG_DIR, or `hamr` in the user's own configuration folder.

    None where the environment names neither that nor a home: then there is no configuration.
    """
    from pathlib import Path

    folder = _folder(environ)
    return None if folder is None else Path(folder)


def config_path(environ: Mapping[str, str], name: str) -> str | None:
    """Where this file would be; None where there is no configuration."""
    folder = _folder(environ)
    return None if folder is None else os.path.join(folder, name)


def read(environ: Mapping[str, str], name: str, fits: Callable[[Any], bool], shape: str) -> Any:
    """What a file holds, None where there is none; raises ConfigError, saying what `shape` it should have."""
    folder = _folder(environ)
    if folder is None or not os.path.exists(path := os.path.join(folder, name)):
        return None
    import json

    hint = "Mend the file, or remove it to start anew."
    try:
        with open(path, encoding="utf-8") as file:
            stored = json.load(file)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}", hint=hint) from error
    if not fits(stored):
        raise ConfigError(f"{path}: expected {shape}", hint=hint)
    return stored


def changing(environ: Mapping[str, str], name: str) -> AbstractContextManager[None]:
    """While it is entered no other process changes this file; raises ConfigError where that cannot be."""
    from hamr.storage.locks import writing

    if (path := config_path(environ, name)) is None:
        raise _no_place()
    return writing(path)


def _no_place() -> ConfigError:
    return ConfigError("there is no place for configuration", hint="Set HAMR_CONFIG_DIR to a folder.")


def _folder(environ: Mapping[str, str]) -> str | None:
    """The same as `config_folder` without the import of pathlib, which every start would pay for."""
    if given := environ.get("HAMR_CONFIG_DIR"):
        return given
    if base := environ.get("XDG_CONFIG_HOME") or (environ.get("APPDATA") if os.name == "nt" else None):
        return os.path.join(base, "hamr")
    return os.path.join(home, ".config", "hamr") if (home := environ.get("HOME")) else None


def write(environ: Mapping[str, str], name: str, value: Any) -> Path:
    """Keep a file, whole; gives its path. Raises ConfigError where it cannot be written."""
    folder = config_folder(environ)
    if folder is None:
        raise _no_place()
    import json

    path = folder / name
    try:
        write_whole(path, json.dumps(value, indent=2).encode() + b"\n")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}") from error
    return path
