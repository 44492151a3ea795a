"""The installed distributions: their names, their versions, and what else their metadata says."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hamr.plugins.distributions import metadata_folders, name_and_version


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed distribution; `folder` is that of its metadata."""

    name: str
    version: str
    folder: str

    def read(self, file: str) -> str | None:
        """The text of one file of its metadata, None where there is none."""
        try:
            with open(os.path.join(self.folder, file), encoding="utf-8") as opened:
                return opened.read()
        except (FileNotFoundError, NotADirectoryError):
            return None


def distributions(path: Sequence[str] | None = None) -> Iterator[Distribution]:
    """Every distribution over `path` (default `sys.path`); of two copies of one the first counts, as in an import."""
    return (Distribution(*name_and_version(folder), folder) for folder in metadata_folders(path))
