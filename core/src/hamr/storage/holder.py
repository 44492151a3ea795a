"""The mark of a living process: a lock on a file, which the system undoes however the process dies."""

from __future__ import annotations

import os
import weakref
from pathlib import Path

from hamr.errors import ConfigError
from hamr.storage.locks import FileLock

PREFIX = "holder-"


class Holder:
    """The mark of this process under `folder`, made when it is needed; without a folder there is no other process.

    A process that this one forks and that lives on keeps the mark alive: what was held is free when both have ended.
    """

    def __init__(self, folder: str | None) -> None:
        self._folder = None if folder is None else Path(folder)
        self._name = ""
        self._pid = 0

    def name(self) -> str:
        """What this process is called."""
        if self._pid != os.getpid():
            self._name, self._pid = PREFIX + os.urandom(8).hex(), os.getpid()
            if self._folder is not None:
                self._mark(self._folder)
        return self._name

    def is_dead(self, name: str) -> bool:
        """Whether the process of this name has ended; its mark is then removed."""
        if self._folder is None or name == self._name:
            return False
        return FileLock(name, self._folder).remove()

    def _mark(self, folder: Path) -> None:
        for file in (folder / "locks").glob(f"{PREFIX}*.lock"):
            FileLock(file.stem, folder).remove()  # of a process that was killed when it held nothing
        lock = FileLock(self._name, folder)
        while not lock.acquire():  # somebody is just looking whether it is alive
            continue
        weakref.finalize(self, _unmark, lock, os.getpid())


def _unmark(lock: FileLock, pid: int) -> None:
    """At the end of the process that made the mark, and not of one that it has forked."""
    if os.getpid() == pid:
        lock.release()
        try:
            lock.remove()
        except ConfigError:  # its folder has gone, and the mark with it
            return
