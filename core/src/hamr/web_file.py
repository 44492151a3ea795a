"""A file on the web, fetched whole and without a credential. A flow."""

from __future__ import annotations

from hamr.base_url import is_own
from hamr.calls.redirect import LIMIT, onward
from hamr.effects import Close, Flow, Now, Open, OpenReply, Read
from hamr.errors import BrokenReply, ConfigError, HamrError
from hamr.types import Call, Timeouts

OK = 2
"""The class of the status codes that mean success."""
SECONDS = 60.0


def check(url: str) -> None:
    """Raise ConfigError where a file should not be fetched from here: others could change it on the way."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise ConfigError("no URL that can be fetched", hint="Give one that begins with https://, or a file.")
    if parts.username is not None or parts.password is not None:
        raise ConfigError("a URL with a password in it is not fetched", hint="Fetch the file yourself, and give that.")
    if parts.scheme == "http" and not is_own(url):
        raise ConfigError(f"{shown(url)} is not fetched over http", hint="Give its https:// URL, or a file.")


def shown(url: str) -> str:
    """The URL without what may be secret in it."""
    return url.partition("?")[0].partition("#")[0]


def fetched(url: str, user_agent: str, most: int) -> Flow[bytes]:
    """What stands there; raises ConfigError for an URL that `check` refuses, also behind a redirect, or HamrError."""
    check(url)
    begun: float = yield Now()
    call = Call(url, "GET", {"user-agent": user_agent}, timeouts=Timeouts(total=SECONDS), deadline=begun + SECONDS)
    reply = yield from _opened(call)
    try:
        _accept(reply, url)
        data = yield from _whole(reply, most)
    except HamrError:
        yield Close(reply)
        raise
    yield Close(reply)
    return data


def _opened(call: Call) -> Flow[OpenReply]:
    """The reply at the end of all redirects, each of which leads to where a file may be fetched from."""
    for _ in range(LIMIT + 1):
        reply: OpenReply = yield Open(call)
        if (further := onward(call, reply)) is None:
            return reply
        yield Close(reply)
        check(further.url)
        call = further
    raise HamrError(f"{shown(call.url)} is one redirect too many: there were {LIMIT} before it")


def _accept(reply: OpenReply, url: str) -> None:
    if reply.head.status // 100 != OK:
        raise HamrError(f"{shown(url)} answers with the status {reply.head.status}", hint="Check the URL.")


def _whole(reply: OpenReply, most: int) -> Flow[bytes]:
    pieces: list[bytes] = []
    size, read = 0, Read(reply)
    while data := (yield read):
        size += len(data)
        if size > most:
            raise BrokenReply(f"the file has more than {most:,} bytes")
        pieces.append(data)
    return b"".join(pieces)
