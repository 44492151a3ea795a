"""Where a chat completion is asked for."""

from __future__ import annotations


def chat_url(base_url: str, *, base_path: str = "/v1", chat_path: str = "/chat/completions") -> str:
    """The URL of the call, for a base URL with or without a version, a trailing slash or the whole path.

    A query, such as `?api-version=…`, stays at the end.
    """
    base, mark, query = base_url.partition("?")
    base = base.rstrip("/").removesuffix(chat_path.rstrip("/")).rstrip("/")
    scheme, separator, rest = base.partition("://")
    host, slash, path = rest.partition("/")
    path = f"{slash}{path}" if path else base_path.rstrip("/")
    while base_path and path.endswith(base_path * 2):
        path = path.removesuffix(base_path)
    return f"{scheme}{separator}{host}{path}{chat_path}{mark}{query}"
