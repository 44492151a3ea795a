"""A backend and an authorization server on this machine, and somebody who is logged in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hamr.api import Tokens
from hamr.secrets.store import CredentialStore
from hamr_testkit.authorization import Asked, AuthorizationServer, jwt, serving

CLAIM = "https://api.openai.com/auth"
ACCOUNT = {CLAIM: {"chatgpt_account_id": "account-1", "chatgpt_plan_type": "plus"}}


class OpenAILogin(AuthorizationServer):
    """The authorization server with OpenAI's paths, claims and codes for devices."""

    def answer(self, asked: Asked) -> tuple[int, Any] | None:
        """The answer to a request."""
        match asked.path:
            case "/api/accounts/deviceauth/usercode":
                self.asked.append(asked)
                return 200, {"device_auth_id": "canary-device", "user_code": "ABCD-1234", "interval": "0.01"}
            case "/api/accounts/deviceauth/token":
                self.asked.append(asked)
                return self._granted()
        return super().answer(asked)

    def tokens(self, lifetime: float | None = None) -> dict[str, Any]:
        """A new pair of tokens, with who they are for."""
        return {**super().tokens(lifetime), "id_token": jwt(ACCOUNT)}

    def _granted(self) -> tuple[int, Any]:
        self.pending -= 1
        if self.pending >= 0:
            return 403, {"error": {"code": "deviceauth_authorization_pending", "message": "not yet"}}
        self.codes["grant"] = f"{self.url}/deviceauth/callback"
        self.challenges["grant"] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B
        return 200, {"authorization_code": "grant", "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}


@pytest.fixture
def openai() -> Iterator[AuthorizationServer]:
    """OpenAI's authorization server."""
    with serving(OpenAILogin(paths={"/oauth/token": "/token", "/oauth/revoke": "/revoke"})) as server:
        yield server


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    """An environment of which nothing is real."""
    return {"HAMR_AGENT_DIR": str(tmp_path / "agent"), "HOME": str(tmp_path / "home")}


@pytest.fixture
def logged_in(environ: Mapping[str, str]) -> Callable[..., Tokens]:
    """Store a login."""

    def put(left: float = 3600.0, account: str | None = "account-1") -> Tokens:
        expires = round(time.time() + left)
        tokens = Tokens(jwt({"exp": expires, **ACCOUNT}), "canary-refresh-0", expires, account)
        CredentialStore(environ["HAMR_AGENT_DIR"]).tokens(("codex",)).replace(None, tokens)
        return tokens

    return put
