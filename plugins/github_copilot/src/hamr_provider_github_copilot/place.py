"""Where tokens are exchanged, and where the calls of one go to. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

USUAL = "https://api.individual.githubcopilot.com"
PATH = "/copilot_internal/v2/token"
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]{1,5})?")
_LOOPBACK = ("127.0.0.1", "localhost")


def is_usual(base_url: str) -> bool:
    """Whether it is the address that counts where the user has named none."""
    return base_url == USUAL


def enterprise_host(issuer: str) -> str | None:
    """The host of an enterprise's own GitHub; None of the public one, and of this machine's."""
    host = urlsplit(issuer).hostname or ""
    return None if host in ("github.com", *_LOOPBACK) else host


def exchange_url(issuer: str, enterprise: object = None) -> str:
    """Where a token of GitHub's is exchanged: at `api.` before its host (Hamr, November 2026)."""
    if isinstance(enterprise, str) and _HOST.fullmatch(enterprise):
        issuer = f"https://{enterprise}"
    parts = urlsplit(issuer)
    host = parts.netloc if parts.hostname in _LOOPBACK else f"api.{parts.netloc}"
    return f"{parts.scheme}://{host}{PATH}"


def api(token: str, told: object = None) -> str | None:
    """The address that the exchange has told, else that of `proxy-ep` in the token; None where neither makes sense.

    The token itself is sent there: to a host over https, or to this machine.
    """
    if isinstance(told, str) and (found := _checked(told)) is not None:
        return found
    named = next((each.strip() for each in token.split(";") if each.strip().startswith("proxy-ep=")), "")
    host = named.removeprefix("proxy-ep=").strip().removeprefix("https://")
    return _checked(f"https://api.{host.removeprefix('proxy.')}") if host else None


def _checked(url: str) -> str | None:
    try:
        parts = urlsplit(url.rstrip("/"))
    except ValueError:
        return None
    is_own = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if (
        (parts.scheme == "https" or is_own)
        and _HOST.fullmatch(parts.netloc)
        and not (parts.query or parts.fragment or ".." in parts.path)
    ):
        return f"{parts.scheme}://{parts.netloc}{parts.path}"
    return None
