"""Lines that are pasted while something else is waited for."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hamr.auth.inbox import Inbox


def read_lines(inbox: Inbox) -> None:
    """Lay each line from the terminal into the inbox, until the program ends."""
    threading.Thread(target=_read, args=(inbox, sys.stdin.fileno()), daemon=True).start()


def _read(inbox: Inbox, terminal: int) -> None:
    # Not by sys.stdin: a thread that waits in there would hold its lock when the interpreter ends.
    rest = b""
    while piece := os.read(terminal, 4096):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line.strip():
                inbox.put(line.decode(errors="replace"))
