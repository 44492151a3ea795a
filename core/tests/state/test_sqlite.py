"""The store in a SQLite file: what every store does, and how it takes what goes wrong."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hamr.specs import StateStore
from hamr.state.ledger import Ledger
from hamr.state.sqlite import SqliteStore
from hamr.storage.database import Busy, Unwritable
from hamr.types import NoRoom
from hamr_testkit.state_stores import ONE, RPM, Clock, StateStoreTests, granted, refused


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "limits.sqlite"


@pytest.fixture
def ledger(path: Path, clock: Clock) -> Iterator[Ledger]:
    store = SqliteStore(str(path), clock)
    yield store.ledger
    store.close()


class TestSqlite(StateStoreTests):
    @pytest.fixture
    def make(self, clock: Clock, path: Path) -> Callable[[], StateStore]:
        return lambda: SqliteStore(str(path), clock)


def made(path: Path, clock: Clock) -> Ledger:
    return SqliteStore(str(path), clock).ledger


def test_the_file_and_its_folder_are_for_nobody_else(ledger: Ledger, path: Path) -> None:
    ledger.claim([RPM, ONE])
    files = [file for file in path.parent.rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {"limits.sqlite", "limits.sqlite-wal"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent / "locks")} == {0o700}


def test_a_file_that_others_may_read_is_closed_to_them(ledger: Ledger, path: Path) -> None:
    path.parent.mkdir()
    path.touch(0o644)
    ledger.claim([RPM])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", [b"this is no database at all" * 100, b""], ids=["nonsense", "header"])
def test_a_corrupt_file_is_set_aside_told_and_begun_anew(
    ledger: Ledger, path: Path, clock: Clock, damage: bytes
) -> None:
    granted(ledger.claim([RPM]))
    ledger.database.close()
    whole = path.read_bytes()
    path.write_bytes(damage or whole[:100] + b"\xff" * (len(whole) - 100))
    granted(ledger.claim([RPM]))
    (news,) = ledger.database.news
    (kept,) = path.parent.glob("limits.sqlite.corrupt-*")
    assert str(kept) in news
    assert "corrupt" in news
    granted(ledger.claim([RPM]))
    refused(ledger.claim([RPM]))


def test_a_corrupt_file_that_another_has_set_aside_is_left_to_it(path: Path, clock: Clock) -> None:
    path.parent.mkdir()
    path.write_bytes(b"nonsense" * 1_000)
    first, second = made(path, clock), made(path, clock)
    granted(first.claim([RPM]))
    granted(second.claim([RPM]))
    refused(second.claim([RPM]))
    assert second.database.news == []
    assert len(list(path.parent.glob("*.corrupt-*"))) == 1
    first.database.close()
    second.database.close()


def test_a_file_that_was_removed_is_made_again(ledger: Ledger, path: Path) -> None:
    granted(ledger.claim([RPM]))
    for file in path.parent.glob("limits.sqlite*"):
        file.unlink()
    granted(ledger.claim([RPM]))
    granted(ledger.claim([RPM]))
    assert path.exists()


def test_a_full_disk_is_told(ledger: Ledger, path: Path) -> None:
    ledger.claim([RPM])

    def fill(db: sqlite3.Connection) -> None:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count={pages}")  # as if no page more could be had
        db.execute("CREATE TABLE more (x)")
        db.execute("INSERT INTO more VALUES (randomblob(100000))")

    with pytest.raises(Unwritable, match=r"limits.sqlite.*full"):
        ledger.database.write(fill)
    granted(ledger.claim([RPM]))


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unwritable, match="file"):
        SqliteStore(str(tmp_path / "file" / "limits.sqlite")).ledger.claim([RPM])


def test_a_file_that_another_process_writes_is_not_waited_for(ledger: Ledger, path: Path) -> None:
    ledger.claim([RPM])
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy):
        ledger.claim([RPM])
    other.execute("ROLLBACK")
    other.close()
    granted(ledger.claim([RPM]))
    assert ledger.database.write(lambda db: db.execute("PRAGMA busy_timeout").fetchone()) == (0,)


def test_what_could_not_be_settled_is_settled_with_the_next_transaction(ledger: Ledger, path: Path) -> None:
    grant = granted(ledger.claim([ONE]))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ledger.settle(grant, {})
    other.execute("ROLLBACK")
    other.close()
    granted(ledger.claim([ONE]))


def test_a_lease_dies_with_its_process(ledger: Ledger, path: Path, clock: Clock) -> None:
    child = os.fork()
    if child == 0:
        made(path, clock).claim([ONE])
        os._exit(0)  # nothing is tidied up
    os.waitpid(child, 0)
    granted(ledger.claim([ONE]))


def test_a_fork_has_leases_and_a_connection_of_its_own(ledger: Ledger, path: Path) -> None:
    grant = granted(ledger.claim([ONE]))
    child = os.fork()
    if child == 0:
        answer = ledger.claim([ONE], patience=0)
        os._exit(0 if isinstance(answer, NoRoom) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    ledger.settle(grant, {})
    granted(ledger.claim([ONE]))


def test_what_an_older_version_has_left_is_begun_anew(ledger: Ledger, path: Path) -> None:
    path.parent.mkdir()
    older = sqlite3.connect(path, isolation_level=None)
    older.execute("CREATE TABLE slots (bucket TEXT, at INTEGER)")
    older.execute("CREATE TABLE rooms (kind TEXT)")
    older.execute("PRAGMA user_version=1")
    older.close()
    granted(ledger.claim([RPM]))
    granted(ledger.claim([RPM]))
    refused(ledger.claim([RPM]))
    assert ledger.database.news == []


def test_a_file_of_another_version_is_left_alone(ledger: Ledger, path: Path) -> None:
    from hamr.errors import ConfigError

    ledger.claim([RPM])
    ledger.database.write(lambda db: db.execute("PRAGMA user_version=7"))
    ledger.database.close()
    with pytest.raises(ConfigError, match=r"limits.sqlite was made by another version"):
        ledger.claim([RPM])
