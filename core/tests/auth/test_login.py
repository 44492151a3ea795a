"""Logging in with a browser (RFC 7636) and with a code for a device (RFC 8628), in both colours (H-77, H-81)."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from typing import Any

import httpx2 as httpx
import pytest

from hamr import BrokenReply, ConfigError, Hamr, HamrError, NoAnswer, NotLetIn
from hamr.api import LoginAuth
from hamr.auth import browser_login, device_login, token_endpoint
from hamr.auth.inbox import Inbox
from hamr.auth.loopback import PAGE, Loopback
from hamr.auth.oauth import OAuth
from hamr.auth.pkce import Pkce
from hamr.auth.token_endpoint import TokenEndpoint
from hamr.effects import Flow
from hamr.secrets.store import CredentialStore
from hamr.transports.http import HttpTransport
from hamr.types import OAuthSpec, Tokens
from hamr_testkit.authorization import AuthorizationServer
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import Answer, ScriptedTransport

SPEC = OAuthSpec(
    "https://login.test",
    "hamr-test",
    "/token",
    authorize_path="/authorize",
    device_path="/device",
    scopes=("chat", "offline_access"),
    authorize={"originator": "hamr"},
)
PKCE = Pkce("verifier", "the-state")
BACK = "http://127.0.0.1:1/callback"


@pytest.fixture
def auth(client: Hamr) -> OAuth:
    found = client.pipeline("acme/m").auth
    assert isinstance(found, OAuth)
    assert isinstance(found, LoginAuth)
    return found


def test_the_url_of_a_login() -> None:
    """RFC 7636, 4.3; the challenge is that of its appendix B."""
    example = Pkce("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "s")
    assert example.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert example.url(SPEC, BACK) == (
        "https://login.test/authorize?response_type=code&client_id=hamr-test"
        "&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcallback&scope=chat+offline_access"
        "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&state=s"
        "&originator=hamr"
    )


def test_a_login_may_be_at_another_server_than_its_tokens() -> None:
    """H-79."""
    spec = OAuthSpec(
        "https://tokens.test", "hamr-test", "/token", authorize_path="https://login.test/authorize", device_path="/d"
    )
    assert example_url(spec).startswith("https://login.test/authorize?")
    assert spec.url(spec.token_path) == "https://tokens.test/token"
    moved = spec.at("http://127.0.0.1:1")
    assert example_url(moved).startswith("http://127.0.0.1:1/authorize?"), "nothing is left at the old one"
    assert (moved.token_path, moved.device_path, moved.revoke_path) == ("/token", "/d", None)


def example_url(spec: OAuthSpec) -> str:
    return PKCE.url(spec, BACK)


@pytest.mark.parametrize("name", ["authorize_path", "device_path", "token_path", "revoke_path"])
def test_no_token_is_sent_over_plain_http(name: str) -> None:
    from hamr.plugins import manifest

    oauth = {"issuer": "https://login.test", "client_id": "c", "token_path": "/t", name: "http://login.test/t"}
    tables = {"id": "acme", "name": "A", "wire": "w", "base_url": "https://a.test", "auth": {"style": "oauth"}}
    with pytest.raises(ConfigError, match=rf"auth\.oauth\.{name}: tokens are not sent over plain http"):
        manifest.check({**tables, "auth": {"style": "oauth", "oauth": oauth}}, "here")


@pytest.mark.parametrize(("code_format", "sends_state"), [("form", False), ("json", True)])
def test_how_a_code_is_exchanged_is_data(code_format: str, sends_state: bool) -> None:
    spec = dataclasses.replace(SPEC, code_format=code_format, sends_state=sends_state)
    transport = ScriptedTransport(Answer((b'{"access_token": "a"}',)))
    flow = TokenEndpoint("acme", spec).exchange("c", "v", BACK, "s")
    assert Colour("sync").result(flow, transport, lambda *_: None).access == "a"
    (call,) = transport.calls
    body = call.body
    assert (b"state" in body) == sends_state
    assert body.startswith(b"{" if code_format == "json" else b"grant_type=authorization_code")


def test_no_two_logins_are_alike() -> None:
    assert Pkce().verifier != Pkce().verifier
    assert Pkce().state != Pkce().state
    assert 43 <= len(Pkce().verifier) <= 128
    assert Pkce().verifier not in repr(Pkce())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{BACK}?code=c1&state=the-state", "c1"),
        (f"  {BACK}?state=the-state&code=c%2B1 \n", "c+1"),
        ("code=c1&state=the-state", "c1"),
        ("?code=c1&state=the-state", "c1"),
        ("c1", "c1"),
        ("c1#the-state", "c1"),
        (f"{BACK}?code=c1&state=another", None),
        (f"{BACK}?code=c1", None),
        (f"{BACK}?error=access_denied&state=another", None),
        ("c1#another", None),
        (BACK, None),
        ("", None),
    ],
)
def test_the_code_in_what_comes_back(text: str, code: str | None) -> None:
    assert PKCE.code(text) == code


def test_a_login_that_is_refused_says_why() -> None:
    with pytest.raises(NotLetIn, match="they said no") as caught:
        PKCE.code(f"{BACK}?error=access_denied&error_description=they+said+no&state=the-state")
    assert caught.value.code == "access_denied"


def test_with_the_browser_of_this_machine(
    auth: OAuth, colour: Colour, server: AuthorizationServer, transport: HttpTransport, folder: str
) -> None:
    told: list[str] = []
    pages: list[httpx.Response] = []

    def tell(text: str, url: str | None) -> None:
        told.append(text)
        if url is not None:  # a person logs in, and the browser follows
            pages.append(httpx.get(server.log_in(url, state="of another login"), trust_env=False))
            pages.append(httpx.get(server.log_in(url), trust_env=False))

    def logging_in() -> Flow[Tokens]:
        tokens = yield from auth.login("browser", loopback.inbox)
        yield from auth.keep(tokens)
        return tokens

    with Loopback(auth.spec) as loopback:
        assert loopback.is_listening
        tokens = colour.result(logging_in(), transport, tell)
        assert httpx.get(loopback.inbox.redirect_uri + "/else", trust_env=False).status_code == 404
        assert httpx.post(loopback.inbox.redirect_uri, trust_env=False).status_code == 501
    assert told == [
        "Acme may not like this.",
        "Log in with your browser:",
        "That is no answer to this login; waiting for another.",
    ]
    assert [page.content for page in pages] == [PAGE, PAGE]
    assert pages[0].headers["cache-control"] == "no-store"
    assert tokens.account == "account-1"
    kept = CredentialStore(folder).tokens(("acme",)).read()
    assert kept is not None
    assert kept == replace(tokens, account="account-1", expires=kept.expires)
    assert kept.expires == pytest.approx(tokens.expires, abs=0.001)


def test_with_a_browser_elsewhere_whose_url_is_pasted(
    auth: OAuth, colour: Colour, server: AuthorizationServer, transport: HttpTransport
) -> None:
    inbox = Inbox("http://localhost:1455/callback")

    def tell(_: str, url: str | None) -> None:
        if url is not None:
            inbox.put("http://elsewhere.test/")
            inbox.put(server.log_in(url) + "\n")

    assert colour.result(auth.login("browser", inbox), transport, tell).access in server.access


def test_a_code_is_taken_once_and_with_its_verifier(
    auth: OAuth, colour: Colour, server: AuthorizationServer, transport: HttpTransport
) -> None:
    server.echo = True
    url = server.log_in(PKCE.url(auth.spec, BACK))
    code = PKCE.code(url) or ""
    with pytest.raises(NotLetIn) as caught:
        colour.result(auth.endpoint.exchange(code, "another-canary", BACK), transport)
    assert "canary" not in f"{caught.value} {vars(caught.value)}"


def test_the_port_of_a_login_may_be_taken(auth: OAuth) -> None:
    with Loopback(auth.spec) as first:
        port = int(first.inbox.redirect_uri.split(":")[2].split("/")[0])
        taken = OAuthSpec("https://login.test", "c", "/token", redirect_port=port, redirect_host="localhost")
        with Loopback(taken) as second:
            assert not second.is_listening
            assert second.inbox.redirect_uri == f"http://localhost:{port}/callback"


def test_nobody_logs_in(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_login, "PATIENCE", 0.2)
    with pytest.raises(NoAnswer, match="nobody logged in"):
        colour.result(
            browser_login.browser_login(TokenEndpoint("acme", SPEC), Inbox(BACK)), ScriptedTransport(), lambda *_: None
        )


def test_with_a_code_for_a_device(
    auth: OAuth, colour: Colour, server: AuthorizationServer, transport: HttpTransport
) -> None:
    told: list[tuple[str, str | None]] = []
    tokens = colour.result(auth.login("device"), transport, lambda text, url: told.append((text, url)))
    assert tokens.access in server.access
    assert told[1:] == [("Type in the code ABCD-EFGH at", f"{server.url}/activate")]
    assert server.asked_for("/device")[0].fields == {"client_id": "hamr-test", "scope": "chat offline_access"}
    assert len(server.asked_for("/token")) == 2


DEVICE = {"device_code": "d", "user_code": "U", "verification_uri": "https://login.test/go", "interval": "0.01"}
PENDING = Answer((b'{"error": "authorization_pending"}',), 400)
DONE = Answer((b'{"access_token": "a", "refresh_token": "r"}',))


def device(colour: Colour, *answers: Answer | Exception, **more: Any) -> tuple[Tokens, ScriptedTransport]:
    first = Answer((json.dumps({**DEVICE, **more}).encode(),))
    transport = ScriptedTransport(first, *answers)
    flow = device_login.device_login(TokenEndpoint("acme", SPEC))
    return colour.result(flow, transport, lambda *_: None), transport


def test_a_device_waits_while_the_person_does_and_while_the_server_is_down(colour: Colour) -> None:
    tokens, transport = device(colour, PENDING, Answer(status=503), NoAnswer("cut"), PENDING, DONE)
    assert (tokens.access, tokens.refresh, tokens.expires) == ("a", "r", None)
    assert len(transport.calls) == 6


def test_a_device_that_asks_too_often_slows_down(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_endpoint, "SLOWER", 0.05)
    assert device(colour, Answer((b'{"error": "slow_down"}',), 400), DONE)[0].access == "a"


@pytest.mark.parametrize("word", ["access_denied", "expired_token"])
def test_a_device_that_is_refused(colour: Colour, word: str) -> None:
    with pytest.raises(NotLetIn, match=word):
        device(colour, Answer((json.dumps({"error": word}).encode(),), 400))


def test_a_code_that_nobody_types_in(colour: Colour) -> None:
    with pytest.raises(NotLetIn, match="in time"):
        device(colour, PENDING, expires_in=0.01)


def test_a_server_that_knows_no_devices(colour: Colour) -> None:
    flow = device_login.device_login(TokenEndpoint("acme", SPEC))
    with pytest.raises(HamrError, match="answered 404"):
        colour.result(flow, ScriptedTransport(Answer(status=404)))
    with pytest.raises(BrokenReply, match="no code for a device"):
        colour.result(device_login.device_login(TokenEndpoint("acme", SPEC)), ScriptedTransport(Answer((b"{}",))))


def test_a_way_that_there_is_not(auth: OAuth, colour: Colour, transport: HttpTransport) -> None:
    assert auth.ways == ("browser", "device")
    for way in ("carrier pigeon", "browser"):  # the latter without an inbox
        with pytest.raises(ConfigError, match=f"no login by {way}"):
            colour.result(auth.login(way), transport)


def test_logging_out_tells_the_server(
    auth: OAuth, colour: Colour, server: AuthorizationServer, transport: HttpTransport, log_in: Any
) -> None:
    tokens = log_in()
    colour.result(logging_out(auth, tokens), transport)
    assert tokens.refresh not in server.refresh
    assert server.asked_for("/revoke")[0].fields["token_type_hint"] == "refresh_token"


def logging_out(auth: OAuth, tokens: Tokens) -> Flow[bool]:
    yield from auth.logout(tokens)
    return True
