"""TLS: which certificates are trusted, and what is said where one is not."""

from __future__ import annotations

import asyncio
import gc
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from hamr.errors import ConfigError, NoAnswer
from hamr.transports import trust
from hamr.transports.http import HttpTransport
from hamr.types import Call
from hamr_testkit.colours import Colour

if TYPE_CHECKING:
    from core.tests.transports.conftest import Peer, Serve


@pytest.fixture(scope="session")
def company() -> trustme.CA:
    """A company's own certificate authority."""
    return trustme.CA()


@pytest.fixture(scope="session")
def context(company: trustme.CA) -> ssl.SSLContext:
    """What a server needs to show a certificate of the company's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    company.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def ca_file(company: trustme.CA, tmp_path: Path) -> Path:
    """The authority's certificate."""
    path = tmp_path / "ca.pem"
    company.cert_pem.write_to_path(str(path))
    return path


def test_a_company_of_its_own_ca(
    colour: Colour,
    serve: Serve,
    transport: HttpTransport,
    context: ssl.SSLContext,
    ca_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """pain 38"""
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    server = serve(context=context)
    for _ in range(2):
        assert colour.fetch(transport, Call(server.url))[1] == [b"ok"]
    assert len(server.peers) == (1 if colour.name == "sync" else 2)


def test_a_ca_that_is_not_trusted(
    colour: Colour, serve: Serve, transport: HttpTransport, context: ssl.SSLContext
) -> None:
    """pain 38"""
    server = serve(context=context)
    with pytest.raises(NoAnswer, match="TLS: certificate verify failed: unable to get local issuer") as caught:
        colour.fetch(transport, Call(server.url))
    assert server.name in caught.value.message
    assert "SSL_CERT_FILE" in caught.value.hint
    assert caught.value.__cause__ is not None


def test_a_certificate_of_another_host(
    colour: Colour, serve: Serve, company: trustme.CA, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    company.issue_cert("api.example.com").configure_cert(context)
    with pytest.raises(NoAnswer, match=r"TLS: certificate verify failed: .*127\.0\.0\.1"):
        colour.fetch(HttpTransport(), Call(serve(context=context).url))


def test_a_port_that_does_not_speak_tls(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    def script(peer: Peer) -> None:
        peer.link.recv(1000)
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        peer.await_close()

    server = serve(script)
    with pytest.raises(NoAnswer, match="TLS: ") as caught:
        colour.fetch(transport, Call(server.url.replace("http:", "https:")))
    assert "http or https" in caught.value.hint


def test_a_port_that_closes_instead_of_a_handshake(colour: Colour, serve: Serve, transport: HttpTransport) -> None:
    def script(peer: Peer) -> None:
        peer.link.recv(1000)

    with pytest.raises(NoAnswer, match=r"reset the connection|broke|TLS: "):
        colour.fetch(transport, Call(serve(script).url.replace("http:", "https:")))


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_variable_that_names_nothing(
    colour: Colour, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    missing = str(tmp_path / "missing")
    monkeypatch.setenv(variable, missing)
    with pytest.raises(ConfigError, match=rf"{variable} names .*missing, but there is no such") as caught:
        colour.fetch(transport, Call("https://127.0.0.1:9/"))
    assert variable in caught.value.hint


def test_a_file_that_holds_no_certificates(
    colour: Colour, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(ConfigError, match=r"SSL_CERT_FILE names .*cannot be read as certificates"):
        colour.fetch(transport, Call("https://127.0.0.1:9/"))


def test_a_folder_of_certificates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    assert trust.trusted(lambda: made) is made


def test_plain_http_reads_no_certificates(
    colour: Colour, serve: Serve, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing"))
    assert colour.fetch(transport, Call(serve().url))[1] == [b"ok"]


def contexts() -> set[int]:
    """Every TLS context there is that a client uses."""
    kind = ssl.SSLContext
    return {id(thing) for thing in gc.get_objects() if isinstance(thing, kind) and thing.verify_mode}


def test_one_context_serves_the_whole_process(
    serve: Serve, context: ssl.SSLContext, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    server = serve(context=context)
    gc.collect()
    before = contexts()
    transports = HttpTransport(), HttpTransport()

    async def once(transport: HttpTransport) -> None:
        reply = await transport.aopen(Call(server.url))
        assert await reply.aread() + await reply.aread() == b"ok"

    for transport in transports:
        reply = transport.open(Call(server.url))
        assert reply.read() + reply.read() == b"ok"
        asyncio.run(once(transport))
    assert len(contexts() - before) == 1


def test_threads_make_one_context_between_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    made: list[ssl.SSLContext] = []

    def make() -> ssl.SSLContext:
        time.sleep(0.02)
        made.append(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        return made[0]

    with ThreadPoolExecutor(8) as threads:
        got = list(threads.map(lambda _: trust.trusted(make), range(8)))
    assert got == made * 8
