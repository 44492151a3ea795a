"""What `--dry-run` prints, run for real: bash and Python send the very bytes that hamr would."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from hamr.cli import dry_run
from hamr.cli.asking import spelled_out
from hamr.types import Adaptation, Call

KEY = "sk-$made \"up\" `for` 'this' \\test!"
HEADERS = {"content-type": "application/json", "accept": "application/json", "user-agent": "hamr/1"}
BODIES = {
    "plain": b'{"model":"m","messages":[{"role":"user","content":"hi"}]}',
    "quotes": b"""{"a":"it's \\"quoted\\" `ls` $HOME \\\\ !! %s %% #"}""",
    "not ASCII": '{"a":"Köln ☂ 🎉 \u200b\u202e"}'.encode(),
    "newlines": b'{\n  "a":\t"b"\n}\n\n',
    "a carriage return": b'{\r\n"a": 1}',
    "control characters": b'{"a":"\x7f\xc2\x9b31m"}',
    "at": b"@/etc/passwd",
    "no text": b"\x00\xff\xfe'\n",
    "large": b'{"a":"' + b"it's " * 60_000 + b'"}',
    "empty": b"",
}


@dataclass(slots=True)
class Got:
    """What a server was sent last."""

    url: str = ""
    method: str = ""
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def handler(got: Got) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.take()

        def do_POST(self) -> None:
            self.take()

        def take(self) -> None:
            got.method, got.path = self.command, self.path
            got.headers = {name.lower(): value for name, value in self.headers.items()}
            got.body = self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(200)
            self.send_header("content-length", "4")
            self.end_headers()
            self.wfile.write(b"done")

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def got() -> Iterator[Got]:
    told = Got()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(told)) as server:
        told.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield told
        server.shutdown()
        thread.join()


def call(url: str, body: bytes, **headers: str) -> Call:
    headers = {**HEADERS, **headers}
    return Call(url, headers=headers, body=body).with_secret("Authorization", "Bearer $MADE_UP_KEY")


def run(form: str, text: str) -> str:
    command = ["bash", "-euo", "pipefail"] if form == "curl" else [sys.executable, "-"]
    env = {**os.environ, "MADE_UP_KEY": KEY, "PYTHONPATH": "", "no_proxy": "127.0.0.1", "PYTHONUTF8": "1"}
    ran = subprocess.run(command, env=env, input=text.encode(), capture_output=True, timeout=30, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()


@pytest.mark.parametrize("form", ["curl", "python"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_is_printed_sends_the_same(got: Got, form: str, body: bytes) -> None:
    made = call(f"{got.url}/v1/chat/completions?a=b&c=%20{{d}}", body, **{"x-own": """it's $HOME "here" \\"""})
    text = dry_run.written(made, form)
    assert 'made "up"' not in text
    assert run(form, text) == "done"
    assert (got.method, got.path, got.body) == ("POST", "/v1/chat/completions?a=b&c=%20{d}", body)
    expected = {**HEADERS, "x-own": """it's $HOME "here" \\""", "authorization": f"Bearer {KEY}"}
    assert {name: got.headers.get(name) for name in expected} == expected
    assert "expect" not in got.headers


@pytest.mark.parametrize("form", ["curl", "python"])
@pytest.mark.parametrize("body", [BODIES["not ASCII"], BODIES["no text"]])
def test_a_terminal_without_the_characters_shows_the_same_call(got: Got, form: str, body: bytes) -> None:
    text = dry_run.written(call(f"{got.url}/v1", body), form, "ascii")
    assert text.isascii()
    run(form, text)
    assert got.body == body


def test_curl_adds_no_header_of_its_own(got: Got) -> None:
    run("curl", dry_run.written(Call(f"{got.url}/", headers={"x-empty": ""}, body=b"{}"), "curl"))
    assert got.headers.keys() == {"host", "content-length", "x-empty"}


def test_a_call_without_a_body_or_a_key(got: Got) -> None:
    for form in ("curl", "python"):
        run(form, dry_run.written(Call(f"{got.url}/models", "GET", HEADERS), form))
        assert (got.method, got.path, got.body) == ("GET", "/models", b"")


def test_what_a_person_sees_of_curl() -> None:
    made = call("https://api.example/v1/chat", b'{"a":"it\'s"}')
    assert dry_run.written(made, "curl") == (
        "curl -X POST https://api.example/v1/chat \\\n"
        "  -H 'content-type: application/json' \\\n"
        "  -H 'accept: application/json' \\\n"
        "  -H 'user-agent: hamr/1' \\\n"
        '  -H "authorization: Bearer $MADE_UP_KEY" \\\n'
        "  --data-binary '{\"a\":\"it'\\''s\"}'\n"
    )


def test_a_streamed_answer_is_shown_as_it_comes() -> None:
    made = call("https://api.example/v1/chat", b"{}", accept="text/event-stream")
    assert dry_run.written(made, "curl").startswith("curl -N -X POST ")


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_json_holds_the_bytes(body: bytes, encoding: str) -> None:
    change = Adaptation("dropped", "top_k", "this wire has no such field")
    made = Call("http://x/", headers=HEADERS, body=body, adaptations=(change,))
    text = dry_run.written(made, "json", encoding)
    assert encoding != "ascii" or text.isascii()
    told = json.loads(text)
    sent = told["body"].encode() if told["body"] is not None else base64.b64decode(told["body_base64"])
    assert sent == body
    assert (told["method"], told["url"], told["headers"]) == ("POST", "http://x/", HEADERS)
    assert told["adaptations"] == [{"kind": "dropped", "field": "top_k", "why": "this wire has no such field"}]


def test_the_form_is_curl_unless_another_is_named() -> None:
    assert spelled_out(["--dry-run", "hi"]) == ["--dry-run=curl", "hi"]
    assert spelled_out(["--dry-run=json", "--", "--dry-run"]) == ["--dry-run=json", "--", "--dry-run"]
