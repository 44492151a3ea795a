"""One holder at a time across all processes of this user."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hamr.errors import ConfigError
from hamr.variables import TABLE, first

PATIENCE = 30.0
"""Seconds until a lock that another process holds for a write is given up on."""
POLL = 0.02


def state_folder(environ: Mapping[str, str]) -> Path:
    """Where hamr keeps what must outlive a process: HAMR_STATE_DIR, or the user's own state folder."""
    if name := first(environ, TABLE["state_dir"].names):
        return Path(environ[name])
    base = environ.get("XDG_STATE_HOME") or (environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return Path(base) / "hamr" if base else Path(environ.get("HOME") or Path.home()) / ".local" / "state" / "hamr"


class FileLock:
    """A lock held by an open file: the system lets go of it when its holder dies.

    Raises ConfigError where the file cannot be made, or where its file system knows no locks.
    """

    def __init__(self, name: str, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # a mode counts for the last folder of a path alone
            folder = folder / "locks"
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _unmade(folder, error) from error
        self._path = folder / f"{name.replace('/', '-')}.lock"
        self._file: int | None = None

    def acquire(self) -> bool:
        """Take the lock if nobody holds it; never waits."""
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unmade(self._path, error) from error
        try:
            _lock(file)
        except OSError as error:
            os.close(file)
            if os.name == "nt" or isinstance(error, BlockingIOError):  # somebody holds it
                return False
            raise _unmade(self._path, error) from error
        if not self._is_there(file):  # it was removed between the two: nobody else would see this lock
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let go."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def remove(self) -> bool:
        """Remove the file if nobody holds the lock; gives whether nobody did."""
        if not self.acquire():
            return False
        if os.name == "nt":  # an open file cannot be removed there
            self.release()
        self._path.unlink(missing_ok=True)
        self.release()
        return True

    def _is_there(self, file: int) -> bool:
        try:
            return os.path.samestat(os.fstat(file), os.stat(self._path))
        except FileNotFoundError:
            return False


@contextmanager
def writing(path: str | Path) -> Iterator[None]:
    """Hold the lock of a file that is read, changed and written, by its name in its folder; blocks for a moment.

    Raises ConfigError where another process holds it for too long, or where there can be none.
    """
    folder, name = os.path.split(path)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written: {error.strerror}") from error
    lock, deadline = FileLock(name, Path(folder)), time.monotonic() + PATIENCE
    while not lock.acquire():
        if time.monotonic() > deadline:
            raise ConfigError(f"{path} is being written by another process", hint="Try again later.")
        time.sleep(POLL)
    try:
        yield
    finally:
        lock.release()


def _lock(file: int) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # only there on Windows
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unmade(path: Path, error: OSError) -> ConfigError:
    return ConfigError(f"no lock can be held at {path}: {error.strerror}", hint="It must be a folder of your own.")
