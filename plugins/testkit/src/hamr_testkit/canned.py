"""A provider on this machine that gives the answers it was told to give, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came; names in `headers` are lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


@dataclass(slots=True)
class Canned:
    """The server: `answer` puts an answer in line, `asked` holds every request."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    _answers: deque[tuple[int, Mapping[str, str], bytes]] = field(default_factory=deque)

    def answer(
        self,
        body: Any,
        *,
        status: int = 200,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Give this to the next request: bytes as they are, anything else as JSON."""
        written = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._answers.append((status, {"content-type": content_type, **(headers or {})}, written))

    def stream(self, *events: Any) -> None:
        """Give these to the next request as server-sent events, each a JSON value, with `[DONE]` at the end."""
        lines = [f"data: {json.dumps(event)}\n\n" for event in events]
        self.answer("".join([*lines, "data: [DONE]\n\n"]).encode(), content_type="text/event-stream")

    def take(self, asked: Asked) -> tuple[int, Mapping[str, str], bytes]:
        """The answer to this request; 500 where none is in line."""
        self.asked.append(asked)
        return (
            self._answers.popleft() if self._answers else (500, {"content-type": "text/plain"}, b"no answer is in line")
        )


@contextmanager
def canned() -> Iterator[Canned]:
    """Such a server, for as long as the block runs."""
    answers = Canned()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            status, said, answer = answers.take(Asked(self.path, headers, body, self.command))
            self.send_response(status)
            for each in said.items():
                self.send_header(*each)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_GET(self) -> None:
            self.do_POST()

        def do_PUT(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        answers.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield answers
        finally:
            server.shutdown()
            thread.join()
