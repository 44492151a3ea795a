"""The transport `http`: the only file that knows the HTTP library, which is httpx2 and its core, httpcore2."""

from __future__ import annotations

import os
import re
import threading
import weakref
from functools import cache
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from hamr.errors import BrokenReply, ConfigError, NoAnswer
from hamr.transports.inflater import Inflater, Misencoded, foreign
from hamr.transports.loops import PerLoop
from hamr.transports.patience import ConnectTimedOut, PatientBackend, WriteTimedOut, heed, limits
from hamr.transports.place import Place
from hamr.transports.proxies import proxy_for
from hamr.transports.replies import AsyncHttpReply, HttpReply
from hamr.transports.trust import trusted
from hamr.types import Head

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Iterator
    from types import AsyncGeneratorType

    import httpcore2

    from hamr.errors import HamrError
    from hamr.specs import AsyncReply, Reply
    from hamr.transports import faults
    from hamr.transports.proxies import Proxy
    from hamr.types import Call

KEEP_SECONDS = 60.0
"""How long an idle connection is kept: longer than most tools run, shorter than balancers drop it (AWS: 350 s)."""

PLAIN = re.compile(
    r"https?://([A-Za-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?(/[!$&-;=@-Z_a-z~]*)?(\?[!$&-;=?-Z_a-z~]*)?"
)
"""What the library can be handed as it is, without the 15 ms that importing the rest of it takes."""

PLACES = 512
CODINGS = b"gzip, deflate"
SLACK = 0.005
"""Seconds by which a clock may fire early."""

FRAMING = frozenset({b"content-length", b"transfer-encoding"})


class HttpTransport:
    """Moves calls over HTTP/1.1, by blocking and by awaiting, from any number of threads and event loops.

    It neither retries nor follows redirects; the pipeline does. Connections are kept for the next call to the same
    origin. Those of an event loop are let go of when the loop ends, the others when the transport does.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: dict[str, Place] = {}
        self._pools: dict[tuple[object, ...], httpcore2.ConnectionPool] = {}
        self._loops: PerLoop[dict[tuple[object, ...], httpcore2.AsyncConnectionPool]] = PerLoop(dict, _aclose_all)
        weakref.finalize(self, _close_all, self._pools)

    def open(self, call: Call) -> Reply:
        """Send the call and wait for the head of its reply.

        Raises NoAnswer and BrokenReply, or ConfigError for a call that cannot be sent. The deadline holds for all
        but looking up the host's name, and for each of the host's addresses while connecting.
        """
        place = self._place(call.url)
        pool = self._pool(place)
        exchange = _Exchange(call, place)
        try:
            heed(call.deadline)
            response: Any = pool.handle_request(exchange.request())
        except _failures() as exc:
            error, cause = exchange.error(exc, begun=False)
        else:
            head = _head(response)
            return HttpReply(head, _pieces(response, head), response.stream.close, exchange)
        # Raised outside the handler, so that a cause which is not to be shown is no __context__ either.
        raise error from cause

    async def aopen(self, call: Call) -> AsyncReply:
        """Send the call and await the head of its reply; raises as `open` does."""
        place = self._place(call.url)
        pool = await self._apool(place)
        exchange = _Exchange(call, place)
        try:
            heed(call.deadline)
            response: Any = await pool.handle_async_request(exchange.request())
        except _failures() as exc:
            error, cause = exchange.error(exc, begun=False)
        else:
            head = _head(response)
            return AsyncHttpReply(head, _apieces(response, head), response.stream.aclose, exchange)
        raise error from cause

    def close(self) -> None:
        """Let go of all connections of blocking calls."""
        _close_all(self._pools)

    async def aclose(self) -> None:
        """Let go of all connections of this event loop's calls."""
        await self._loops.aclose()

    def _place(self, url: str) -> Place:
        place = self._places.get(url)
        if place is None:
            if len(self._places) >= PLACES:
                self._places.clear()
            place = self._places[url] = _place(url)
        return place

    def _pool(self, place: Place) -> httpcore2.ConnectionPool:
        # A forked process may not write into its parent's connections.
        key = place.scheme, place.proxy, os.getpid()
        pool = self._pools.get(key)
        if pool is None:
            with self._lock:
                pool = self._pools.get(key)
                if pool is None:
                    pool = self._pools[key] = _made(place, blocking=True)
        return pool

    async def _apool(self, place: Place) -> httpcore2.AsyncConnectionPool:
        pools = await self._loops.get()
        key = place.scheme, place.proxy
        pool = pools.get(key)
        if pool is None:
            pool = pools[key] = _made(place, blocking=False)
        return pool


