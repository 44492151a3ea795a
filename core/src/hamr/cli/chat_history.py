"""What was typed in conversations before, for the arrow keys: a file for nobody else to read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hamr.cli import output
from hamr.storage.files import write_whole

FILE = "chat_history.jsonl"
KEPT = 1000


class History:
    """Lines typed before, in a file of one JSON string a line; without readline there is none.

    What begins with a space is not kept, as shells have it.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._readline = _readline()

    def load(self, words: Sequence[str]) -> None:
        """Let the arrow keys find what was typed before, and the tab key complete `words`."""
        if self._readline is None:
            return
        self._readline.set_auto_history(False)
        for line in self._stored():
            self._readline.add_history(line)
        _complete(self._readline, words)

    def add(self, text: str) -> None:
        """Keep what was just typed, unless it is kept already."""
        if self._readline is None or not text.strip() or text.startswith(" "):
            return
        last = self._readline.get_current_history_length()
        if last and self._readline.get_history_item(last) == text:
            return
        self._readline.add_history(text)
        try:
            self._append(json.dumps(text) + "\n")
        except OSError as error:
            output.note(f"note: {self._path} cannot be written, so this is not kept: {error.strerror}")

    def _append(self, line: str) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)

    def _stored(self) -> list[str]:
        try:
            rows = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            output.note(f"note: {self._path} cannot be read: {error.strerror}")
            return []
        if len(rows) > 2 * KEPT:
            rows = rows[-KEPT:]
            write_whole(self._path, ("\n".join(rows) + "\n").encode())
        return [*_strings(rows[-KEPT:])]


def _strings(rows: Sequence[str]) -> Iterator[str]:
    for row in rows:
        try:
            found = json.loads(row)
        except ValueError:  # a line that was cut off; the others are good
            continue
        if isinstance(found, str):
            yield found


def _readline() -> Any:
    try:
        import readline
    except ImportError:  # as on Windows
        return None
    return readline


def _complete(readline: Any, words: Sequence[str]) -> None:
    def matching(text: str, state: int) -> str | None:
        found = [word for word in words if word.startswith(text)]
        return found[state] if text and state < len(found) else None

    readline.set_completer(matching)
    readline.set_completer_delims(" \t\n")
    of_editline = "libedit" in (readline.__doc__ or "")  # macOS's, which has a grammar of its own
    readline.parse_and_bind("bind ^I rl_complete" if of_editline else "tab: complete")
