"""How people log in to a provider, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class OAuthSpec:
    """An authorization server (RFC 6749) and the client that hamr is to it; a path is one at the `issuer`.

    `authorize_path` is where one logs in with a browser (PKCE, RFC 7636), `device_path` where with a code (RFC 8628).
    `redirect_port` 0 is any port; `authorize` holds further parameters of the login's URL. Tokens are refreshed
    `margin` seconds before they end, with a `token_format` body. The account that `account_claim` (a path through the
    claims of the identity token, or of the access token) names goes into `account_header`. `notice` is told at login.
    """

    issuer: str
    client_id: str
    token_path: str
    issuer_env: tuple[str, ...] = field(default=(), metadata={"pattern": r"[A-Za-z_][A-Za-z0-9_]*"})
    authorize_path: str | None = None
    device_path: str | None = None
    revoke_path: str | None = None
    scopes: tuple[str, ...] = ()
    authorize: Mapping[str, str] = field(default_factory=dict)
    redirect_host: str = field(default="127.0.0.1", metadata={"one_of": ("127.0.0.1", "localhost")})
    redirect_port: int = 0
    redirect_path: str = "/callback"
    token_format: str = field(default="form", metadata={"one_of": ("form", "json")})
    margin: float = 300.0
    header: str = "authorization"
    prefix: str = "Bearer "
    account_header: str | None = None
    account_claim: tuple[str, ...] = ()
    notice: str | None = None

    def url(self, path: str) -> str:
        """Where a path is."""
        return f"{self.issuer.rstrip('/')}{path}"

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways to log in: browser, device."""
        paths: Mapping[str, Any] = {"browser": self.authorize_path, "device": self.device_path}
        return tuple(way for way, path in paths.items() if path is not None)
