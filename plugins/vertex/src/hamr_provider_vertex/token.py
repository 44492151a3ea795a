"""A token of Google's, and how it is asked for. Flows: other servers are asked by effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from hamr.api import Call, ConfigError, Fetch, NotLetIn, Now, Timeouts, WallClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import Flow, Head

PATIENCE = 10.0
"""Seconds for each question."""
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_OK = 200


class Token(NamedTuple):
    """A token; when it ends, in seconds since 1970; and the projects that its credentials name.

    `project` is the one that the credentials belong to, `quota_project` the one that calls are charged to.
    """

    value: str
    expires: float
    project: str | None = None
    quota_project: str | None = None

    def __repr__(self) -> str:
        return f"Token(..., {self.expires}, {self.project!r}, {self.quota_project!r})"


def by_form(url: str, fields: Mapping[str, str], place: str, headers: Mapping[str, str] | None = None) -> Flow[Token]:
    """The token that a form is exchanged for; raises NotLetIn, and ConfigError for a URL in the clear."""
    sent = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    call = Call(checked(url, place), headers=sent, body=urlencode(fields).encode())
    for name, value in (headers or {}).items():
        call = call.with_secret(name, value)
    return (yield from read(call, place))


def read(call: Call, place: str, value: str = "access_token", expiry: str = "expires_in") -> Flow[Token]:
    """The token in the answer to a call; raises NotLetIn, whose message holds nothing of what was sent."""
    head = yield from asked(call, PATIENCE)
    said, now = table(head), (yield WallClock())
    token = said.get(value)
    if head.status != _OK or not isinstance(token, str) or not token:
        raise NotLetIn(
            f"Google gives no token to {place}: {_why(said, head)}",
            status=head.status,
            hint="Credentials of a person's end: gcloud auth application-default login renews them. Those of a service "
            "account are refused where it was disabled, its key deleted, or this machine's clock is wrong.",
        )
    return Token(token, _expiry(said.get(expiry), now))


def asked(call: Call, patience: float) -> Flow[Head]:
    """The reply to a call, whatever it says; raises NoAnswer."""
    now: float = yield Now()
    timeouts = Timeouts(patience, patience, patience)
    head: Head = yield Fetch(
        Call(call.url, call.method, call.headers, call.body, call.secret, (), timeouts, now + patience)
    )
    return head


def table(head: Head) -> dict[str, Any]:
    """What a reply says; an empty table where that is none."""
    from pydantic_core import from_json

    try:
        said = from_json(head.body)
    except ValueError:  # not shown: it may hold a token
        return {}
    return said if isinstance(said, dict) else {}


def checked(url: Any, place: str) -> str:
    """The URL, to which a secret may be sent; raises ConfigError."""
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or (parts.scheme != "https" and parts.hostname not in _LOOPBACK):
        raise ConfigError(f"{place} names {url!r}, to which no secret is sent", hint="It must be https.")
    return str(url)


def _why(said: dict[str, Any], head: Head) -> str:
    error = said.get("error")
    inner = error.get("message") if isinstance(error, dict) else error
    words = [each for each in (inner, said.get("error_description")) if isinstance(each, str) and each]
    return ": ".join(words)[:500] or f"it answered {head.status}, and no token"


def _expiry(value: Any, now: float) -> float:
    """A number of seconds from now, or a moment as text (RFC 3339), as the credentials' own service writes it."""
    if isinstance(value, str) and "T" in value:
        from datetime import datetime

        try:
            return datetime.fromisoformat(value).timestamp()
        except ValueError:
            return now
    try:
        return now + float(value)
    except (TypeError, ValueError):
        return now
