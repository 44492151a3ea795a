"""What the mock provider answers, by the name of the model; `words-1000` streams 1,000 chunks.

| model | answer |
|---|---|
| `hosted` | whole, under some 20 headers, as hosted APIs send |
| `terse` | whole, under three headers, as local servers send |
| `words-N` | N chunks of text, all ready at once, each in an HTTP chunk of its own |
| `paced-N` | the same, a millisecond apart: one event a read |
| `arguments-N` | one tool call, its arguments in N deltas of 16 bytes |
"""

from __future__ import annotations

import json
from functools import cache

TEXT = "Because air scatters blue light more than red."
DELTA = "lorem ipsum dol "
"""16 bytes of arguments."""

_HEADERS = """\
date: Mon, 02 Nov 2026 10:00:00 GMT
access-control-expose-headers: x-request-id
openai-organization: org-0123456789abcdef
openai-processing-ms: 312
openai-version: 2020-10-01
x-envoy-upstream-service-time: 318
x-ratelimit-limit-requests: 10000
x-ratelimit-limit-tokens: 2000000
x-ratelimit-remaining-requests: 9999
x-ratelimit-remaining-tokens: 1999971
x-ratelimit-reset-requests: 6ms
x-ratelimit-reset-tokens: 0s
x-request-id: req_0123456789abcdef0123456789abcdef
strict-transport-security: max-age=31536000; includeSubDomains; preload
cf-cache-status: DYNAMIC
x-content-type-options: nosniff
server: cloudflare
cf-ray: 0123456789abcdef-FRA
alt-svc: h3=":443"; ma=86400
""".replace("\n", "\r\n").encode()
_USAGE = {"prompt_tokens": 12, "completion_tokens": 9, "total_tokens": 21}


def named(model: str) -> tuple[str, int]:
    """The kind of answer, and how many chunks it has."""
    kind, _, size = model.rpartition("/")[2].partition("-")
    return kind, int(size or 0)


def expected(model: str) -> int:
    """How many characters of text, or of the argument `text`, a client must get."""
    kind, size = named(model)
    if kind == "arguments":
        return size * len(DELTA)
    return sum(len(word(place)) for place in range(size)) if size else len(TEXT)


def word(place: int) -> str:
    """The text of one chunk; no two alike, for one client takes equal chunks for a model that loops."""
    return f"word {place:04d} "


@cache
def whole(kind: str) -> bytes:
    """A reply in one piece, its head included."""
    message: dict[str, object] = {"role": "assistant", "content": TEXT, "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    body = json.dumps({**_facts("chat.completion"), "choices": [choice], "usage": _USAGE}).encode()
    return _head("application/json", b"content-length: %d" % len(body), hosted=kind == "hosted") + body


def stream_head() -> bytes:
    """The head of a streamed reply."""
    return _head("text/event-stream; charset=utf-8", b"transfer-encoding: chunked", hosted=True)


@cache
def events(model: str) -> list[bytes]:
    """The server-sent events of a streamed reply, each framed as an HTTP chunk, and the end."""
    kind, size = named(model)
    deltas: list[dict[str, object]]
    deltas = _arguments(size) if kind == "arguments" else [{"content": word(place)} for place in range(size)]
    reason = "tool_calls" if kind == "arguments" else "stop"
    chunks = [_chunk({"role": "assistant", "content": None if kind == "arguments" else ""}), *map(_chunk, deltas)]
    chunks += [_chunk({}, reason), {**_facts("chat.completion.chunk"), "choices": [], "usage": _USAGE}]
    told = [b"data: %b\n\n" % json.dumps(chunk, separators=(",", ":")).encode() for chunk in chunks]
    return [*map(_framed, [*told, b"data: [DONE]\n\n"]), b"0\r\n\r\n"]


@cache
def at_once(model: str) -> bytes:
    """A streamed reply as one run of bytes, its head included."""
    return stream_head() + b"".join(events(model))


def _arguments(size: int) -> list[dict[str, object]]:
    function = {"name": "write", "arguments": '{"text":"'}
    begun = {"index": 0, "id": "call_0123456789", "type": "function", "function": function}
    pieces = [*[DELTA] * size, '"}']
    grown = [{"index": 0, "function": {"arguments": piece}} for piece in pieces]
    return [{"tool_calls": [call]} for call in (begun, *grown)]


def _chunk(delta: dict[str, object], reason: str | None = None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return {**_facts("chat.completion.chunk"), "choices": [choice], "usage": None}


def _facts(kind: str) -> dict[str, object]:
    return {
        "id": "chatcmpl-0123456789abcdefghijklmnopqr",
        "object": kind,
        "created": 1793613600,
        "model": "mock-1",
        "service_tier": "default",
        "system_fingerprint": "fp_0123456789",
    }


def _framed(event: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(event), event)


def _head(content: str, framing: bytes, *, hosted: bool) -> bytes:
    told = _HEADERS if hosted else b"server: mock\r\n"
    return b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\n%b%b\r\n\r\n" % (content.encode(), told, framing)
