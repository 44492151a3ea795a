"""A provider that one logs in to, on the loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr, Settings, Timeouts
from hamr.secrets.store import CredentialStore
from hamr.types import Tokens
from hamr_testkit.authorization import AuthorizationServer, serving
from hamr_testkit.installing import Install

MANIFEST = """
id = "acme"
name = "Acme"
base_url = "{url}/v1"
wire = "openai-completions"
[auth]
style = "oauth"
[auth.oauth]
issuer = "{url}"
issuer_env = ["ACME_ISSUER"]
client_id = "hamr-test"
authorize_path = "/authorize"
device_path = "/device"
token_path = "/token"
revoke_path = "/revoke"
scopes = ["chat", "offline_access"]
account_header = "x-account"
account_claim = ["who", "id"]
notice = "Acme may not like this."
"""
QUICK = Settings(timeouts=Timeouts(connect=2, read=5, total=10), retries=0)

LogIn = Callable[..., Tokens]


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    """The authorization server of `acme`, and `acme` itself."""
    with serving() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """Where credentials are."""
    return str(tmp_path / "agent")


@pytest.fixture
def acme(install: Install, server: AuthorizationServer) -> None:
    """The plugin of `acme`."""
    install("acme", manifest=MANIFEST.format(url=server.url))


@pytest.fixture
def log_in(server: AuthorizationServer, folder: str) -> LogIn:
    """Store a login whose access token has so many seconds left; gives its tokens."""

    def put(left: float = 3600.0, **more: Any) -> Tokens:
        import time

        told = server.tokens()
        fields: dict[str, Any] = {"access": told["access_token"], "refresh": told["refresh_token"]}
        tokens = Tokens(**{**fields, "expires": round(time.time() + left), "account": "account-0", **more})
        CredentialStore(folder).tokens(("acme",)).replace(None, tokens)
        return tokens

    return put


@pytest.fixture
def environ(folder: str) -> Mapping[str, str]:
    """An environment in which nothing but the store is known."""
    return {"HAMR_AGENT_DIR": folder}


@pytest.fixture
def client(acme: None, environ: Mapping[str, str]) -> Iterator[Hamr]:
    """A client that sends nothing twice."""
    with Hamr(environ=environ, settings=QUICK) as made:
        yield made
