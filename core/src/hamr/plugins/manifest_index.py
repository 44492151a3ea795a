"""What manifests said when they were last read, so that a start need not parse TOML.

It is a cache and nothing else: what it holds of a file counts for as long as the file is the very same, and where it
cannot be read or written the files themselves are read. Parsing thirty of them costs 8 ms and checking them 20 ms,
this one 0.4 ms. It is written as Python keeps its bytecode, by `marshal`, for importing `json` costs a start 4 ms; a
sum before it tells what is spoilt, and who may write in the user's own cache may write bytecode there as well.
"""

from __future__ import annotations

import marshal
import os
import sys
from functools import cached_property
from zlib import crc32

from hamr.storage.files import write_whole

TYPE_CHECKING = False  # typing itself would cost every start 8 ms (docs/decisions/start-up.md)
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    Check = Callable[[Mapping[str, Any]], object]
    """Raises where tables do not say what they should."""

FORMAT = 3
SUM = 4
"""How many bytes the sum over all others has, which stands before them."""


def file_name(kind: str) -> str:
    """The file of this environment: what another has installed would be read for nothing."""
    return f"{kind}-{crc32(sys.prefix.encode()):08x}.index"


class ManifestIndex:
    """The tables of manifests by the path of their file, kept in the user's cache folder if there is one.

    `kind` is what the files are, and the beginning of their index's name; `schema` names the files of Python that say
    what the tables may hold: what was checked by others counts no more.
    """

    def __init__(self, environ: Mapping[str, str], kind: str = "manifests", schema: Sequence[str] = ()) -> None:
        self.folder = cache_folder(environ)
        self._name = file_name(kind)
        self._of = [FORMAT, sys.hexversion, *(stamp(path) for path in schema)]

    def tables(self, path: str, check: Check | None = None) -> dict[str, Any]:
        """The same as `manifest.read`, and as `check`, asked once for each state of a file; raises as they do."""
        now = stamp(path)
        known = self._known.get(path)
        if known is not None and now is not None and known.get("stamp") == now and "tables" in known:
            tables: dict[str, Any] = known["tables"]
            return tables
        from hamr.plugins.manifest import read

        tables = read(path)
        if check is not None:
            check(tables)
        if now is not None and self.folder is not None:
            self._known[path] = {"stamp": now, "tables": tables}
            self._write()
        return tables

    @cached_property
    def _known(self) -> dict[str, dict[str, Any]]:
        if self.folder is None:
            return {}
        try:
            with open(os.path.join(self.folder, self._name), "rb") as file:
                told, data = file.read(SUM), file.read()
        except OSError:  # absent, or out of reach: it is written anew
            return {}
        if told != _sum(data):
            return {}
        stored = marshal.loads(data)  # noqa: S302  # the user's own cache, see above
        known: dict[str, dict[str, Any]] = stored["files"] if stored["of"] == self._of else {}
        return known

    def _write(self) -> None:
        """Keep what is known of the files that are still there."""
        there = {path: each for path, each in self._known.items() if os.path.exists(path)}
        try:
            data = marshal.dumps({"of": self._of, "files": there})
            write_whole(os.path.join(self.folder or "", self._name), _sum(data) + data, durable=False)
        except (OSError, ValueError):  # no room or no right to write, or a date, which no field of a manifest takes
            self._known.pop(next(reversed(self._known)))


def _sum(data: bytes) -> bytes:
    return crc32(data).to_bytes(SUM, "big")


def cache_folder(environ: Mapping[str, str]) -> str | None:
    """Where what can be made again is kept; None where the environment names neither a cache folder nor a home."""
    if base := environ.get("XDG_CACHE_HOME") or (environ.get("LOCALAPPDATA") if os.name == "nt" else None):
        return os.path.join(base, "hamr")
    return os.path.join(home, ".cache", "hamr") if (home := environ.get("HOME")) else None


def catalog_folder(environ: Mapping[str, str]) -> str | None:
    """Where what the user has fetched of providers' models is kept; None as with `cache_folder`."""
    base = cache_folder(environ)
    return None if base is None else os.path.join(base, "catalog")


def stamp(path: str) -> list[int] | None:
    """What changes whenever the file does.

    Installers may give two versions of it one time and one size (files are as old as their archive says), but never
    one change time and one inode.
    """
    try:
        there = os.stat(path)
    except OSError:
        return None
    return [there.st_mtime_ns, there.st_ctime_ns, there.st_size, there.st_ino]
