"""Calls by way of a proxy: the only file that knows the HTTP library's connections, which know all kinds of them."""

from __future__ import annotations

import os
import threading
import weakref
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

from hamr.errors import ConfigError
from hamr.transports.http1.request import CODINGS, FRAMING, Unsendable
from hamr.transports.idle import KEEP_SECONDS
from hamr.transports.incoming import inflater_for
from hamr.transports.loops import PerLoop
from hamr.transports.patience import PatientBackend, limits
from hamr.transports.trust import library_context, trusted
from hamr.types import Head

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Iterator
    from types import AsyncGeneratorType

    import httpcore2

    from hamr.transports import faults
    from hamr.transports.place import Place
    from hamr.transports.proxies import Proxy
    from hamr.types import Call


class Proxied:
    """The pools of all proxies, of blocking calls and of each event loop's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: dict[tuple[object, ...], Any] = {}
        self._loops: PerLoop[dict[tuple[object, ...], Any]] = PerLoop(dict, _aclose_all)
        weakref.finalize(self, _close_all, self._pools)

    def open(self, call: Call, place: Place) -> tuple[Head, Source]:
        """Send the call and wait for the head of its reply."""
        # A forked process may not write into its parent's connections.
        key = place.scheme, place.proxy, os.getpid()
        with self._lock:
            pool = self._pools.get(key)
            if pool is None:
                pool = self._pools[key] = _pool(place, blocking=True)
        response: Any = pool.handle_request(_request(call, place))
        head = _head(response)
        return head, Source(response, head)

    async def aopen(self, call: Call, place: Place) -> tuple[Head, AsyncSource]:
        """Send the call and await the head of its reply."""
        pools = await self._loops.get()
        key = place.scheme, place.proxy
        pool = pools.get(key)
        if pool is None:
            pool = pools[key] = _pool(place, blocking=False)
        response: Any = await pool.handle_async_request(_request(call, place))
        head = _head(response)
        return head, AsyncSource(response, head)

    def close(self) -> None:
        """Let go of all connections of blocking calls."""
        _close_all(self._pools)

    async def aclose(self) -> None:
        """Let go of all connections of this event loop's calls."""
        await self._loops.aclose()


class Source:
    """The body of an open reply, read by blocking."""

    def __init__(self, response: Any, head: Head) -> None:
        self._response = response
        self._pieces = _pieces(response, head)

    def read(self) -> bytes:
        """The next bytes, empty at the end."""
        return next(self._pieces, b"")

    def close(self) -> None:
        """Let go: a reply that was read to its end leaves its connection for the next call."""
        self._response.stream.close()


class AsyncSource:
    """The body of an open reply, read by awaiting."""

    def __init__(self, response: Any, head: Head) -> None:
        self._response = response
        self._pieces = cast("AsyncGeneratorType[bytes, None]", _apieces(response, head))

    async def read(self) -> bytes:
        """The next bytes, empty at the end."""
        return await anext(self._pieces, b"")

    async def close(self) -> None:
        """Let go: a reply that was read to its end leaves its connection for the next call."""
        await self._response.stream.aclose()
        # Another task may be waiting for a piece: that its connection is closed ends its wait with an error.
        if not self._pieces.ag_running:
            await self._pieces.aclose()


@cache
def failures() -> tuple[type[Exception], ...]:
    """What the library raises when a call fails, besides what Python does."""
    import httpcore2

    return httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError, httpcore2.ProxyError


@cache
def wording() -> tuple[tuple[tuple[type[Exception], ...], faults.Tell], ...]:
    """Who tells what of an exception of the library's."""
    import httpcore2

    from hamr.transports import faults

    return (
        ((httpcore2.LocalProtocolError,), faults.unsendable),
        ((httpcore2.ConnectTimeout, httpcore2.PoolTimeout), faults.not_connected),
        ((httpcore2.WriteTimeout,), faults.not_taken),
        ((httpcore2.TimeoutException,), faults.silent),
        ((httpcore2.ProtocolError,), faults.nonsense),
        ((httpcore2.ProxyError,), faults.turned_away),
    )


