"""A real redis-server, which can be ended and started again in mid-run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PASSWORD = "canary-of-redis-0123456789"
BINARY = shutil.which("redis-server", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))


class RedisServer:
    """Keeps nothing on disk; it is started by whoever makes it."""

    def __init__(self) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port: int = found.getsockname()[1]
        patience = "socket_timeout=20&socket_connect_timeout=20"  # the machine may have much else to do
        self.url = f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0?{patience}"
        self.place = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, with nothing in it."""
        assert BINARY is not None
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "requirepass": PASSWORD, "loglevel": "warning"}
        said = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._process = subprocess.Popen([BINARY, *said], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not self.answers():
            assert time.monotonic() < until, "redis-server does not answer"
            time.sleep(0.02)

    def start_if_ended(self) -> None:
        """Start it where a test has ended it."""
        if self._process is None:
            self.start()

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def answers(self) -> bool:
        """Whether it is there."""
        try:
            return b"PONG" in self.ask(b"PING")
        except OSError:
            return False

    def ask(self, *words: bytes) -> bytes:
        """What it answers to a short command, as it is on the wire."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as wire:
            wire.sendall(b"AUTH " + PASSWORD.encode() + b"\r\n" + b" ".join(words) + b"\r\nQUIT\r\n")
            return b"".join(iter(lambda: wire.recv(65_536), b""))


@pytest.fixture(scope="session")
def _running() -> Iterator[RedisServer]:
    if BINARY is None:
        pytest.skip("no redis-server on this machine: apt-get install redis-server")
    server = RedisServer()
    yield server
    server.kill()


@pytest.fixture
def server(_running: RedisServer) -> RedisServer:
    """A server with nothing in it."""
    _running.start_if_ended()
    _running.ask(b"FLUSHALL")
    return _running
