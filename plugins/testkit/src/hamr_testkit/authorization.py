"""An authorization server on the loopback, and a provider that takes its tokens; it fails as it is told to."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

ANSWER = {
    "id": "c1",
    "object": "chat.completion",
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
}
FORM = "application/x-www-form-urlencoded"


def jwt(claims: Mapping[str, Any]) -> str:
    """A token that says these things of itself, signed by nobody."""
    parts = (json.dumps(each).encode() for each in ({"alg": "none"}, dict(claims)))
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "c2lnbmVk"])


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: where to, with which fields and headers (names in lower case)."""

    path: str
    fields: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class AuthorizationServer:
    """Gives out access tokens that last `lifetime` seconds, and refresh tokens that it takes once.

    `failing` holds what the next answers of the token endpoint are instead: a status with a body, or None, which keeps
    silent. `echo` puts the fields of a request into the words of a refusal, as some servers do. `pending` is how often
    a device is told to wait. `meanwhile` is called with each request before its answer is sent. `paths`
    are other names of `/token`, `/device` and `/revoke`.
    """

    url: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)
    prefix: str = "canary"
    lifetime: float = 3600.0
    account: str = "account-1"
    pending: int = 1
    echo: bool = False
    asked: list[Asked] = field(default_factory=list)
    failing: list[tuple[int, Any] | None] = field(default_factory=list)
    access: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)
    challenges: dict[str, str] = field(default_factory=dict)
    meanwhile: Callable[[Asked], None] | None = None
    silence: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _count: int = 0

    def tokens(self, lifetime: float | None = None) -> dict[str, Any]:
        """A new pair of tokens, as the token endpoint answers with."""
        with self._lock:
            self._count += 1
            count = self._count
        lifetime = self.lifetime if lifetime is None else lifetime
        claims = {
            "exp": round(time.time() + lifetime),
            "n": f"{self.prefix}-access-{count}",
            "who": {"id": self.account},
        }
        told = {
            "access_token": jwt(claims),
            "refresh_token": f"{self.prefix}-refresh-{count:012}",
            "token_type": "Bearer",
        }
        self.access.add(told["access_token"])
        self.refresh.add(told["refresh_token"])
        return {
            **told,
            "token_type": "Bearer",
            "expires_in": str(round(lifetime)),
            "id_token": jwt({"who": {"id": self.account}}),
        }

    def asked_for(self, path: str) -> list[Asked]:
        """The requests to one path."""
        return [asked for asked in self.asked if asked.path == path]

    def log_in(self, url: str, **instead: str) -> str:
        """What a person and a browser do with the URL of a login: gives the URL that they are sent back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"{self.prefix}-code-{len(self.codes)}"
        self.codes[code] = query["redirect_uri"]
        self.challenges[code] = query["code_challenge"]
        self.asked.append(Asked("/authorize", query))
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], **instead})}"

    def answer(self, asked: Asked) -> tuple[int, Any] | None:
        """The status and the body for a request; None for silence."""
        self.asked.append(asked)
        match self.paths.get(asked.path, asked.path):
            case "/token":
                return self.failing.pop(0) if self.failing else self._token(asked.fields)
            case "/device":
                told = {
                    "device_code": f"{self.prefix}-device",
                    "user_code": "ABCD-EFGH",
                    "interval": 0,
                    "expires_in": 60,
                }
                return 200, {**told, "verification_uri": f"{self.url}/activate"}
            case "/revoke":
                self.refresh.discard(asked.fields.get("token", ""))
                return 200, {}
            case "/v1/chat/completions":
                bearer = asked.headers.get("authorization", "").removeprefix("Bearer ")
                refused = {"message": f"{bearer} is not let in" if self.echo else "not let in", "code": "token_expired"}
                return (200, ANSWER) if bearer in self.access else (401, {"error": refused})
        return 404, {}

    def answer_get(self, asked: Asked) -> tuple[int, Any] | None:
        """The answer to a GET; None for that to a browser, which is sent back from a login."""
        return None

    def _token(self, fields: Mapping[str, Any]) -> tuple[int, Any]:
        with self._lock:
            given = str(fields.get("refresh_token", ""))
            known = given in self.refresh
            self.refresh.discard(given)
        match fields.get("grant_type"):
            case "refresh_token" if known:
                return 200, self.tokens()
            case "authorization_code" if self._redeemed(fields):
                return 200, self.tokens()
            case "urn:ietf:params:oauth:grant-type:device_code" if fields.get("device_code") == f"{self.prefix}-device":
                self.pending -= 1
                return (400, {"error": "authorization_pending"}) if self.pending >= 0 else (200, self.tokens())
        words = json.dumps(fields) if self.echo else "the grant is not valid"
        return 400, {"error": "invalid_grant", "error_description": words}

    def _redeemed(self, fields: Mapping[str, Any]) -> bool:
        code = str(fields.get("code"))
        digest = hashlib.sha256(str(fields.get("code_verifier", "")).encode()).digest()
        fits = base64.urlsafe_b64encode(digest).decode().rstrip("=") == self.challenges.pop(code, None)
        return fits and fields.get("redirect_uri") == self.codes.pop(code, None)


def _handler(server: AuthorizationServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            is_form = self.headers.get("content-type", "").startswith(FORM)
            fields = dict(parse_qsl(body.decode())) if is_form else json.loads(body or b"{}")
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(urlsplit(self.path).path, fields, headers)
            told = server.answer(asked)
            if server.meanwhile is not None:
                server.meanwhile(asked)
            if told is None:
                server.silence.wait(60)
                self.close_connection = True
                return
            self._send(*told)

        def _send(self, status: int, body: Any) -> None:
            data = json.dumps(body).encode() if not isinstance(body, bytes) else body
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            """Log in at once, whoever it is, and send the browser back; or what the server answers besides."""
            headers = {name.lower(): value for name, value in self.headers.items()}
            if (told := server.answer_get(Asked(urlsplit(self.path).path, {}, headers))) is not None:
                self._send(*told)
                return
            self.send_response(302)
            self.send_header("location", server.log_in(self.path))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def serving(server: AuthorizationServer | None = None) -> Iterator[AuthorizationServer]:
    """The server while it listens."""
    server = server or AuthorizationServer()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(server)) as listening:
        server.url = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.silence.set()
            listening.shutdown()
            thread.join()
