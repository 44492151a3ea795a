"""Whether the files of a distribution are those that were installed, by its RECORD; nothing is imported.

It finds damage, and tampering that left the RECORD alone; whoever can rewrite that too is not found. Compiled copies
(`__pycache__`) have no hash there, and only that their source is recorded is checked.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hamr.install.metadata import Distribution

HASHES = ("sha256", "sha384", "sha512")
"""Those that may stand in a RECORD (PyPA, "Recording installed projects", 2026: nothing weaker than sha256)."""

CACHE = "__pycache__"


@dataclass(frozen=True, slots=True)
class Finding:
    """One file that is not as it should be: altered, missing, unhashed, unrecorded, pth, outside, no-record."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of a distribution; an editable one has its code elsewhere, where nothing vouches for it."""

    distribution: str
    version: str
    state: str
    files: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a RECORD: the file, and `algorithm=hash` where it has one."""

    path: str
    hash: str


def verify(dist: Distribution, modules: Sequence[str], scripts: Path) -> Verdict:
    """Compare every file of this distribution; `modules` are those of its entry points, `scripts` their folder."""
    rows = _rows(dist)
    if rows is None:
        return Verdict(dist.name, dist.version, "altered", 0, (Finding("no-record", "RECORD"),))
    files = _Files(Path(dist.folder), frozenset(row.path for row in rows), _own(dist.name, modules), scripts)
    found = {finding for row in rows if (finding := files.compare(row))} | set(files.added())
    editable = _editable(dist)
    if not editable:
        found |= {*files.strange(), *files.unrecorded(modules)}
    findings = tuple(sorted(found, key=lambda finding: (finding.kind, finding.path)))
    state = "altered" if findings else "editable" if editable else "intact"
    return Verdict(dist.name, dist.version, state, len(rows), findings)


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of one distribution, around the folder of its metadata; `own` are its top-level packages."""

    metadata: Path
    recorded: frozenset[str]
    own: frozenset[str]
    scripts: Path

    def compare(self, row: Row) -> Finding | None:
        """What is wrong with a recorded file; one that is neither beside its metadata nor a script is not read."""
        path = self.metadata.parent / row.path
        algorithm, _, told = row.hash.partition("=")
        if self._bare(row.path) or (_leaves(row.path) and not self._is_script(row.path)):
            return None
        if not path.is_file():
            return Finding("missing", row.path)
        if algorithm not in HASHES:
            return Finding("unhashed", row.path)
        hashes = [_hash(path, algorithm), *([_hash_rewritten(path, algorithm)] if _leaves(row.path) else [])]
        return None if told.rstrip("=") in hashes else Finding("altered", row.path)

    def strange(self) -> Iterator[Finding]:
        """Recorded files that no plugin needs: start-up hooks of the interpreter, and what is outside its folders."""
        for path in self.recorded:
            if path.endswith(".pth") and "/" not in path:
                yield Finding("pth", path)
            elif not self._in_place(path):
                yield Finding("outside", path)

    def unrecorded(self, modules: Sequence[str]) -> Iterator[Finding]:
        """Files in its packages of which the RECORD knows nothing."""
        for package in self._packages(modules):
            yield from self._unrecorded(self.metadata.parent / package)

    def added(self) -> Iterator[Finding]:
        """Files in the folder of its metadata of which the RECORD knows nothing."""
        return self._unrecorded(self.metadata)

    def _unrecorded(self, folder: Path) -> Iterator[Finding]:
        for place, _, names in os.walk(folder):
            for name in names:
                path = (Path(place) / name).relative_to(self.metadata.parent).as_posix()
                if path not in self.recorded and _source(path) not in self.recorded:
                    yield Finding("unrecorded", path)

    def _packages(self, modules: Sequence[str]) -> list[str]:
        """The topmost folders that are its packages; in a namespace that it shares, those beneath."""
        folders = {path.removesuffix("/__init__.py") for path in self.recorded if path.endswith("/__init__.py")}
        folders |= {module.replace(".", "/") for module in modules}
        tops: list[str] = []
        for folder in sorted(folder for folder in folders if folder.partition("/")[0] in self.own):
            if not tops or not folder.startswith(tops[-1] + "/"):
                tops.append(folder)
        return tops

    def _in_place(self, path: str) -> bool:
        if _leaves(path):
            return self._is_script(path)
        if "/" not in path or _source(path):
            path = (_source(path) or path).removesuffix(".py")
        return path.partition("/")[0] in {*self.own, self.metadata.name}

    def _is_script(self, path: str) -> bool:
        return os.path.dirname(os.path.realpath(self.metadata.parent / path)) == os.path.realpath(self.scripts)

    def _bare(self, path: str) -> bool:
        """Whether this is one of the files that need no hash: the RECORD itself, and copies compiled from its files."""
        return path == f"{self.metadata.name}/RECORD" or _source(path) in self.recorded


def _leaves(path: str) -> bool:
    """Whether a path leads out of the folder that all packages are in."""
    return os.path.isabs(path) or ".." in PurePosixPath(path).parts


def _rows(dist: Distribution) -> list[Row] | None:
    text = dist.read("RECORD")
    if text is None:
        return None
    lines = (line for line in csv.reader(text.splitlines()) if line)
    return [Row(line[0].replace(os.sep, "/"), line[1] if len(line) > 1 else "") for line in lines]


def _own(name: str, modules: Sequence[str]) -> frozenset[str]:
    """The top-level packages that this distribution may have: its name, and those of its entry points.

    None but the core has `hamr`.
    """
    owned = {name.replace("-", "_"), *(module.partition(".")[0] for module in modules)}
    return frozenset(owned if name == "hamr" else owned - {"hamr"})


def _source(path: str) -> str | None:
    """The source of a compiled copy, None for any other file."""
    parts = PurePosixPath(path)
    if parts.suffix != ".pyc" or parts.parent.name != CACHE:
        return None
    return (parts.parent.parent / f"{parts.name.partition('.')[0]}.py").as_posix()


def _hash(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return _encoded(hashlib.file_digest(file, algorithm))


def _encoded(hashed: hashlib._Hash) -> str:
    return urlsafe_b64encode(hashed.digest()).decode().rstrip("=")


def _hash_rewritten(path: Path, algorithm: str) -> str:
    """Of a script as it was before pipx added `-E` to its first line (seen in pipx 1.18.4, November 2026)."""
    first, newline, rest = path.read_bytes().partition(b"\n")
    return _encoded(hashlib.new(algorithm, first.removesuffix(b" -E") + newline + rest))


def _editable(dist: Distribution) -> bool:
    """Whether it was installed with `--editable` (PEP 610); how it came is itself a file of its RECORD."""
    try:
        return bool(json.loads(dist.read("direct_url.json") or "{}").get("dir_info", {}).get("editable"))
    except (ValueError, AttributeError):  # it is no JSON object, and so does not say that it is
        return False
