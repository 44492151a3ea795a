"""Entry points of the installed distributions, read fresh from their files; nothing is imported and nothing cached.

`importlib.metadata` would do the same for 25 ms of start-up, which every `hamr --help` would pay.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing itself would cost every start 8 ms (docs/decisions/start-up.md)
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class EntryPoint:
    """One line of a distribution's `entry_points.txt`; `value` is `module` or `module:attribute`."""

    __slots__ = ("dist", "group", "name", "value", "version")

    def __init__(self, group: str, name: str, value: str, dist: str, version: str) -> None:
        self.group = group
        self.name = name
        self.value = value
        self.dist = dist
        self.version = version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EntryPoint) and self._told == other._told

    def __hash__(self) -> int:
        return hash(self._told)

    def __repr__(self) -> str:
        return f"EntryPoint({self.group!r}, {self.name!r}, {self.value!r}, {self.source!r})"

    @property
    def _told(self) -> tuple[str, ...]:
        return self.group, self.name, self.value, self.dist, self.version

    @property
    def module(self) -> str:
        """The dotted name of the module."""
        return self.value.partition(":")[0].strip()

    @property
    def source(self) -> str:
        """The distribution and its version, as people write them."""
        return f"{self.dist} {self.version}".strip()


def entry_points(group: str | tuple[str, ...], path: Sequence[str] | None = None) -> tuple[EntryPoint, ...]:
    """The entry points of a group, or of several, over `path` (default `sys.path`), by name and then distribution.

    Of two copies of one distribution the first on the path counts, as in an import.
    """
    groups = (group,) if isinstance(group, str) else group
    found = (point for folder in metadata_folders(path) for point in _read(folder, groups))
    return tuple(sorted(found, key=lambda point: (point.name, point.dist)))


def metadata_folders(path: Sequence[str] | None = None) -> Iterator[str]:
    """The folder of each distribution's metadata over `path` (default `sys.path`), the first of two copies of one."""
    seen = set()
    for place in dict.fromkeys(sys.path if path is None else path):
        try:
            names = sorted(os.listdir(place or "."))
        except OSError:
            continue  # a zip file or a folder that is gone, as the import system too passes over
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                dist = name_and_version(name)[0]
                if dist not in seen:
                    seen.add(dist)
                    yield os.path.join(place, name)


def name_and_version(folder: str) -> tuple[str, str]:
    """The distribution's name, in the spelling that compares, and its version, by its metadata's folder."""
    stem = os.path.basename(folder).rpartition(".")[0]
    name, _, version = stem.partition("-")
    return name.replace("_", "-").replace(".", "-").lower(), version.partition("-py")[0]


def _read(folder: str, groups: tuple[str, ...]) -> Iterator[EntryPoint]:
    try:
        with open(os.path.join(folder, "entry_points.txt"), encoding="utf-8") as file:
            text = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return
    if not any(group in text for group in groups):
        return
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[] ")
        elif section in groups and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield EntryPoint(section, name.strip(), value.partition("[")[0].strip(), *name_and_version(folder))
