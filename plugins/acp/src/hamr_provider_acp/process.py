"""A program that is spoken to in lines, by blocking and by awaiting: no thread, and no event loop's own.

Its pipes do not block; what differs between the colours is only how their readiness is waited for. So a process may
serve one call of each colour after the other, and of any event loop.
"""

from __future__ import annotations

import os
import selectors
import signal
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from subprocess import PIPE, Popen
from time import monotonic, sleep
from typing import IO

from hamr_provider_acp.patience import Patience
from hamr_provider_acp.tail import Tail

GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL."""
LAST_WORDS = 0.3
"""Seconds between the end of the output and that of the program."""
LONGEST_LINE = 64 * 1024 * 1024
PIECE = 256 * 1024
POLL = 0.01


class Ended(Exception):
    """The program ended, or closed its output."""


class LineTooLong(Exception):
    """A line outgrew its bound."""


class Process:
    """One running program, in a process group of its own. Used by one call at a time; raises OSError at its start."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: str) -> None:
        self._popen = Popen(  # noqa: S603  # to start what the user names is its purpose
            command, stdin=PIPE, stdout=PIPE, stderr=PIPE, bufsize=0, env=env, cwd=cwd, start_new_session=True
        )
        self._owner = os.getpid()
        # Of one that nobody has ended, such as a client's that is never closed: at the latest when the program ends.
        self._reaper = weakref.finalize(self, forsake, self._popen, self._owner)
        self._in: IO[bytes] | None = _open(self._popen.stdin)
        self._out: IO[bytes] | None = _open(self._popen.stdout)
        self._err: IO[bytes] | None = _open(self._popen.stderr)
        self._outbox = bytearray()
        self._line = bytearray()
        self._lines: deque[bytes] = deque()
        self._silent_since: float | None = None
        self.stderr = Tail()

    @property
    def pid(self) -> int:
        """The number of the process, and of its group."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """What the program ended with, once it has been reaped."""
        return self._popen.returncode

    @property
    def alive(self) -> bool:
        """Whether it still runs, writes and listens."""
        return self._out is not None and self._in is not None and not exited(self._popen)

    def waiting(self) -> list[bytes]:
        """The lines that it wrote while nobody asked, as far as they are there already; raises LineTooLong."""
        for _ in range(LONGEST_LINE // PIECE):
            if not self._pump():
                break
        return self._taken()

    def write(self, line: bytes) -> None:
        """Send this, as soon as the program takes it."""
        self._outbox += line

    def lines(self, patience: Patience) -> list[bytes]:
        """The next lines, one at least; raises Ended, Silent or LineTooLong."""
        patience.begin()
        while not self._come(patience):
            self._wait(patience.slice())
        return self._taken()

    async def alines(self, patience: Patience) -> list[bytes]:
        """The next lines, one at least; raises Ended, Silent or LineTooLong."""
        patience.begin()
        while not self._come(patience):
            await self._await(patience.slice())
        return self._taken()

    def ask_to_end(self) -> None:
        """Ask it to end; what it wrote until now is kept."""
        self._pump_last()
        for pipe in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if pipe is not None:
                pipe.close()
        self._in = self._out = self._err = None
        if os.getpid() == self._owner:
            _signal(self._popen, signal.SIGTERM)

    def end(self, grace: float = GRACE) -> None:
        """End it with all that it started: ask, and after so many seconds do not ask."""
        self.ask_to_end()
        until = monotonic() + grace
        try:
            while not exited(self._popen) and monotonic() < until:
                sleep(POLL)
        finally:
            self._reap()

    async def aend(self, grace: float = GRACE) -> None:
        """End it with all that it started: ask, and after so many seconds do not ask."""
        from asyncio import sleep as asleep

        self.ask_to_end()
        until = monotonic() + grace
        try:
            while not exited(self._popen) and monotonic() < until:  # noqa: ASYNC110  # the end of a process is no event
                await asleep(POLL)
        finally:
            self._reap()

    def _reap(self) -> None:
        self._reaper.detach()
        reap(self._popen, self._owner)

    def _come(self, patience: Patience) -> bool:
        """Move what can be moved; says whether there are lines. Raises Ended or LineTooLong."""
        if self._pump():
            patience.begin()
            self._silent_since = None
        elif not self._lines and (self._out is None or exited(self._popen)):
            # An exit code, and the last of its words, may follow the end of the output.
            now = monotonic()
            self._silent_since = self._silent_since or now
            if exited(self._popen) or now - self._silent_since > LAST_WORDS:
                raise Ended
        return bool(self._lines)

    def _taken(self) -> list[bytes]:
        lines = list(self._lines)
        self._lines.clear()
        return lines

    def _pump(self) -> bool:
        """Write and read what can be without waiting; says whether something was read from the output."""
        self._send()
        if self._err is not None:
            data = self._piece(self._err)
            if data:
                self.stderr.add(data)
            elif data is not None:
                self._err = None
        if self._out is None:
            return False
        data = self._piece(self._out)
        if data is None:
            return False
        if not data:
            self._out = None
            return False
        self._gather(data)
        return True

    def _gather(self, data: bytes) -> None:
        end = data.rfind(b"\n")
        if end < 0:
            self._line += data
            if len(self._line) > LONGEST_LINE:
                raise LineTooLong
            return
        self._line += data[:end]
        self._lines.extend(bytes(self._line).split(b"\n"))
        self._line = bytearray(data[end + 1 :])

    def _send(self) -> None:
        while self._outbox and self._in is not None:
            try:
                del self._outbox[: os.write(self._in.fileno(), memoryview(self._outbox)[:PIECE])]
            except BlockingIOError:
                return
            except OSError:  # it reads no more; that it ended shows in its output
                self._in.close()
                self._in = None

    def _piece(self, pipe: IO[bytes]) -> bytes | None:
        """Some bytes, none at the end; None where there are none yet."""
        try:
            return os.read(pipe.fileno(), PIECE)
        except BlockingIOError:
            return None

    def _readers(self) -> list[IO[bytes]]:
        return [each for each in (self._out, self._err) if each is not None]

    def _writer(self) -> IO[bytes] | None:
        return self._in if self._outbox else None

    def _wait(self, seconds: float) -> None:
        with selectors.DefaultSelector() as selector:
            for pipe in self._readers():
                selector.register(pipe, selectors.EVENT_READ)
            if (writer := self._writer()) is not None:
                selector.register(writer, selectors.EVENT_WRITE)
            if selector.get_map():
                selector.select(seconds)
            else:
                sleep(min(seconds, POLL))

    async def _await(self, seconds: float) -> None:
        from asyncio import get_running_loop

        loop = get_running_loop()
        ready = loop.create_future()

        def wake() -> None:
            if not ready.done():
                ready.set_result(None)

        readers, writer = self._readers(), self._writer()
        timer = loop.call_later(seconds if readers or writer else min(seconds, POLL), wake)
        try:
            for pipe in readers:
                loop.add_reader(pipe.fileno(), wake)
            if writer is not None:
                loop.add_writer(writer.fileno(), wake)
            await ready
        finally:
            timer.cancel()
            for pipe in readers:
                loop.remove_reader(pipe.fileno())
            if writer is not None:
                loop.remove_writer(writer.fileno())

    def _pump_last(self) -> None:
        """Send what waits, and read what it said of its end."""
        try:
            self._pump()
        except LineTooLong:
            return


def exited(popen: Popen[bytes]) -> bool:
    """Whether the program has ended; it is left unreaped, so that its group keeps its number until it is ended too."""
    if popen.returncode is not None:
        return True
    if not hasattr(os, "waitid"):
        return popen.poll() is not None
    try:
        return os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # somebody else has reaped it
        return True


def reap(popen: Popen[bytes], owner: int) -> None:
    """End the program's group for good, whatever is left of it, and let go of its pipes.

    A fork of the process that started it has but a copy of all this, and leaves the program alone.
    """
    if os.getpid() == owner:
        _signal(popen, signal.SIGKILL)
        popen.wait()
    for pipe in (popen.stdin, popen.stdout, popen.stderr):
        if pipe is not None:
            pipe.close()


def forsake(popen: Popen[bytes], owner: int) -> None:
    """The same, with a moment for a program to put things in order."""
    if os.getpid() == owner:
        _signal(popen, signal.SIGTERM)
        until = monotonic() + LAST_WORDS
        while not exited(popen) and monotonic() < until:
            sleep(POLL)
    reap(popen, owner)


def _signal(popen: Popen[bytes], number: int) -> None:
    if popen.returncode is not None:
        return
    try:
        os.killpg(popen.pid, number)
    except (ProcessLookupError, PermissionError):  # macOS: PermissionError for a group of zombies
        return


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise AssertionError("the pipe was asked for")
    os.set_blocking(pipe.fileno(), False)
    return pipe
