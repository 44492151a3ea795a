"""What manifests said is kept, counts for as long as their files are the same, and may go at any time."""

from __future__ import annotations

import marshal
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hamr.errors import ConfigError
from hamr.plugins import manifest, manifest_index
from hamr.plugins.manifest_index import ManifestIndex, cache_folder, file_name


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "provider.toml"
    path.write_text('id = "acme"\n')
    return path


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were parsed, as they are."""
    seen: list[str] = []
    read = manifest.read

    def told(path: str) -> dict[str, Any]:
        seen.append(path)
        return read(path)

    monkeypatch.setattr(manifest, "read", told)
    return seen


def kept(environ: dict[str, str]) -> Path:
    return Path(environ["XDG_CACHE_HOME"], "hamr", file_name("manifests"))


def listed(environ: dict[str, str]) -> list[str]:
    """The files that the index on the disk knows."""
    return list(marshal.loads(kept(environ).read_bytes()[manifest_index.SUM :])["files"])


def test_a_file_is_parsed_once_over_many_starts(environ: dict[str, str], file: Path, parsed: list[str]) -> None:
    for _ in range(3):
        assert ManifestIndex(environ).tables(str(file)) == {"id": "acme"}
    assert parsed == [str(file)]
    assert stat.S_IMODE(kept(environ).stat().st_mode) == 0o600
    assert stat.S_IMODE(kept(environ).parent.stat().st_mode) == 0o700


def test_each_state_of_a_file_is_checked_once(environ: dict[str, str], file: Path, tmp_path: Path) -> None:
    schema = tmp_path / "schema.py"
    schema.touch()
    checked: list[Any] = []

    def tables() -> None:
        ManifestIndex(environ, schema=[str(schema)]).tables(str(file), checked.append)

    tables()
    tables()
    assert checked == [{"id": "acme"}]
    file.write_text('id = "other"\n')
    tables()
    schema.write_text("# says something else now\n")
    tables()
    tables()
    assert checked == [{"id": "acme"}, {"id": "other"}, {"id": "other"}]


def test_a_file_that_is_wrong_is_told_each_time(environ: dict[str, str], file: Path) -> None:
    def refuse(tables: object) -> None:
        raise ConfigError("wrong")

    for _ in range(2):
        with pytest.raises(ConfigError, match="wrong"):
            ManifestIndex(environ).tables(str(file), refuse)


def test_a_file_that_changed_is_parsed_anew(environ: dict[str, str], file: Path, parsed: list[str]) -> None:
    ManifestIndex(environ).tables(str(file))
    file.write_text('id = "other"\n')
    assert ManifestIndex(environ).tables(str(file)) == {"id": "other"}


def test_a_file_of_the_same_time_and_size_is_not_the_same_file(
    environ: dict[str, str], file: Path, parsed: list[str]
) -> None:
    """Installers that link give two versions one time: that of their archive."""
    ManifestIndex(environ).tables(str(file))
    before = file.stat()
    new = file.with_name("new")
    new.write_text('id = "acmf"\n')
    os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns))
    new.replace(file)
    assert (file.stat().st_mtime_ns, file.stat().st_size) == (before.st_mtime_ns, before.st_size)
    assert ManifestIndex(environ).tables(str(file)) == {"id": "acmf"}


def emptied(data: bytes) -> bytes:
    return data[:0]


def grown(data: bytes) -> bytes:
    return data + b"0"


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize("spoil", [emptied, grown, cut, flipped])
def test_a_spoilt_index_is_written_anew(
    environ: dict[str, str], file: Path, parsed: list[str], spoil: Callable[[bytes], bytes]
) -> None:
    ManifestIndex(environ).tables(str(file))
    kept(environ).write_bytes(spoil(kept(environ).read_bytes()))
    assert ManifestIndex(environ).tables(str(file)) == {"id": "acme"}
    assert ManifestIndex(environ).tables(str(file)) == {"id": "acme"}
    assert parsed == [str(file)] * 2


def test_an_index_of_another_format_does_not_count(
    environ: dict[str, str], file: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ManifestIndex(environ).tables(str(file))
    monkeypatch.setattr(manifest_index, "FORMAT", manifest_index.FORMAT + 1)
    assert ManifestIndex(environ).tables(str(file)) == {"id": "acme"}
    assert parsed == [str(file)] * 2


def test_where_nothing_can_be_kept_the_files_are_read(tmp_path: Path, file: Path) -> None:
    (tmp_path / "cache").write_text("a file in the folder's place")
    for environ in ({}, {"XDG_CACHE_HOME": str(tmp_path / "cache")}):
        index = ManifestIndex(environ)
        assert index.tables(str(file)) == index.tables(str(file)) == {"id": "acme"}


def test_what_the_index_cannot_hold_is_read_each_time(environ: dict[str, str], file: Path, tmp_path: Path) -> None:
    dated = tmp_path / "dated.toml"
    dated.write_text("day = 2026-11-25\n")
    index = ManifestIndex(environ)
    assert index.tables(str(dated)) == manifest.read(dated)
    assert index.tables(str(file)) == {"id": "acme"}
    assert listed(environ) == [str(file)]


def test_files_that_are_gone_are_forgotten(environ: dict[str, str], file: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone.toml"
    gone.write_text('id = "gone"\n')
    ManifestIndex(environ).tables(str(gone))
    gone.unlink()
    index = ManifestIndex(environ)
    with pytest.raises(ConfigError, match="is missing"):
        index.tables(str(gone))
    index.tables(str(file))
    assert listed(environ) == [str(file)]


def test_the_cache_folder_is_the_users_own() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/c", "HOME": "/h"}) == os.path.join("/c", "hamr")
    assert cache_folder({"HOME": "/h"}) == os.path.join("/h", ".cache", "hamr")
    assert cache_folder({}) is None
