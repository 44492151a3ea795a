"""What goes wrong on the way, in plain words."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hamr.transports.http1.broken import Ended, HeadTooLong

if TYPE_CHECKING:
    from hamr.transports.place import Place
    from hamr.types import Call

Told = tuple[str, str]
"""What happened, and what to do about it; an empty remedy leaves it to the error's own."""

Tell = Callable[[BaseException, "Call", "Place"], Told]

Rows = tuple[tuple[tuple[type[Exception], ...], Tell], ...]
"""Kinds of exceptions, each with who tells of them."""

NAME = re.compile(r"[-!#$%&'*+.^_`|~0-9a-zA-Z]+")
VALUE = re.compile(r"([\x21-\x7e\x80-\xff]([ \t\x21-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?")
"""What h11 lets through, from RFC 9110, section 5."""


_PROXY = "Check the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY."


def too_late(exc: BaseException, call: Call, place: Place) -> Told:
    """The call's deadline passed."""
    total = call.timeouts.total
    told = "the call's deadline passed" if total is None else f"the whole call took longer than {total:g} s"
    return told, "Allow more time for the whole call (`timeout`, `--timeout`), or ask for less."


def not_connected(exc: BaseException, call: Call, place: Place) -> Told:
    """Connecting timed out."""
    return (
        f"no connection to {place.peer}{_span(' within', call.timeouts.connect)}",
        "Check the network and the base URL, or allow more time to connect (`timeouts.connect`).",
    )


def silent(exc: BaseException, call: Call, place: Place) -> Told:
    """A read timed out."""
    return (
        f"no bytes{_span(' for', call.timeouts.read)} from {place.name}",
        "Allow more time between two reads (`timeouts.read`), stream, or try again.",
    )


def not_taken(exc: BaseException, call: Call, place: Place) -> Told:
    """A write timed out."""
    return f"{place.name} took nothing of the request{_span(' for', call.timeouts.read)}", ""


def _span(word: str, seconds: float | None) -> str:
    # Without a limit of ours the operating system's own has ended the wait.
    return " in time" if seconds is None else f"{word} {seconds:g} s"


def misencoded(exc: BaseException, call: Call, place: Place) -> Told:
    """The body is not encoded as its header says, or in a way that was not asked for."""
    return f"the body cannot be decoded: {exc}", "Send `accept-encoding: identity` to have it plain."


def unsendable(exc: BaseException, call: Call, place: Place) -> Told:
    """A header or the URL holds what HTTP cannot carry; names the headers, never shows a value."""
    names = [name for name, value in call.headers.items() if not (NAME.fullmatch(name) and VALUE.fullmatch(value))]
    what = f"the header {', '.join(names)}" if names else "its headers, method or URL"
    return (
        f"the call cannot be sent: {what} cannot be written in HTTP",
        "Look for a line break or a blank at an end, or a letter that is not Latin.",
    )


def no_reply(exc: BaseException, call: Call, place: Place) -> Told:
    """What came is no reply of HTTP's, or stopped too early."""
    if isinstance(exc, HeadTooLong):
        return f"{place.name} sent a head of more than 100 kB", "Something between here and the provider adds headers."
    if isinstance(exc, Ended):
        early = "before the end of its reply" if exc.answered else "without an answer"
        return f"{place.name} closed the connection {early}", ""
    remedy = "" if "chunk" in str(exc) else "Check the base URL: what listens there may not be an HTTP server."
    return f"what {place.name} sent is not HTTP ({exc})", remedy


def nonsense(exc: BaseException, call: Call, place: Place) -> Told:
    """The same of the HTTP library's: only those words of h11 are shown that quote nothing."""
    text = str(exc)
    if text.startswith("Receive buffer too long"):
        return f"{place.name} sent a head of more than 100 kB", "Something between here and the provider adds headers."
    if text.startswith("Server disconnected"):
        return f"{place.name} closed the connection without an answer", ""
    if text.startswith("peer"):
        return f"{place.name} closed the connection before the end of its reply", ""
    kind = text.partition(":")[0].partition("(")[0].strip()
    remedy = "" if "chunk" in kind else "Check the base URL: what listens there may not be an HTTP server."
    return f"what {place.name} sent is not HTTP ({kind})", remedy


def turned_away(exc: BaseException, call: Call, place: Place) -> Told:
    """A proxy did not let the call through; the library's text begins with its status, but for SOCKS."""
    status = str(exc)[:3]
    if not status.isdigit():
        return f"{place.peer} did not connect to {place.name}", _PROXY
    told = f"{place.peer} answered {status} when asked for {place.name}"
    if status == "407":
        return told, "Check the user and the password in HTTPS_PROXY."
    return told, "Ask for this host to be allowed there, or name it in NO_PROXY."


def broken(exc: BaseException, call: Call, place: Place) -> Told:
    """The network failed: the first of the causes that says more than that is told."""
    for cause in _causes(exc):
        for kind, tell in CAUSES:
            if isinstance(cause, kind):
                return tell(cause, call, place)
    return f"the connection to {place.peer} broke", ""


def _untrusted(exc: BaseException, call: Call, place: Place) -> Told:
    return (
        f"TLS: certificate verify failed: {getattr(exc, 'verify_message', '')} ({place.name})",
        "Behind a company's proxy, set SSL_CERT_FILE to your company's CA.",
    )


def _not_secured(exc: BaseException, call: Call, place: Place) -> Told:
    reason = (getattr(exc, "reason", None) or "the handshake failed").lower().replace("_", " ")
    return f"TLS: {reason} ({place.name})", "Check whether the base URL should say http or https, and its port."


def _not_found(exc: BaseException, call: Call, place: Place) -> Told:
    name = (place.proxy or place).name
    told = f"the name {name.rpartition(':')[0] or name}"
    if getattr(exc, "errno", None) == socket.EAI_AGAIN:
        return f"{told} could not be looked up", "Check the network and its name server."
    return f"{told} is not known", _PROXY if place.proxy else "Check the spelling of the base URL."


def _refused(exc: BaseException, call: Call, place: Place) -> Told:
    remedy = _PROXY if place.proxy else "Check that the server runs there, and the base URL's port."
    return f"connection refused by {place.peer}", remedy


def _reset(exc: BaseException, call: Call, place: Place) -> Told:
    return f"{place.peer} reset the connection", ""


CAUSES: tuple[tuple[type[BaseException], Tell], ...] = (
    (ssl.SSLCertVerificationError, _untrusted),
    (ssl.SSLEOFError, _reset),
    (ssl.SSLError, _not_secured),
    (socket.gaierror, _not_found),
    (UnicodeError, _not_found),
    (ConnectionRefusedError, _refused),
    (ConnectionResetError, _reset),
    (BrokenPipeError, _reset),
)


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """An error and all that led to it. The library keeps some causes as an argument and clears `__cause__`."""
    found, seen = [exc], set[int]()
    while found:
        error = found.pop(0)
        if id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        led = [*error.args[:1], error.__cause__, error.__context__, *getattr(error, "exceptions", ())]
        found.extend(cause for cause in led if isinstance(cause, BaseException))
