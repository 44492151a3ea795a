"""What a running flow holds, in either colour."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hamr.effects import Calm, Closing, Do, Keep, Now, ReadFile, Remind, RunFlow, Undo, WallClock
from hamr.storage.files import read_own
from hamr.storage.locks import FileLock, state_folder

Tells = Callable[[str, str | None], None]


def looked_up(effect: Now | WallClock | ReadFile) -> Any:
    """The answer to what this machine knows at once, in either colour; raises ConfigError for a file."""
    match effect:
        case Now():
            return time.monotonic()
        case WallClock():
            return time.time()
        case ReadFile(path):
            return read_own(path)


@dataclass(slots=True)
class Held:
    """What a running flow holds, to be let go of however it ends."""

    replies: list[Any] = field(default_factory=list)
    locks: dict[str, FileLock] = field(default_factory=dict)
    kept: list[Closing] = field(default_factory=list)
    undo: Callable[[], RunFlow[Any]] | None = None
    jobs: Any = None
    reminder: Any = None

    def lock(self, name: str, folder: str | None) -> FileLock:
        """The lock of this name."""
        return self.locks.setdefault(name, FileLock(name, Path(folder) if folder else state_folder(os.environ)))

    def release(self, name: str) -> None:
        """Let go of a lock."""
        if (lock := self.locks.pop(name, None)) is not None:
            lock.release()

    def release_all(self) -> None:
        """Let go of all that takes no waiting."""
        while self.kept:
            self.kept.pop().close()
        for name in list(self.locks):
            self.release(name)
        self.calm()

    def undoing(self) -> RunFlow[Any] | None:
        """The flow that undoes what this one has begun, to be run once."""
        undo, self.undo = self.undo, None
        return None if undo is None else undo()

    def do(
        self, effect: Do | Keep | Undo | Remind | Calm | Now | WallClock | ReadFile, tell: Tells, *, blocking: bool
    ) -> Any:
        """Do what takes no waiting; `blocking` says which colour asks."""
        match effect:
            case Do(work):
                return work()
            case Keep(what):
                self.kept.append(what)
            case Undo(flow):
                self.undo = flow
            case Calm():
                return self.calm()
            case Now() | WallClock() | ReadFile():
                return looked_up(effect)
            case Remind() if not self.calm():
                from hamr.reminder import TaskReminder, ThreadReminder

                kind = ThreadReminder if blocking else TaskReminder
                self.reminder = kind(effect.seconds, lambda: tell(effect.text, None))
        return None

    def calm(self) -> bool:
        """Say nothing more; whether it has been said."""
        return self.reminder is not None and self.reminder.calm()
