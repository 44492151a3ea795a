"""Logging in to Anthropic with a plan, beside the keys that there are (H-79, H-77, H-72, C-24)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr, NotLetIn
from hamr.api import Flow, LoginAuth, Tokens
from hamr.auth.inbox import Inbox
from hamr.auth.oauth import OAuth
from hamr.secrets.kept_keys import KeptKeys
from hamr.transports.http import HttpTransport
from hamr_testkit.authorization import AuthorizationServer, serving
from hamr_testkit.canary import seen
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour

BACK = "http://localhost:53692/callback"
KEY = "sk-ant-canary-0123456789"
ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-6",
    "content": [{"type": "text", "text": "Hello."}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 2},
}
REFUSED = {"type": "error", "error": {"type": "authentication_error", "message": "invalid"}}
LogIn = Callable[..., Tokens]


@pytest.fixture
def claude() -> Iterator[AuthorizationServer]:
    """The authorization server."""
    with serving(AuthorizationServer(paths={"/v1/oauth/token": "/token"})) as server:
        yield server


@pytest.fixture
def environ(tmp_path: Path, claude: AuthorizationServer, provider: Canned) -> Mapping[str, str]:
    """An environment of which nothing is real."""
    own = {"HAMR_AGENT_DIR": str(tmp_path / "agent"), "HOME": str(tmp_path), "HAMR_STATE_DIR": str(tmp_path / "state")}
    return {**own, "ANTHROPIC_OAUTH_ISSUER": claude.url, "ANTHROPIC_BASE_URL": provider.url}


@pytest.fixture
def made(environ: Mapping[str, str]) -> Iterator[Callable[..., Hamr]]:
    """Make a client, once somebody may have logged in."""
    clients: list[Hamr] = []

    def make(*, keys: Mapping[str, str] | None = None, **more: str) -> Hamr:
        clients.append(Hamr(environ={**environ, **more}, keys=keys, folder=None))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def log_in(claude: AuthorizationServer, made: Callable[..., Hamr]) -> LogIn:
    """Store a login that lasts for so many seconds."""

    def put(left: float = 3600.0) -> Tokens:
        told = claude.tokens()
        tokens = Tokens(told["access_token"], told["refresh_token"], round(time.time() + left))
        store = made().credentials
        assert store is not None
        store.tokens(("anthropic",)).replace(None, tokens)
        return tokens

    return put


def test_with_a_browser(
    made: Callable[..., Hamr], colour: Colour, claude: AuthorizationServer, transport: HttpTransport, tmp_path: Path
) -> None:
    auth, told, inbox = made().access("anthropic").auth, list[str](), Inbox(BACK)
    assert isinstance(auth, LoginAuth)
    assert auth.ways == ("browser",)

    def tell(text: str, url: str | None) -> None:
        told.append(text)
        if url is not None:
            inbox.put(claude.log_in(url))

    def logging_in() -> Flow[Tokens]:
        tokens = yield from auth.login("browser", inbox)
        yield from auth.keep(tokens)
        return tokens

    tokens = colour.result(logging_in(), transport, tell)
    assert "against Anthropic's terms" in told[0]
    (query,) = (asked.fields for asked in claude.asked if asked.path == "/authorize")
    assert (query["redirect_uri"], query["code_challenge_method"], query["code"]) == (BACK, "S256", "true")
    assert "user:inference" in query["scope"]
    (asked,) = claude.asked_for("/v1/oauth/token")
    assert asked.headers["content-type"] == "application/json"
    assert set(asked.fields) == {"grant_type", "client_id", "code", "code_verifier", "redirect_uri", "state"}
    assert asked.fields["state"] == query["state"]
    record = json.loads((tmp_path / "agent" / "auth.json").read_text())["anthropic"]
    assert (record["type"], record["access"]) == ("oauth", tokens.access)


def test_the_addresses_are_those_that_hamr_has() -> None:
    auth = Hamr(environ={"HAMR_AGENT_DIR": "/nowhere"}, folder=None).access("anthropic").auth
    assert isinstance(auth, OAuth)
    assert auth.spec.url(auth.spec.authorize_path or "") == "https://claude.ai/oauth/authorize"
    assert auth.spec.url(auth.spec.token_path) == "https://platform.claude.com/v1/oauth/token"
    assert auth.spec.redirect_port == 53692


def test_a_call_has_the_token_and_its_beta(
    made: Callable[..., Hamr], colour: Colour, provider: Canned, log_in: LogIn
) -> None:
    tokens = log_in()
    provider.answer(ANSWER)
    response = colour.call(made(ANTHROPIC_API_KEY=KEY), "hi", "anthropic", options={"betas": ["one-of-mine"]})
    assert response.text == "Hello."
    (asked,) = provider.asked
    assert asked.headers["authorization"] == f"Bearer {tokens.access}"
    assert asked.headers["anthropic-beta"] == "one-of-mine,oauth-2025-04-20"
    assert "x-api-key" not in asked.headers
    assert asked.headers["user-agent"].startswith("hamr/"), "it says who it is"


def test_it_is_refreshed_by_itself(
    made: Callable[..., Hamr],
    colour: Colour,
    provider: Canned,
    log_in: LogIn,
    claude: AuthorizationServer,
    tmp_path: Path,
) -> None:
    """M-25."""
    old = log_in(left=10)
    client = made()
    for _ in range(2):
        provider.answer(ANSWER)
        colour.call(client, "hi", "anthropic")
    (asked,) = claude.asked_for("/v1/oauth/token")
    assert asked.headers["content-type"] == "application/json"
    assert (asked.fields["grant_type"], asked.fields["refresh_token"]) == ("refresh_token", old.refresh)
    record = json.loads((tmp_path / "agent" / "auth.json").read_text())["anthropic"]
    assert provider.asked[-1].headers["authorization"] == f"Bearer {record['access']}"
    assert record["refresh"] != old.refresh


def test_without_a_login_keys_count_as_ever(made: Callable[..., Hamr], colour: Colour, provider: Canned) -> None:
    provider.answer(ANSWER)
    colour.call(made(ANTHROPIC_API_KEY=KEY), "hi", "anthropic")
    assert provider.asked[0].headers["x-api-key"] == KEY
    assert "anthropic-beta" not in provider.asked[0].headers


def test_a_key_that_is_given_in_code_counts_before_the_login(
    made: Callable[..., Hamr], colour: Colour, provider: Canned, log_in: LogIn
) -> None:
    log_in()
    provider.answer(ANSWER)
    colour.call(made(keys={"anthropic": KEY}), "hi", "anthropic")
    assert provider.asked[0].headers["x-api-key"] == KEY


@pytest.mark.parametrize("first", ["key", "login"])
def test_neither_a_key_nor_a_login_takes_the_others_place(
    made: Callable[..., Hamr], log_in: LogIn, first: str, tmp_path: Path
) -> None:
    store = made().credentials
    assert store is not None
    kept = KeptKeys(store, ("anthropic",))
    tokens = None
    for each in (first, "login" if first == "key" else "key"):
        if each == "key":
            assert kept.add(KEY, alone=True)
        else:
            tokens = log_in()
    assert [key.value for key in store.keys(("anthropic",))] == [KEY]
    assert [(login.tokens, login.name) for login in store.logins(("anthropic",))] == [(tokens, "login")]
    assert list(json.loads((tmp_path / "agent" / "auth.json").read_text())) == (
        ["anthropic", "anthropic:login"] if first == "key" else ["anthropic:login", "anthropic"]
    )
    log_in()
    assert len(store.logins(("anthropic",))) == 1, "a new login takes the place of the old one"


def test_a_login_that_has_ended_says_how_to_log_in_again_and_shows_no_token(
    made: Callable[..., Hamr], colour: Colour, provider: Canned, log_in: LogIn, claude: AuthorizationServer
) -> None:
    log_in(left=-10)
    claude.echo = True
    claude.refresh.clear()
    with pytest.raises(NotLetIn) as caught:
        colour.call(made(), "hi", "anthropic")
    assert caught.value.hint == "Log in again: hamr login anthropic --subscription"
    assert "canary" not in seen(caught.value)


def test_a_token_that_is_refused_is_refreshed_once_and_not_shown(
    made: Callable[..., Hamr], colour: Colour, provider: Canned, log_in: LogIn, claude: AuthorizationServer
) -> None:
    tokens = log_in()
    for _ in range(2):
        echoed: Any = {**REFUSED, "error": {**REFUSED["error"], "message": f"no {tokens.access}"}}  # type: ignore[dict-item]  # a table
        provider.answer(echoed, status=401)
    with pytest.raises(NotLetIn) as caught:
        colour.call(made(), "hi", "anthropic")
    assert len(claude.asked_for("/v1/oauth/token")) == 1
    assert tokens.access not in seen(caught.value)
