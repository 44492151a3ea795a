from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from hamr_sim.server import HOST, Server
from hamr_sim.simulator import Simulator

Reply = tuple[int, dict[str, str], bytes]


class Raw:
    """A client that knows HTTP and JSON, and nothing of hamr."""

    def __init__(self, port: int) -> None:
        self._port = port

    @contextmanager
    def connected(self) -> Iterator[http.client.HTTPConnection]:
        """An open connection."""
        with closing(http.client.HTTPConnection(HOST, self._port, timeout=10)) as connection:
            yield connection

    @contextmanager
    def opened(self, model: str, prompt: str = "hello there", **fields: Any) -> Iterator[http.client.HTTPResponse]:
        """An open reply; its body is still to be read."""
        with self.connected() as connection:
            body = {"model": model, "messages": [{"role": "user", "content": prompt}], **fields}
            connection.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
            reply = connection.getresponse()
            try:
                yield reply
            finally:
                reply.close()

    def post(self, model: str, prompt: str = "hello there", **fields: Any) -> Reply:
        """Status, headers (in lower case) and body."""
        with self.opened(model, prompt, **fields) as reply:
            return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """The same for any request."""
        with self.connected() as connection:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(Simulator()).start() as running:
        yield running


@pytest.fixture
def raw(server: Server) -> Raw:
    return Raw(server.server_address[1])


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so, and fail where it takes too long."""

    def wait(true: Callable[[], bool], seconds: float = 5) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, "it took too long"
            time.sleep(0.005)

    return wait
