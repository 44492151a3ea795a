"""Calls through the proxies that the environment names."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
import traceback
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from hamr.errors import ConfigError, HamrError, NoAnswer
from hamr.transports.http import HttpTransport
from hamr.transports.proxies import Proxy, proxy_for
from hamr.types import Call
from hamr_testkit.colours import Colour

if TYPE_CHECKING:
    from core.tests.transports.conftest import Peer, Serve

SECRET = "canary-password"
CREDENTIALS = b"authorization: Basic dXNlcjpjYW5hcnktcGFzc3dvcmQ="  # user:canary-password
REFUSAL = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"


def tunnel(peer: Peer) -> None:
    """A proxy that connects, for whoever has the password."""
    request = peer.request()
    if CREDENTIALS.lower() not in request.lower():
        peer.send(REFUSAL)
        return
    port = request.split()[1].decode().rpartition(":")[2]
    with socket.create_connection(("127.0.0.1", int(port)), timeout=5) as beyond:
        peer.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        back = threading.Thread(target=copy, args=(beyond, peer.link), daemon=True)
        back.start()
        copy(peer.link, beyond)
        back.join(5)


def copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


def elsewhere(url: str, host: str = "provider.test") -> str:
    """The URL with the name of a machine that is not this one, though the proxy leads there."""
    return url.replace("127.0.0.1", host)


@pytest.fixture
def secure(serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The URL of a TLS server whose certificate is trusted."""
    company = trustme.CA()
    company.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    company.issue_cert("provider.test").configure_cert(context)
    return elsewhere(serve(context=context).url)


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_tunnel(
    colour: Colour,
    serve: Serve,
    secure: str,
    transport: HttpTransport,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    proxy = serve(tunnel)
    monkeypatch.setenv(variable, f"http://user:{SECRET}@{proxy.name}")
    assert colour.fetch(transport, Call(secure).with_secret("authorization", "Bearer k"))[1] == [b"ok"]
    assert proxy.requests[0].startswith(b"CONNECT provider.test:")
    assert b"Bearer" not in proxy.requests[0]


def test_a_plain_proxy(colour: Colour, serve: Serve, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = serve(), serve()
    monkeypatch.setenv("http_proxy", f"user:{SECRET}@{proxy.name}")
    url = elsewhere(server.url)
    assert colour.fetch(transport, Call(url))[1] == [b"ok"]
    assert server.requests == []
    assert proxy.requests[0].startswith(f"POST {url} HTTP/1.1".encode())
    assert CREDENTIALS.lower() in proxy.requests[0].lower()


@pytest.mark.parametrize("exempt", ["0.0.0.0", "*", "example.com,0.0.0.0"])
def test_a_host_named_in_no_proxy(
    colour: Colour, serve: Serve, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch, exempt: str
) -> None:
    proxy, server = serve(), serve()
    monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.name}")
    monkeypatch.setenv("NO_PROXY", exempt)
    assert colour.fetch(transport, Call(elsewhere(server.url, "0.0.0.0")))[1] == [b"ok"]
    assert proxy.requests == []


def test_this_machine_is_not_asked_for_through_a_proxy(
    colour: Colour, serve: Serve, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(), serve()
    monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.name}")
    for host in ("127.0.0.1", "localhost"):
        assert colour.fetch(transport, Call(elsewhere(server.url, host)))[1] == [b"ok"]
    assert proxy.requests == []


def fetched(colour: Colour, transport: HttpTransport, call: Call) -> HamrError:
    """The error of a call; the proxy's password is nowhere in it (pain 36)."""
    with pytest.raises((NoAnswer, ConfigError)) as caught:
        colour.fetch(transport, call)
    error = caught.value
    told = "".join(traceback.format_exception(error)) + repr(error) + repr(error.__cause__) + repr(error.__context__)
    assert SECRET not in told
    assert "dXNlcjpjYW5hcnktcGFzc3dvcmQ" not in told
    assert error.hint
    return error


def test_a_proxy_that_wants_a_password(
    colour: Colour, serve: Serve, secure: str, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(tunnel)
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{SECRET}-of-another@{proxy.name}")
    error = fetched(colour, transport, Call(secure))
    assert error.message.startswith(f"the proxy {proxy.name} answered 407 when asked for provider.test:")
    assert "password" in error.hint


def test_a_proxy_that_does_not_connect(
    colour: Colour, serve: Serve, secure: str, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(b"HTTP/1.1 403 Forbidden for user:canary-password\r\ncontent-length: 0\r\n\r\n")
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{SECRET}@{proxy.name}")
    error = fetched(colour, transport, Call(secure))
    assert "answered 403" in error.message
    assert "NO_PROXY" in error.hint


def test_a_proxy_where_nobody_listens(
    colour: Colour, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        name = f"127.0.0.1:{closed.getsockname()[1]}"
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{SECRET}@{name}")
    error = fetched(colour, transport, Call("https://api.invalid/"))
    assert error.message == f"connection refused by the proxy {name}"
    assert "HTTPS_PROXY" in error.hint


@pytest.mark.parametrize("url", ["nowhere.invalid", "http://nowhere.invalid:3128"])
def test_a_proxy_whose_name_is_not_known(
    colour: Colour, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url)
    error = fetched(colour, transport, Call("https://api.invalid/"))
    assert error.message.startswith("the name nowhere.invalid ")


@pytest.mark.skipif(find_spec("socksio") is not None, reason="socksio is installed")
def test_a_socks_proxy_without_its_package(
    colour: Colour, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks5://user:{SECRET}@127.0.0.1:9")
    error = fetched(colour, transport, Call("https://api.invalid/"))
    assert isinstance(error, ConfigError)
    assert error.hint == "pip install httpx2[socks]"


@pytest.mark.parametrize(
    "url", [f"ftp://user:{SECRET}@h:1", f"http://user:{SECRET}", f"http://u:{SECRET}/x@h:1", "://"]
)
def test_a_proxy_that_is_no_url(
    colour: Colour, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url)
    error = fetched(colour, transport, Call("https://api.invalid/"))
    assert error.message.startswith("the proxy in HTTPS_PROXY or ALL_PROXY cannot be used")
    assert error.__context__ is None


def test_a_proxy_does_not_show_its_password() -> None:
    assert SECRET not in repr(Proxy(f"http://user:{SECRET}@h:1", "h:1"))


def test_no_proxy_is_the_rule() -> None:
    assert proxy_for("https", "api.example.com:443") is None


def test_nothing_is_imported_where_no_proxy_is_set() -> None:
    code = "import sys; from hamr.transports.proxies import proxy_for; proxy_for('http', 'h:1'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={})
    assert "urllib.request" not in done.stdout.split()
