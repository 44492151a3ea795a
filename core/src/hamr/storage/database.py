"""A SQLite file of the user's own, which all processes of the machine may write at once."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable
from itertools import chain, repeat
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

from hamr.effects import Do, Flow, Now, Sleep, Tell
from hamr.errors import ConfigError, HamrError
from hamr.storage.locks import FileLock

Result = TypeVar("Result")

MEMORY = ":memory:"
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
LOCKED = 5.0
"""Seconds after which a file that another process holds is given up."""
RETRIES = (0.002, 0.005, 0.01, 0.02, 0.05)
"""Seconds between two looks whether it is free."""
PARTS = ("", "-wal", "-shm")
"""SQLite's own files: what the names of its log and of its shared memory end in."""
_INHERITED: list[sqlite3.Connection] = []
"""Connections that a fork brought along: closing one would undo the locks of the process that opened it."""


class Busy(Exception):
    """Somebody else is writing just now: try again in a few milliseconds."""


class Unwritable(Exception):
    """The file cannot be read or written: the disk is full, the folder is not ours, or the like."""


class Database:
    """The file at `path`, opened when it is first written and shared by the threads of this process.

    `schema` is run on a new file, whose version it then has. A file that is corrupt is set aside, told of in `news`,
    and begun anew. Modes are 0600 and 0700. With the path `:memory:` nothing is kept.
    What is `short_lived` is begun anew where an older version has left it; of a newer one ConfigError is raised.
    """

    def __init__(self, path: str, schema: str, version: int = 1, *, short_lived: bool = False) -> None:
        self.path = path
        self.news: list[str] = []
        self._schema, self._version, self._short_lived = schema, version, short_lived
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int, int] | None = None
        self._finalizer: weakref.finalize[..., Database] | None = None
        self._owed: list[Callable[[sqlite3.Connection], None]] = []
        self.openings = 0

    def write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do this in one transaction, all of it or nothing; raises Busy, Unwritable or ConfigError.

        What is written outlives the death of this process at any moment; a crash of the whole machine may lose the
        last seconds, but spoils nothing. Never waits for another process.
        """
        with self._lock:
            try:
                return self._transact(work)
            except sqlite3.DatabaseError as error:
                if _code(error) not in CORRUPT:
                    raise _translated(error, self.path) from error
                self._drop()
                self._set_aside(str(error))
            try:
                return self._transact(work)
            except sqlite3.DatabaseError as error:
                raise _translated(error, self.path) from error

    def owe(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do this at once or, where somebody else is writing, with the next transaction of this process.

        Raises Unwritable or ConfigError.
        """
        with self._lock:
            self._owed.append(work)
        try:
            self.write(_nothing)
        except Busy:
            return

    def close(self) -> None:
        """Let go of the file; it is opened anew where it is needed."""
        with self._lock:
            self._drop()

    def _transact(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        connection = self._open()
        connection.execute("BEGIN IMMEDIATE")
        try:
            for each in self._owed:
                each(connection)
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._owed.clear()
        return result

    def _open(self) -> sqlite3.Connection:
        """The connection to the file that is there now: another may have been put, or taken, in its place."""
        if self._connection is not None and self._opened == self._identity():
            return self._connection
        self._drop()
        if self.path != MEMORY:
            self._make()
        connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._finalizer = weakref.finalize(self, connection.close)
        self._connection, self._opened = connection, self._identity()
        self.openings += 1
        return connection

    def _make(self) -> None:
        try:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
            file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                if os.name != "nt" and os.fstat(file).st_mode & 0o077:
                    os.fchmod(file, 0o600)
            finally:
                os.close(file)
        except OSError as error:
            raise Unwritable(f"{self.path}: {error.strerror}") from error

    def _prepare(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found == self._version:
            return
        connection.execute("BEGIN IMMEDIATE")
        found = connection.execute("PRAGMA user_version").fetchone()[0]  # somebody may have been quicker
        if 0 < found < self._version and self._short_lived:
            _drop_tables(connection)
            found = 0
        if found == 0:
            for statement in filter(str.strip, self._schema.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={self._version}")
            found = self._version
        connection.execute("COMMIT")
        if found != self._version:
            raise ConfigError(
                f"{self.path} was made by another version of hamr", hint="Upgrade hamr, or move the file away."
            )

    def _identity(self) -> tuple[int, int, int] | None:
        """Which process this is, and the file that the path names."""
        if self.path == MEMORY:
            return os.getpid(), 0, 0
        try:
            found = os.stat(self.path)
        except OSError:  # gone, or out of reach: opening it will tell
            return None
        return os.getpid(), found.st_dev, found.st_ino

    def _drop(self) -> None:
        if self._connection is None:
            return
        if self._finalizer is not None:
            self._finalizer.detach()
        if self._opened is not None and self._opened[0] != os.getpid():
            _INHERITED.append(self._connection)
        else:
            self._connection.close()
        self._connection = self._opened = self._finalizer = None

    def _set_aside(self, problem: str) -> None:
        """Move the corrupt file out of the way, unless another process has done so."""
        folder, name = os.path.split(self.path)
        lock = FileLock(f"{name}-mending", _path(folder))
        if not lock.acquire():
            raise Busy
        try:
            if not self._is_corrupt():
                return
            kept = f"{self.path}.corrupt-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}"
            for part in PARTS:
                if os.path.exists(self.path + part):
                    os.replace(self.path + part, kept + part)
            self.news.append(f"{self.path} is corrupt ({problem}); it is kept as {kept}, and begun anew")
        except OSError as error:
            raise Unwritable(f"{self.path} is corrupt and cannot be set aside: {error.strerror}") from error
        finally:
            lock.release()

    def _is_corrupt(self) -> bool:
        connection = sqlite3.connect(self.path, timeout=0)
        try:
            return bool(connection.execute("PRAGMA quick_check").fetchone()[0] != "ok")
        except sqlite3.DatabaseError as error:
            if _code(error) in CORRUPT:
                return True
            raise _translated(error, self.path) from error
        finally:
            connection.close()


def written(database: Database, work: Callable[[], Result]) -> Flow[Result]:
    """Do this, which writes the database, as a flow: it waits while another process writes, and tells the news.

    Raises Unwritable, and HamrError where the other process does not end.
    """
    begun: float = yield Now()
    waits = chain(RETRIES, repeat(RETRIES[-1]))
    while True:
        try:
            result: Result = yield Do(work)
        except Busy as error:
            if (yield Now()) - begun > LOCKED:
                raise HamrError(
                    f"another program keeps {database.path} locked", hint="End it, or move the file away."
                ) from error
            yield Sleep(next(waits))
        else:
            break
    while database.news:
        yield Tell(database.news.pop())
    return result


def patiently(database: Database, work: Callable[[], Result]) -> Result:
    """The same as `written` by blocking, for a program that has nothing else to do; raises HamrError."""
    until = time.monotonic() + LOCKED
    while True:
        try:
            return work()
        except Busy as error:
            if time.monotonic() > until:
                raise HamrError(
                    f"another program keeps {database.path} locked", hint="End it, or move the file away."
                ) from error
            time.sleep(RETRIES[-1])
        except Unwritable as error:
            raise HamrError(str(error), hint="Is the disk full, or the folder somebody else's?") from error


def _drop_tables(connection: sqlite3.Connection) -> None:
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        connection.execute(f'DROP TABLE "{name}"')


def _nothing(connection: sqlite3.Connection) -> None:
    """Beside what is owed."""


def _path(folder: str) -> Path:
    from pathlib import Path

    return Path(folder)


def _code(error: sqlite3.Error) -> int:
    """SQLite's own primary code; 0 where the error is Python's."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _translated(error: sqlite3.DatabaseError, path: str) -> Exception:
    if _code(error) in BUSY:
        return Busy()
    if isinstance(error, sqlite3.OperationalError) or _code(error) in CORRUPT:
        return Unwritable(f"{path}: {error}")
    return error
