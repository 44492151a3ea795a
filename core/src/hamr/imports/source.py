"""One program whose files are read: where they are, and who reads which."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any

from hamr.errors import ConfigError
from hamr.imports import source_file
from hamr.imports.found import Found

Reader = Callable[[Found, str, Any], None]
"""Takes what a file holds, and its place; raises nothing: what makes no sense is left, and told of."""
Places = Callable[[Mapping[str, str], str], Sequence[str]]
"""The environment and the present folder, to the paths where the program has its files."""


@dataclass(frozen=True, slots=True)
class Source:
    """A program. `readers` are by the pattern of a file's name, the first that fits.

    `places` are paths that count in this order, and that may not be there; `environment` reads its variables.
    """

    name: str
    title: str
    readers: Mapping[str, Reader]
    places: Places
    environment: Callable[[Found, Mapping[str, str]], None] | None = None

    def read(self, path: str | None, environ: Mapping[str, str], folder: str) -> Found:
        """What there is at this path, a file or a folder, or at the usual places; raises ConfigError for nothing."""
        found = Found()
        if path is None and self.environment is not None:
            self.environment(found, environ)
        places = [*dict.fromkeys(self.places(environ, folder))] if path is None else self._given(path)
        there = [place for place in places if os.path.lexists(place)]
        if not there and not found.files:
            looked = ", ".join(_folders(places))
            raise ConfigError(f"nothing of {self.title} is there; looked in {looked}", hint=self._how())
        for place in there:
            self._file(found, place)
        if not found.files and not found.faults:
            raise ConfigError(f"nothing of {self.title} is in {', '.join(there)}", hint=self._how())
        return found

    def _given(self, path: str) -> list[str]:
        """The files in a folder, or the one that was named; raises ConfigError where it is not there."""
        path = os.path.abspath(os.path.expanduser(path))
        if not os.path.lexists(path):
            raise ConfigError(f"{path} is not there", hint=self._how())
        if not os.path.isdir(path):
            return [path]
        try:
            names = sorted(os.listdir(path))
        except OSError as error:
            raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
        found = [os.path.join(path, name) for pattern in self.readers for name in names if fnmatchcase(name, pattern)]
        if not found:
            raise ConfigError(f"nothing of {self.title} is in {path}", hint=self._how())
        return [*dict.fromkeys(found)]

    def _file(self, found: Found, path: str) -> None:
        reader = self._reader(os.path.basename(path))
        try:
            held = source_file.read(path)
        except ConfigError as error:
            if error.hint:  # something lacks, without which none of its kind can be read
                raise
            found.faults.append(error.message)
            return
        found.files.append(path)
        reader(found, path, held)

    def _reader(self, name: str) -> Reader:
        for pattern, reader in self.readers.items():
            if fnmatchcase(name, pattern):
                return reader
        suffix = os.path.splitext(name)[1]
        same = [reader for pattern, reader in self.readers.items() if os.path.splitext(pattern)[1] == suffix]
        if not same:
            raise ConfigError(f"{name} is no file of {self.title}", hint=self._how())
        return same[0]

    def _how(self) -> str:
        return f"Name its file or folder: hamr import {self.name} PATH (files: {', '.join(self.readers)})"


def _folders(places: Sequence[str]) -> Iterator[str]:
    """The folders of these files, each once; a file that is alone in its folder as it is."""
    for folder in dict.fromkeys(os.path.dirname(place) for place in places):
        files = [place for place in places if os.path.dirname(place) == folder]
        yield folder if files[1:] else files[0]


def above(folder: str, name: str) -> list[str]:
    """The file of this name in the folder or the nearest one above it; none where there is none."""
    while not os.path.lexists(os.path.join(folder, name)):
        if os.path.dirname(folder) == folder:
            return []
        folder = os.path.dirname(folder)
    return [os.path.join(folder, name)]


def home(environ: Mapping[str, str], *parts: str) -> str:
    """A path in the user's home."""
    return os.path.join(environ.get("HOME") or os.path.expanduser("~"), *parts)


def source(name: str) -> Source:
    """The source of this name, imported now: each brings what only it needs."""
    found: Source = import_module(f"hamr.imports.{name}").SOURCE
    return found