def quotes(exc: Exception) -> bool:
    """Whether the text of an exception may quote what was sent, or what came."""
    import httpcore2

    return isinstance(exc, httpcore2.ProtocolError | httpcore2.ProxyError)


def late(exc: Exception) -> bool:
    """Whether the library waited too long."""
    import httpcore2

    return isinstance(exc, httpcore2.TimeoutException)


def _request(call: Call, place: Place) -> httpcore2.Request:
    import httpcore2

    host = place.host.partition("]")[0] + "]" if place.host.startswith("[") else place.address
    url = httpcore2.URL(scheme=place.scheme, host=host, port=place.port, target=place.target)
    return httpcore2.Request(
        call.method.encode("ascii", "replace"),
        url,
        headers=_headers(call, place.host),
        content=call.body,
        extensions={"timeout": limits(call)},
    )


def _headers(call: Call, host: str) -> list[tuple[bytes, bytes]]:
    """The headers as they are sent. The body is whole, so that its framing is decided here."""
    given = {name: value for name, value in call.headers.items() if name not in FRAMING}
    given = {"host": host, **given}
    given.setdefault("accept-encoding", CODINGS)
    if call.body or call.method not in ("GET", "HEAD"):
        given["content-length"] = str(len(call.body))
    try:
        return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]
    except UnicodeEncodeError:
        pass
    # Raised outside the handler: the other error quotes the value.
    raise Unsendable


def _head(response: Any) -> Head:
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Head(response.status, headers)


def _pieces(response: Any, head: Head) -> Iterator[bytes]:
    inflater = inflater_for(dict(head.headers))
    if inflater is None:
        yield from response.stream
        return
    yield from filter(None, map(inflater.feed, response.stream))
    inflater.finish()


async def _apieces(response: Any, head: Head) -> AsyncGenerator[bytes]:
    inflater = inflater_for(dict(head.headers))
    async for piece in response.stream:
        if plain := piece if inflater is None else inflater.feed(piece):
            yield plain
    if inflater is not None:
        inflater.finish()


def _pool(place: Place, *, blocking: bool) -> Any:
    """A pool for all places of this one's scheme and proxy."""
    import httpcore2
    import httpx2

    proxy = cast("Proxy", place.proxy)
    options: dict[str, Any] = {
        "ssl_context": trusted(library_context) if place.scheme == "https" else _untrusting(),
        "max_connections": None,
        "keepalive_expiry": KEEP_SECONDS,
    }
    if blocking:
        options["network_backend"] = PatientBackend(httpcore2.SyncBackend(), httpcore2.WriteError)
    else:
        from hamr.transports.asyncio_stream import AsyncioBackend

        options["network_backend"] = AsyncioBackend()
    read = httpx2.Proxy(proxy.url)
    url = httpcore2.URL(scheme=read.url.raw_scheme, host=read.url.raw_host, port=read.url.port, target=b"/")
    options |= {"proxy_url": url, "proxy_auth": read.raw_auth}
    if not proxy.url.startswith("socks"):
        options["proxy_ssl_context"] = trusted(library_context) if proxy.url.startswith("https:") else None
        return httpcore2.HTTPProxy(**options) if blocking else httpcore2.AsyncHTTPProxy(**options)
    if find_spec("socksio") is None:
        raise ConfigError(
            f"the proxy {proxy.name} is a SOCKS proxy, which needs a package that is not installed",
            hint="pip install httpx2[socks]",
        )
    return httpcore2.SOCKSProxy(**options) if blocking else httpcore2.AsyncSOCKSProxy(**options)


def _untrusting() -> ssl.SSLContext:
    """A context that trusts nobody, for pools that never speak TLS; without one the library would read them all."""
    import ssl

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _close_all(pools: dict[tuple[object, ...], Any]) -> None:
    while pools:
        pools.popitem()[1].close()


async def _aclose_all(pools: dict[tuple[object, ...], Any]) -> None:
    while pools:
        await pools.popitem()[1].aclose()
