"""A token in a variable stands for a login that nobody has made (M-20, M-21)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from hamr import ConfigError, Hamr, NotLetIn
from hamr.secrets.variable_tokens import VariableTokens
from hamr.types import Secret, Tokens
from hamr_testkit.authorization import AuthorizationServer
from hamr_testkit.canary import seen
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install

MANIFEST = """
id = "acme"
name = "Acme"
base_url = "{url}/v1"
wire = "openai-completions"
[auth]
style = "oauth"
env = ["ACME_TOKEN"]
[auth.oauth]
issuer = "{url}"
client_id = "hamr-test"
device_path = "/device"
token_path = "/token"
env_is_refresh = {is_refresh}
"""
CANARY = "canary-0123456789-abcdef"
Made = Callable[..., Hamr]


@pytest.fixture
def made(install: Install, server: AuthorizationServer, environ: Mapping[str, str]) -> Iterator[Made]:
    """Make a client of a provider whose variable holds an access token, or a refresh token."""
    clients: list[Hamr] = []

    def make(token: str, *, is_refresh: bool = False) -> Hamr:
        install("acme", manifest=MANIFEST.format(url=server.url, is_refresh=str(is_refresh).lower()))
        clients.append(Hamr(environ={**environ, "ACME_TOKEN": token}, folder=None))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def bearers(server: AuthorizationServer) -> list[str]:
    return [asked.headers["authorization"] for asked in server.asked_for("/v1/chat/completions")]


def test_it_lets_calls_in(made: Made, colour: Colour, server: AuthorizationServer) -> None:
    token = server.tokens()["access_token"]
    assert colour.call(made(token), "hi", "acme/m").text == "hello"
    assert bearers(server) == [f"Bearer {token}"]


def test_a_refresh_token_is_used_once_for_a_client(made: Made, colour: Colour, server: AuthorizationServer) -> None:
    token = server.tokens()["refresh_token"]
    client = made(token, is_refresh=True)
    for _ in range(3):
        assert colour.call(client, "hi", "acme/m").text == "hello"
    (asked,) = server.asked_for("/token")
    assert asked.fields["refresh_token"] == token
    assert len(set(bearers(server))) == 1


def test_a_login_counts_before_it(
    made: Made, colour: Colour, server: AuthorizationServer, log_in: Callable[..., Tokens]
) -> None:
    tokens = log_in()
    colour.call(made("canary-variable"), "hi", "acme/m")
    assert bearers(server) == [f"Bearer {tokens.access}"]


def test_one_that_is_refused_is_not_shown(made: Made, colour: Colour, server: AuthorizationServer) -> None:
    server.echo = True
    with pytest.raises(NotLetIn) as caught:
        colour.call(made(CANARY), "hi", "acme/m")
    assert CANARY not in seen(caught.value)


def test_providers_tell_of_it(made: Made, environ: Mapping[str, str]) -> None:
    from hamr.cli.providers import key_of

    provider = made("canary-0123456789").pipeline("acme/m").route.provider
    told = key_of(provider, {**environ, "ACME_TOKEN": "canary-0123456789"})
    assert (told.status, told.variable, told.source) == ("set", "ACME_TOKEN", "environment")
    assert key_of(provider, environ).told == "not logged in"


def test_without_a_place_for_logins_a_new_one_is_an_error() -> None:
    """The refresh of the variable's is kept in memory all the same, and ends with the variable's value."""
    held = {"value": Secret("r1", "here")}
    tokens = VariableTokens(None, "acme", lambda: held.get("value"), is_refresh=True)
    assert tokens.read() == Tokens("", "r1", 0.0)
    assert tokens.replace(tokens.read(), Tokens("a1", "r1", 9.0))
    assert tokens.read() == Tokens("a1", "r1", 9.0)
    held["value"] = Secret("r2", "here")
    assert tokens.read() == Tokens("", "r2", 0.0)
    held.clear()
    assert tokens.read() is None
    assert not tokens.replace(Tokens("a1"), Tokens("a2"))
    with pytest.raises(ConfigError, match="no place for logins"):
        tokens.replace(None, Tokens("a2"))
    assert Path(os.fspath(tokens.folder)) == Path()
