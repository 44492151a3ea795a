"""Logging in to ChatGPT, and taking over the login of the Codex CLI (H-78, R-7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hamr import ConfigError, Hamr
from hamr.api import Flow, ImportAuth, LoginAuth, Tokens
from hamr.auth.inbox import Inbox
from hamr.transports.http import HttpTransport
from hamr_provider_codex.login import CodexLogin
from hamr_testkit.authorization import AuthorizationServer, jwt
from hamr_testkit.colours import Colour

CLAIM = "https://api.openai.com/auth"
ACCESS = jwt({"exp": 4102444800, "n": "canary"})
BACK = "http://localhost:1455/auth/callback"


@pytest.fixture
def auth(environ: Mapping[str, str], openai: AuthorizationServer) -> CodexLogin:
    found = Hamr(environ={**environ, "CODEX_ISSUER": openai.url}).pipeline("codex/m").auth
    assert isinstance(found, CodexLogin)
    assert isinstance(found, LoginAuth)
    assert isinstance(found, ImportAuth)
    return found


def test_with_a_browser(
    auth: CodexLogin, colour: Colour, openai: AuthorizationServer, transport: HttpTransport
) -> None:
    """C-24."""
    inbox, told = Inbox(BACK), list[str]()

    def tell(text: str, url: str | None) -> None:
        told.append(text)
        if url is not None:
            assert url.startswith(f"{openai.url}/oauth/authorize?")
            inbox.put(openai.log_in(url))

    tokens = colour.result(auth.login("browser", inbox), transport, tell)
    assert tokens.account == "account-1"
    assert "terms of use" in told[0]
    (query,) = (asked.fields for asked in openai.asked if asked.path == "/authorize")
    assert query["redirect_uri"] == BACK
    assert query["client_id"] == "app_EMoamEEZ73f0CkXaXp7hrann"
    assert query["scope"] == "openid profile email offline_access"
    assert (query["originator"], query["codex_cli_simplified_flow"]) == ("hamr", "true")
    assert query["id_token_add_organizations"] == "true"
    (asked,) = openai.asked_for("/oauth/token")
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"


def test_with_a_code_for_a_device(
    auth: CodexLogin, colour: Colour, openai: AuthorizationServer, transport: HttpTransport
) -> None:
    told = list[tuple[str, str | None]]()
    openai.pending = 2
    tokens = colour.result(auth.login("device"), transport, lambda *said: told.append(said))
    assert tokens.account == "account-1"
    assert tokens.access in openai.access
    assert told[1] == ("Type in the code ABCD-1234 at", f"{openai.url}/codex/device")
    polls = openai.asked_for("/api/accounts/deviceauth/token")
    assert [poll.fields for poll in polls] == [{"device_auth_id": "canary-device", "user_code": "ABCD-1234"}] * 3


def put(path: Path, document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    path.chmod(0o600)
    return path


def official(**more: Any) -> dict[str, Any]:
    held = {"id_token": jwt({}), "access_token": ACCESS, "refresh_token": "canary-refresh", "account_id": "account-7"}
    return {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": {**held, **more}, "last_refresh": "2026-01-02"}


def test_the_login_of_the_codex_cli_is_copied(
    auth: CodexLogin, colour: Colour, transport: HttpTransport, tmp_path: Path
) -> None:
    path = put(tmp_path / "home" / ".codex" / "auth.json", official())
    before = path.read_bytes(), path.stat().st_mtime_ns
    told = list[str]()
    tokens = colour.result(auth.imported(), transport, lambda text, _: told.append(text))
    assert tokens == Tokens(ACCESS, "canary-refresh", 4102444800.0, "account-7", {"imported": True})
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before, "it is OpenAI's file"
    assert "terms of use" in told[0]
    assert "log in there\nagain" in told[1]


def test_its_folder_may_be_elsewhere(
    environ: Mapping[str, str], colour: Colour, transport: HttpTransport, tmp_path: Path
) -> None:
    put(tmp_path / "elsewhere" / "auth.json", official())
    client = Hamr(environ={**environ, "CODEX_HOME": str(tmp_path / "elsewhere")})
    auth = client.pipeline("codex/m").auth
    assert isinstance(auth, ImportAuth)
    assert colour.result(auth.imported(), transport, lambda *_: None).account == "account-7"


@pytest.mark.parametrize(
    ("more", "account"),
    [
        ({"account_id": None, "id_token": jwt({CLAIM: {"chatgpt_account_id": "in-id"}})}, "in-id"),
        ({"account_id": "", "access_token": jwt({CLAIM: {"chatgpt_account_id": "in-access"}})}, "in-access"),
        ({"account_id": None}, None),
    ],
)
def test_where_the_account_is_named(
    auth: CodexLogin, transport: HttpTransport, tmp_path: Path, more: Any, account: str | None
) -> None:
    put(tmp_path / "home" / ".codex" / "auth.json", official(**more))
    assert Colour("sync").result(auth.imported(), transport, lambda *_: None).account == account


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (None, "keeps no login at"),
        ({"auth_mode": "apikey", "OPENAI_API_KEY": "sk-canary-0123456789"}, "holds an API key and no login"),
        ({"auth_mode": "chatgpt", "tokens": None}, "holds no login"),
        ({"tokens": {"access_token": "canary-access"}}, "holds no tokens that can be refreshed"),
        (["canary"], "must hold a table"),
        ('{"tokens": "canary', "is no JSON"),
    ],
)
def test_a_login_that_cannot_be_taken_over(
    auth: CodexLogin, transport: HttpTransport, tmp_path: Path, document: Any, why: str
) -> None:
    if document is not None:
        put(tmp_path / "home" / ".codex" / "auth.json", document)
    with pytest.raises(ConfigError, match=why) as caught:
        Colour("sync").result(auth.imported(), transport, lambda *_: None)
    assert str(tmp_path) in caught.value.message
    assert "canary" not in f"{caught.value} {vars(caught.value)} {caught.value.__cause__!r}"


@pytest.mark.parametrize("is_imported", [False, True])
def test_logging_out_leaves_the_codex_cli_logged_in(
    auth: CodexLogin, colour: Colour, openai: AuthorizationServer, transport: HttpTransport, is_imported: bool
) -> None:
    def logging_out() -> Flow[bool]:
        yield from auth.logout(Tokens("a", "r", extra={"imported": True} if is_imported else {}))
        return True

    told = list[str]()
    assert colour.result(logging_out(), transport, lambda text, _: told.append(text))
    assert len(openai.asked_for("/oauth/revoke")) == (0 if is_imported else 1)
    assert len(told) == (1 if is_imported else 0)
