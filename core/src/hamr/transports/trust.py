"""Which certificates a call trusts: one TLS context for the whole process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from hamr.errors import ConfigError

if TYPE_CHECKING:
    from ssl import SSLContext

_lock = threading.Lock()
_contexts: dict[tuple[str | None, str | None], SSLContext] = {}


def trusted(make: Callable[[], SSLContext]) -> SSLContext:
    """The process's one context, made by `make` at the first call: reading the certificates takes some 15 ms.

    There is another only where SSL_CERT_FILE or SSL_CERT_DIR has been changed since. Raises ConfigError if these
    name nothing that can be read.
    """
    named = os.environ.get("SSL_CERT_FILE") or None, os.environ.get("SSL_CERT_DIR") or None
    with _lock:
        if named not in _contexts:
            _contexts[named] = _make(make, *named)
        return _contexts[named]


def library_context() -> SSLContext:
    """What the HTTP library trusts: the system's certificates, or those that SSL_CERT_FILE or SSL_CERT_DIR name."""
    import httpcore2

    return httpcore2.default_ssl_context()


def _make(make: Callable[[], SSLContext], file: str | None, folder: str | None) -> SSLContext:
    if file and not os.path.isfile(file):
        raise _wrong("SSL_CERT_FILE", file, "there is no such file")
    # OpenSSL reads a list of folders, of which some may be missing.
    if folder and not file and not any(map(os.path.isdir, folder.split(os.pathsep))):
        raise _wrong("SSL_CERT_DIR", folder, "there is no such folder")
    try:
        return make()
    except OSError as exc:
        if not file:
            raise
        raise _wrong("SSL_CERT_FILE", file, "it cannot be read as certificates in PEM form") from exc


def _wrong(variable: str, path: str, why: str) -> ConfigError:
    return ConfigError(
        f"{variable} names {path}, but {why}",
        hint=f"Correct {variable}, or unset it to trust the system's certificates.",
    )
