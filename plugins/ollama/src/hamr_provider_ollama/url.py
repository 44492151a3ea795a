"""Where each thing is asked for."""

from __future__ import annotations

_TAILS = ("/api/chat", "/api", "/v1")


def api_url(base_url: str, path: str) -> str:
    """The URL of a path such as `/api/chat`, for a base URL with or without the tail of one.

    `localhost` is asked at 127.0.0.1, where Ollama listens, for it may stand for ::1 too, which would be tried first.
    """
    base = base_url.rstrip("/")
    tail = next((tail for tail in _TAILS if base.endswith(tail)), "")
    scheme, separator, rest = base.removesuffix(tail).partition("://")
    host, slash, folder = rest.partition("/")
    name, colon, port = host.partition(":")
    if name == "localhost":
        host = f"127.0.0.1{colon}{port}"
    return f"{scheme}{separator}{host}{slash}{folder}{path}"
