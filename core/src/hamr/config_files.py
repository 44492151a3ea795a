"""The user's own configuration: JSON files in one folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hamr.errors import ConfigError
from hamr.files import write_whole


def config_folder(environ: Mapping[str, str]) -> Path | None:
    """Where the user's configuration is: HAMR_CONFIG_DIR, or `hamr` in the user's own configuration folder.

    None where the environment names neither that nor a home: then there is no configuration.
    """
    if given := environ.get("HAMR_CONFIG_DIR"):
        return Path(given)
    if base := environ.get("XDG_CONFIG_HOME") or (environ.get("APPDATA") if os.name == "nt" else None):
        return Path(base) / "hamr"
    return Path(home) / ".config" / "hamr" if (home := environ.get("HOME")) else None


def read(environ: Mapping[str, str], name: str, fits: Callable[[Any], bool], shape: str) -> Any:
    """What a file holds, None where there is none; raises ConfigError, saying what `shape` it should have."""
    folder = config_folder(environ)
    if folder is None or not (path := folder / name).exists():
        return None
    import json

    hint = "Mend the file, or remove it to start anew."
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}", hint=hint) from error
    if not fits(stored):
        raise ConfigError(f"{path}: expected {shape}", hint=hint)
    return stored


def write(environ: Mapping[str, str], name: str, value: Any) -> Path:
    """Keep a file, whole; gives its path. Raises ConfigError where it cannot be written."""
    folder = config_folder(environ)
    if folder is None:
        raise ConfigError("there is no place for configuration", hint="Set HAMR_CONFIG_DIR to a folder.")
    import json

    path = folder / name
    try:
        write_whole(path, json.dumps(value, indent=2).encode() + b"\n")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error}") from error
    return path
