"""The ledger of limits: what one process sees of it, and how it takes what goes wrong."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hamr.database import Busy, Unwritable
from hamr.limits.sqlite import GONE, Grant, Ledger, Wait
from hamr.limits.window import Claim

RPM = Claim("acme|k|rpm", "rpm", 2, 1, "acme")
TPM = Claim("acme|k|tpm", "tpm", 1_000, 600, "acme")
ONE = Claim("acme|k|concurrency", "concurrency", 1, 1, "acme")


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "limits.sqlite"


@pytest.fixture
def ledger(path: Path, clock: Clock) -> Iterator[Ledger]:
    made = Ledger(str(path), clock)
    yield made
    made.close()


def granted(answer: Grant | Wait) -> Grant:
    assert isinstance(answer, Grant)
    return answer


def refused(answer: Grant | Wait) -> Wait:
    assert isinstance(answer, Wait)
    return answer


def test_the_limit_is_admitted_and_no_more_until_the_minute_is_over(ledger: Ledger, clock: Clock) -> None:
    granted(ledger.claim([RPM]))
    granted(ledger.claim([RPM]))
    wait = refused(ledger.claim([RPM]))
    assert wait.seconds == 60.25
    assert wait.claim is RPM
    clock.now += wait.seconds
    granted(ledger.claim([RPM], wait.ticket))


def test_all_claims_are_reserved_or_none(ledger: Ledger, clock: Clock) -> None:
    granted(ledger.claim([RPM, TPM]))
    wait = refused(ledger.claim([RPM, TPM], patience=0))
    assert wait.claim is TPM
    assert wait.ticket is None
    granted(ledger.claim([RPM]))
    refused(ledger.claim([RPM]))


def test_what_was_not_used_is_given_back_and_what_was_used_beyond_is_charged(ledger: Ledger) -> None:
    """Pain 30."""
    grant = granted(ledger.claim([TPM]))
    ledger.settle(grant, {TPM.bucket: 100})
    grant = granted(ledger.claim([TPM]))
    refused(ledger.claim([TPM], patience=0))
    ledger.settle(grant, {TPM.bucket: 5_000})
    assert refused(ledger.claim([TPM], patience=0)).seconds == 60.25


def test_a_lease_is_free_when_its_call_has_ended(ledger: Ledger) -> None:
    grant = granted(ledger.claim([ONE]))
    refused(ledger.claim([ONE], patience=0))
    ledger.settle(grant, {})
    granted(ledger.claim([ONE]))


def test_who_waits_is_served_before_who_comes_later(ledger: Ledger, clock: Clock) -> None:
    """A large call is not starved by small ones (N-167)."""
    granted(ledger.claim([TPM]))
    large = refused(ledger.claim([TPM]))
    small = Claim(TPM.bucket, "tpm", 1_000, 300, "acme")
    refused(ledger.claim([small]))
    clock.now += GONE / 2
    assert refused(ledger.claim([TPM], large.ticket)).ticket == large.ticket
    clock.now += GONE + 0.1  # it does not ask again: it has gone
    granted(ledger.claim([small]))


def test_a_clock_set_back_holds_nobody_up_for_longer_than_a_minute(ledger: Ledger, clock: Clock) -> None:
    granted(ledger.claim([RPM]))
    granted(ledger.claim([RPM]))
    clock.now -= 86_400
    wait = refused(ledger.claim([RPM]))
    assert 0 < wait.seconds <= 60.25
    clock.now += wait.seconds
    granted(ledger.claim([RPM], wait.ticket))


def test_a_clock_set_forward_begins_a_new_minute(ledger: Ledger, clock: Clock) -> None:
    granted(ledger.claim([RPM]))
    granted(ledger.claim([RPM]))
    clock.now += 86_400
    granted(ledger.claim([RPM]))


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
    ledger.close()
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
    first, second = Ledger(str(path), clock), Ledger(str(path), clock)
    granted(first.claim([RPM]))
    granted(second.claim([RPM]))
    refused(second.claim([RPM]))
    assert second.database.news == []
    assert len(list(path.parent.glob("*.corrupt-*"))) == 1
    first.close()
    second.close()


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
        Ledger(str(tmp_path / "file" / "limits.sqlite")).claim([RPM])


def test_a_file_that_another_process_writes_is_not_waited_for(ledger: Ledger, path: Path) -> None:
    ledger.claim([RPM])
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = time.perf_counter()
    with pytest.raises(Busy):
        ledger.claim([RPM])
    assert time.perf_counter() - begun < 2
    other.execute("ROLLBACK")
    other.close()
    granted(ledger.claim([RPM]))


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
        Ledger(str(path), clock).claim([ONE])
        os._exit(0)  # nothing is tidied up
    os.waitpid(child, 0)
    granted(ledger.claim([ONE]))


def test_a_fork_has_leases_and_a_connection_of_its_own(ledger: Ledger, path: Path) -> None:
    grant = granted(ledger.claim([ONE]))
    child = os.fork()
    if child == 0:
        answer = ledger.claim([ONE], patience=0)
        os._exit(0 if isinstance(answer, Wait) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    ledger.settle(grant, {})
    granted(ledger.claim([ONE]))


def test_a_file_of_another_version_is_left_alone(ledger: Ledger, path: Path) -> None:
    from hamr.errors import ConfigError

    ledger.claim([RPM])
    ledger.database.write(lambda db: db.execute("PRAGMA user_version=7"))
    ledger.close()
    with pytest.raises(ConfigError, match=r"limits.sqlite was made by another version"):
        ledger.claim([RPM])