class _Exchange:
    """One call on its way: the request it makes, and what its failures mean."""

    __slots__ = ("_call", "_place", "deadline")

    def __init__(self, call: Call, place: Place) -> None:
        self._call = call
        self._place = place
        self.deadline = call.deadline

    def request(self) -> httpcore2.Request:
        """The call as the library wants it; raises TimeoutError after the deadline."""
        import httpcore2

        call, place = self._call, self._place
        return httpcore2.Request(
            call.method.encode("ascii", "replace"),
            place.url,
            headers=_headers(call, place.host),
            content=call.body,
            extensions={"timeout": limits(call)},
        )

    def failures(self) -> tuple[type[Exception], ...]:
        """What the library raises when a call fails."""
        return _failures()

    def error(self, exc: Exception, *, begun: bool) -> tuple[HamrError, Exception | None]:
        """The error for a failure, and the cause to show: none where its text could quote what was sent."""
        import httpcore2

        from hamr.transports import faults

        call, place = self._call, self._place
        if isinstance(exc, httpcore2.LocalProtocolError | _Unsendable):
            told, hint = faults.unsendable(exc, call, place)
            return ConfigError(told, hint=hint), None
        kind = BrokenReply if begun or isinstance(exc, Misencoded) else NoAnswer
        late = self.deadline is not None and monotonic() >= self.deadline - SLACK
        if late and isinstance(exc, TimeoutError | httpcore2.TimeoutException):
            told, hint = faults.too_late(exc, call, place)
        else:
            told, hint = next(tell for kinds, tell in _wording() if isinstance(exc, kinds))(exc, call, place)
        quotes = isinstance(exc, httpcore2.ProtocolError | httpcore2.ProxyError)
        return kind(told, hint=hint), None if quotes else exc


class _Unsendable(ValueError):
    """A header that has no bytes in HTTP's encoding; what Python raises for it quotes the value."""


@cache
def _failures() -> tuple[type[Exception], ...]:
    import httpcore2

    # OSError and UnicodeError: a few of the standard library's own pass through the library as they are.
    return (
        httpcore2.NetworkError,
        httpcore2.TimeoutException,
        httpcore2.ProtocolError,
        httpcore2.ProxyError,
        OSError,
        UnicodeError,
        _Unsendable,
        Misencoded,
    )


@cache
def _wording() -> tuple[tuple[tuple[type[Exception], ...], faults.Tell], ...]:
    """Who tells what of an exception: the first row that fits."""
    import httpcore2

    from hamr.transports import faults

    return (
        ((httpcore2.ConnectTimeout, httpcore2.PoolTimeout, ConnectTimedOut), faults.not_connected),
        ((httpcore2.WriteTimeout, WriteTimedOut), faults.not_taken),
        ((httpcore2.TimeoutException, TimeoutError), faults.silent),
        ((Misencoded,), faults.misencoded),
        ((httpcore2.ProtocolError,), faults.nonsense),
        ((httpcore2.ProxyError,), faults.turned_away),
        ((Exception,), faults.broken),
    )


def _place(url: str) -> Place:
    import httpcore2

    target = httpcore2.URL(url if PLAIN.fullmatch(url) else _plain(url))
    scheme, host = target.scheme.decode(), target.host.decode()
    port = target.port or (443 if scheme == "https" else 80)
    shown = f"[{host}]" if ":" in host else host
    named = f"{shown}:{target.port}" if target.port else shown
    return Place(target, scheme, named.encode(), f"{shown}:{port}", proxy_for(scheme, f"{shown}:{port}"))


def _plain(url: str) -> str:
    """An unusual URL as HTTP writes it: a name that is not ASCII, blanks in the path. Raises ConfigError."""
    import httpx2

    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        parsed = httpx2.URL()
    # Raised outside the handler: InvalidURL quotes a piece of the URL, which may hold a key.
    if parsed.scheme not in ("http", "https") or not parsed.host:
        what = f"begins with {parsed.scheme}:" if parsed.scheme else "has no scheme or cannot be read"
        raise ConfigError(
            f"the URL of the call {what}, instead of http: or https: and a host", hint="Check the base URL."
        )
    return f"{parsed.scheme}://{parsed.netloc.decode()}{parsed.raw_path.decode()}"


