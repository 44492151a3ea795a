"""What the tests of the command line share: runs of `hamr`, a provider on the loopback, a terminal."""

from __future__ import annotations

import fcntl
import io
import itertools
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click
import pytest

from hamr.cli import failure
from hamr.cli.main import main
from hamr.errors import HamrError
from hamr.install import installer
from hamr_testkit.installing import Install

TIMEOUT = 30
MANIFEST = """api = 1
id = "loop"
name = "Loop"
base_url = "{url}"
wire = "openai-completions"
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of `hamr` left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The error that stands as JSON on standard error, after the warnings."""
        lines = self.err.splitlines(keepends=True)
        return json.loads("".join(itertools.dropwhile(lambda line: line.startswith("warning: "), lines)))["error"]


Run = Callable[..., Ran]


@dataclass(slots=True)
class Server:
    """A provider that streams what it was told to; a threading.Event among the pieces is waited for."""

    url: str = ""
    pieces: Sequence[str | dict[str, Any] | threading.Event] = ("Hello", " world")
    reason: str | None = "stop"
    status: int = 200
    error: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def chunk(self, delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        """One chunk of a streamed chat completion."""
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return {"id": "c1", "object": "chat.completion.chunk", "model": "m-1", "choices": [choice]}

    def whole(self) -> dict[str, Any]:
        """The chat completion that is not streamed."""
        text = "".join(piece for piece in self.pieces if isinstance(piece, str))
        message: dict[str, Any] = {"role": "assistant", "content": text}
        for piece in self.pieces:
            message |= piece if isinstance(piece, dict) else {}
        usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
        choice = {"index": 0, "message": message, "finish_reason": self.reason}
        return {"id": "c1", "object": "chat.completion", "model": "m-1", "choices": [choice], "usage": usage}


def _handler(told: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            if told.status != 200:
                self.answer(json.dumps({"error": told.error}).encode(), "application/json")
            elif told.asked[-1].get("stream"):
                self.stream()
            else:
                self.answer(json.dumps(told.whole()).encode(), "application/json")

        def answer(self, body: bytes, content_type: str) -> None:
            self.send_response(told.status)
            self.send_header("content-type", content_type)
            self.send_header("x-request-id", "r-1")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def stream(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("x-request-id", "r-1")
            self.end_headers()
            for piece in told.pieces:
                if isinstance(piece, threading.Event):
                    piece.wait(TIMEOUT)
                else:
                    self.event(told.chunk({"content": piece} if isinstance(piece, str) else piece))
            if told.reason:
                self.event(told.chunk({}, told.reason))
                usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
                self.event({"id": "c1", "model": "m-1", "choices": [], "usage": usage})
                self.line("[DONE]")

        def event(self, chunk: dict[str, Any]) -> None:
            self.line(json.dumps(chunk))

        def line(self, data: str) -> None:
            try:
                self.wfile.write(f"data: {data}\n\n".encode())
            except (BrokenPipeError, ConnectionResetError):  # the client has gone, as some tests want
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def server(install: Install) -> Iterator[Server]:
    """The provider `loop`, installed and running."""
    told = Server()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(told)) as listening:
        told.url = f"http://127.0.0.1:{listening.server_port}/v1"
        install("loop", manifest=MANIFEST.format(url=told.url))
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield told
        for piece in told.pieces:
            if isinstance(piece, threading.Event):
                piece.set()
        listening.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's user is seen."""
    for name in os.environ:
        if name.startswith(("HAMR_", "_HAMR_")) or name.endswith(("_API_KEY", "_BASE_URL")):
            monkeypatch.delenv(name)
    for name in ("COLUMNS", "NO_COLOR", "PYTHONIOENCODING", "PYTHONUTF8"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("HAMR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("HAMR_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("HAMR_AGENT_DIR", str(tmp_path / "agent"))


@pytest.fixture
def hamr(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `hamr` in this process: no terminal, `stdin` as given."""

    def run(*arguments: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(arguments)
        return Ran(code, *capsys.readouterr())

    return run


def command(*arguments: str) -> list[str]:
    """The command line that runs `hamr` in a process of its own, where a warning is an error."""
    return [sys.executable, "-W", "error", "-m", "hamr", *arguments]


def variables(**more: str) -> dict[str, str]:
    """The environment of such a process, which sees the plugins that this one sees."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **more}


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start `hamr` in a process of its own, in a session of its own; what still runs at the end is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: str, env: dict[str, str] | None = None, **streams: Any) -> subprocess.Popen[bytes]:
        piped = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        started.append(
            subprocess.Popen(command(*arguments), env=variables(**env or {}), start_new_session=True, **piped)
        )
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def process(start: Callable[..., subprocess.Popen[bytes]]) -> Run:
    """Run `hamr` in a process of its own to its end."""

    def run(*arguments: str, stdin: bytes = b"", **more: Any) -> Ran:
        started = start(*arguments, stdin=subprocess.PIPE, **more)
        out, err = started.communicate(stdin, timeout=TIMEOUT)
        return Ran(started.returncode, (out or b"").decode(), (err or b"").decode())

    return run


@pytest.fixture
def terminal(start: Callable[..., subprocess.Popen[bytes]]) -> Run:
    """Run `hamr` on a terminal of so many columns; all that it shows is in `out`."""

    def run(*arguments: str, columns: int = 100, **env: str) -> Ran:
        here, there = pty.openpty()
        termios.tcsetwinsize(there, (24, columns))
        started = start(*arguments, env=env, stdin=there, stdout=there, stderr=there)
        os.close(there)
        shown = b"".join(iter(lambda: _read(here), b""))
        os.close(here)
        return Ran(started.wait(TIMEOUT), shown.decode().replace("\r\n", "\n"), "")

    return run


class Person:
    """Somebody who sits at a terminal and runs a program there; Ctrl-C reaches it as it would."""

    def __init__(self, command: Sequence[str], **env: str) -> None:
        self._here, there = pty.openpty()
        termios.tcsetwinsize(there, (24, 100))
        self._process = subprocess.Popen(
            command, env=variables(**env), stdin=there, stdout=there, stderr=there,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(there, termios.TIOCSCTTY, 0),  # noqa: PLW1509  # one system call, no lock
        )  # fmt: skip
        os.close(there)
        self._shown = self._before = ""

    def type(self, keys: str) -> None:
        """Press these keys."""
        os.write(self._here, keys.encode())

    def see(self, text: str) -> str:
        """Wait until this is shown; gives what stood before it, which is forgotten."""
        assert self._sees(text, TIMEOUT), f"not shown: {text!r}, but: {self._shown!r}"
        return self._before

    def interrupt(self, text: str) -> None:
        """Press Ctrl-C until this is shown.

        CPython may miss a signal that comes right before it waits for input; a person presses it again.
        """
        for _ in range(TIMEOUT):
            self.type("\x03")
            if self._sees(text, 1):
                return
        pytest.fail(f"not shown: {text!r}, but: {self._shown!r}")

    def _sees(self, text: str, seconds: float) -> bool:
        ends = time.monotonic() + seconds
        while text not in self._shown:
            ready, _, _ = select.select([self._here], [], [], max(ends - time.monotonic(), 0))
            more = _read(self._here) if ready else b""
            if not more:
                return False
            self._shown += more.decode(errors="replace").replace("\r\n", "\n")
        self._before, _, self._shown = self._shown.partition(text)
        return True

    def end(self) -> int:
        """Wait for the end of the program, and give its exit code."""
        return self._process.wait(TIMEOUT)

    def leave(self) -> None:
        """Close the terminal, whatever still runs on it."""
        self._process.kill()
        self._process.wait()
        os.close(self._here)


@pytest.fixture
def person() -> Iterator[Callable[..., Person]]:
    """Sit somebody at a terminal, with `hamr` and these arguments, or with another `program`."""
    seated: list[Person] = []

    def sit(*arguments: str, program: Sequence[str] = (), **env: str) -> Person:
        seated.append(Person(program or command(*arguments), **env))
        return seated[-1]

    yield sit
    for each in seated:
        each.leave()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other side is closed
        return b""


@dataclass(slots=True)
class PackageIndex:
    """Stands for pip: lays down what is on offer, takes it away again, or ends as `ending` says."""

    folder: Path
    lay: Install
    on_offer: dict[str, dict[str, Any]] = field(default_factory=dict)
    ending: tuple[int, str] | None = None
    commands: list[list[str]] = field(default_factory=list)

    def __call__(self, command: Sequence[str]) -> installer.Ran:
        """Run one command."""
        self.commands.append(list(command))
        if self.ending is not None:
            return installer.Ran(*self.ending)
        names = [name for name in self.on_offer if name in command]
        if "uninstall" in command:
            for name in names:
                shutil.rmtree(self.folder / name)
        elif len(names) + 1 < len(command) - command.index("install") - 1:  # the last argument is hamr itself
            return installer.Ran(1, "ERROR: No matching distribution found for nothing-of-this-name\n")
        for name in names if "install" in command else []:
            if not (self.folder / name).exists():
                self.lay(**self.on_offer[name])
        return installer.Ran(0, "")


@pytest.fixture
def index(tmp_path: Path, install: Install) -> PackageIndex:
    """A package index on which fast, acme-llm and broken-llm are on offer; the latter cannot be imported."""
    offers: dict[str, dict[str, Any]] = {
        "hamr-provider-fast": {"id": "fast"},
        "acme-llm": {"id": "acme", "dist": "acme-llm"},
        "broken-llm": {"id": "broken", "dist": "broken-llm", "code": "raise SystemExit(3)"},
    }
    return PackageIndex(tmp_path, install, offers)


@pytest.fixture
def with_index(index: PackageIndex, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command of `hamr` with this index in place of pip."""
    here = installer.Environment("/env/bin/python", tmp_path / "env", managed=False, pip=True, uv=None)

    def run(command: click.Command, *arguments: str) -> Ran:
        try:
            ended = command.main(list(arguments), obj=installer.Installer(here, index), standalone_mode=False)
        except HamrError as error:
            ended = failure.show(error)
        return Ran(ended or 0, *capsys.readouterr())

    return run
