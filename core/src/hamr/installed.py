"""What `hamr install` has installed for this user, so that it can be installed again after an upgrade."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hamr.choices import config_folder
from hamr.errors import ConfigError
from hamr.files import write_whole
from hamr.metadata import distributions

FILE = "installed.json"
FIELDS = {"distribution", "requirement", "version"}


@dataclass(frozen=True, slots=True)
class Kept:
    """One distribution: what the installer was told, and the version that came of it."""

    distribution: str
    requirement: str
    version: str


@dataclass(frozen=True, slots=True)
class Installed:
    """The list, by name. It is the user's, whichever environment hamr runs in: an upgrade may bring another."""

    plugins: tuple[Kept, ...] = ()

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Installed:
        """The list in `installed.json`; raises ConfigError naming the file."""
        folder = config_folder(environ)
        return cls(_stored(folder / FILE)) if folder else cls()

    def write(self, environ: Mapping[str, str]) -> Path:
        """Keep this list; gives the file's path. Raises ConfigError where it cannot be written."""
        folder = config_folder(environ)
        if folder is None:
            raise ConfigError("there is no place for configuration", hint="Set HAMR_CONFIG_DIR to a folder.")
        path = folder / FILE
        try:
            write_whole(path, json.dumps(asdict(self), indent=2).encode() + b"\n")
        except OSError as error:
            raise ConfigError(f"{path} cannot be written: {error}") from error
        return path

    def with_(self, new: Iterable[Kept]) -> Installed:
        """The same list with these in it, each in place of what it had of the same distribution."""
        known = {kept.distribution: kept for kept in (*self.plugins, *new)}
        return Installed(tuple(known[name] for name in sorted(known)))

    def without(self, names: Iterable[str]) -> Installed:
        """The same list less these distributions."""
        gone = set(names)
        return Installed(tuple(kept for kept in self.plugins if kept.distribution not in gone))

    def missing(self) -> tuple[Kept, ...]:
        """Those that are not in the environment that hamr runs in."""
        if not self.plugins:
            return ()
        there = {found.name for found in distributions()}
        return tuple(kept for kept in self.plugins if kept.distribution not in there)


def _stored(path: Path) -> tuple[Kept, ...]:
    hint = "Mend the file, or remove it to start anew."
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}", hint=hint) from error
    if not _well_formed(stored):
        fields = ", ".join(sorted(FIELDS))
        raise ConfigError(f'{path}: expected {{"plugins": [objects of strings: {fields}]}}', hint=hint)
    return tuple(Kept(**fields) for fields in stored["plugins"])


def _well_formed(stored: Any) -> bool:
    return (
        isinstance(stored, dict)
        and stored.keys() == {"plugins"}
        and isinstance(stored["plugins"], list)
        and all(isinstance(fields, dict) and fields.keys() == FIELDS for fields in stored["plugins"])
        and all(isinstance(value, str) for fields in stored["plugins"] for value in fields.values())
    )
