"""A server on this machine's loopback for one login: the browser is sent back to it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from hamr.auth.inbox import Inbox
from hamr.types import OAuthSpec

PAGE = b"""<!doctype html><meta charset="utf-8"><title>hamr</title>
<p>hamr has the answer. You may close this window; the terminal says how it went.</p>
"""


class Loopback:
    """Listens while it is entered, at the port that the spec names, and lays what comes into its inbox.

    `is_listening` is False where that port is taken: then the URL has to be copied by a person.
    """

    def __init__(self, spec: OAuthSpec) -> None:
        self._spec = spec
        self._server: ThreadingHTTPServer | None = None
        try:
            # The loopback alone: nobody else on the network is to answer for the browser.
            self._server = ThreadingHTTPServer(("127.0.0.1", spec.redirect_port), self._handler())
        except OSError:  # taken, most likely by a login of another program
            port = spec.redirect_port
        else:
            port = self._server.server_port
        self.is_listening = self._server is not None
        self.inbox = Inbox(f"http://{spec.redirect_host}:{port}{spec.redirect_path}")
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        self._thread.join()

    def _serve(self) -> None:
        if self._server is not None:
            self._server.serve_forever(poll_interval=0.05)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        arrived, path = self._arrived, self._spec.redirect_path

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:  # the name that http.server looks for
                is_answer = self.path.partition("?")[0] == path
                self.send_response(200 if is_answer else 404)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("content-length", str(len(PAGE) if is_answer else 0))
                self.send_header("cache-control", "no-store")
                self.send_header("referrer-policy", "no-referrer")
                self.end_headers()
                if is_answer:
                    self.wfile.write(PAGE)
                    arrived(self.path)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the code stands in the URL."""

        return Handler

    def _arrived(self, path: str) -> None:
        self.inbox.put(path)
