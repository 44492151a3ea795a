"""The URL of a server, of which people are shown no password."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from hamr.api import ConfigError, Secret

HINT = "It is like redis://user:password@host:6379/0, or rediss:// for TLS."
PORT = 6379


class Address:
    """Where a server is; raises ConfigError for a URL that is none, without a word of it."""

    def __init__(self, url: Secret) -> None:
        self.url = url
        try:
            parts = urlsplit(url.reveal())
            host, port = parts.hostname, parts.port or PORT
        except ValueError:  # it would quote the password, where that has a character that it must not have
            host, port = None, PORT
        if not host:
            raise ConfigError(f"the URL from {url.origin} names no host, or its port is no number", hint=HINT)
        named = f"[{host}]" if ":" in host else host
        self.place = f"{parts.scheme}://{named}:{port}{parts.path.rstrip('/') or '/0'}"
        written = (parts.username, parts.password, parts.query)
        self._hidden = sorted({each for text in written if text for each in (text, unquote(text))}, key=len)

    def without_secrets(self, text: str) -> str:
        """The text with nothing in it that lets anybody in."""
        for hidden in reversed(self._hidden):
            text = text.replace(hidden, "***")
        return text