def _made(place: Place, *, blocking: bool) -> Any:
    """A pool for all places of this one's scheme and proxy."""
    import httpcore2

    options: dict[str, Any] = {
        "ssl_context": _trusted() if place.scheme == "https" else _untrusting(),
        "max_connections": None,
        "keepalive_expiry": KEEP_SECONDS,
    }
    if blocking:
        options["network_backend"] = PatientBackend(httpcore2.SyncBackend(), httpcore2.WriteError)
    else:
        from hamr.transports.asyncio_stream import AsyncioBackend

        options["network_backend"] = AsyncioBackend()
    if place.proxy is None:
        return httpcore2.ConnectionPool(**options) if blocking else httpcore2.AsyncConnectionPool(**options)
    return _by_proxy(place.proxy, options, blocking=blocking)


def _by_proxy(proxy: Proxy, options: dict[str, Any], *, blocking: bool) -> Any:
    import httpcore2
    import httpx2

    read = httpx2.Proxy(proxy.url)
    url = httpcore2.URL(scheme=read.url.raw_scheme, host=read.url.raw_host, port=read.url.port, target=b"/")
    options |= {"proxy_url": url, "proxy_auth": read.raw_auth}
    if not proxy.url.startswith("socks"):
        options["proxy_ssl_context"] = _trusted() if proxy.url.startswith("https:") else None
        return httpcore2.HTTPProxy(**options) if blocking else httpcore2.AsyncHTTPProxy(**options)
    if find_spec("socksio") is None:
        raise ConfigError(
            f"the proxy {proxy.name} is a SOCKS proxy, which needs a package that is not installed",
            hint="pip install httpx2[socks]",
        )
    return httpcore2.SOCKSProxy(**options) if blocking else httpcore2.AsyncSOCKSProxy(**options)


def _trusted() -> ssl.SSLContext:
    import httpcore2

    return trusted(httpcore2.default_ssl_context)


def _untrusting() -> ssl.SSLContext:
    """A context that trusts nobody, for pools that never speak TLS; without one the library would read them all."""
    import ssl

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _headers(call: Call, host: bytes) -> list[tuple[bytes, bytes]]:
    """The headers as they are sent. The body is whole, so that its framing is decided here."""
    given = call.headers
    try:
        sent = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]
    except UnicodeEncodeError:
        sent = None
    if sent is None:
        raise _Unsendable
    sent = [header for header in sent if header[0] not in FRAMING]
    if "host" not in given:
        sent.insert(0, (b"host", host))
    if "accept-encoding" not in given:
        sent.append((b"accept-encoding", CODINGS))
    if call.body or call.method not in ("GET", "HEAD"):
        sent.append((b"content-length", b"%d" % len(call.body)))
    return sent


def _head(response: httpcore2.Response) -> Head:
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Head(response.status, headers)


def _pieces(response: Any, head: Head) -> Iterator[bytes]:
    return _inflated(response, head) if _coded(head) else iter(response.stream)


def _apieces(response: Any, head: Head) -> AsyncGeneratorType[bytes, None]:
    pieces: Any = _ainflated(response, head) if _coded(head) else aiter(response.stream)
    return cast("AsyncGeneratorType[bytes, None]", pieces)


def _coded(head: Head) -> bool:
    return head.headers.get("content-encoding", "identity") != "identity"


def _inflater(head: Head) -> Inflater:
    if unreadable := foreign(head.headers["content-encoding"]):
        raise Misencoded(f"it is encoded as {unreadable}, which was not asked for")
    return Inflater()


def _inflated(response: Any, head: Head) -> Iterator[bytes]:
    inflater = _inflater(head)
    yield from filter(None, map(inflater.feed, response.stream))
    inflater.finish()


async def _ainflated(response: Any, head: Head) -> AsyncGenerator[bytes]:
    inflater = _inflater(head)
    async for piece in response.stream:
        if plain := inflater.feed(piece):
            yield plain
    inflater.finish()


def _close_all(pools: dict[tuple[object, ...], httpcore2.ConnectionPool]) -> None:
    while pools:
        pools.popitem()[1].close()


async def _aclose_all(pools: dict[tuple[object, ...], httpcore2.AsyncConnectionPool]) -> None:
    while pools:
        await pools.popitem()[1].aclose()
