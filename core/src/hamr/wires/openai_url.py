"""Where each thing is asked for."""

from __future__ import annotations

from urllib.parse import urlsplit

CHAT = "/chat/completions"


def chat_url(base_url: str, *, base_path: str = "/v1", chat_path: str = CHAT) -> str:
    """The URL of a chat completion, for a base URL with or without a version, a trailing slash or the whole path.

    A query, such as `?api-version=…`, stays at the end.
    """
    return beside_chat(base_url, chat_path, base_path=base_path, chat_path=chat_path)


def beside_chat(base_url: str, path: str, *, base_path: str = "/v1", chat_path: str = CHAT) -> str:
    """The URL of another path of the same API, for a base URL written in any of those ways."""
    base, mark, query = base_url.partition("?")
    if "?" in path:
        mark = "&" if mark else ""
    base = base.rstrip("/").removesuffix(chat_path.partition("?")[0].rstrip("/")).rstrip("/")
    scheme, separator, rest = base.partition("://")
    host, slash, folder = rest.partition("/")
    folder = f"{slash}{folder}" if folder else base_path.rstrip("/")
    if base_path.startswith(f"{folder}/"):  # the base URL ends in the midst of it
        folder = base_path.rstrip("/")
    while base_path and folder.endswith(base_path * 2):
        folder = folder.removesuffix(base_path)
    return f"{scheme}{separator}{host}{folder}{path}{mark}{query}"


def at_origin(base_url: str, path: str) -> str:
    """The URL of a path that stands at the same origin, whatever the path of the base URL is."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}{path}"


def with_query(url: str, query: str) -> str:
    """The URL with more of a query."""
    return f"{url}{'&' if '?' in url else '?'}{query}"
