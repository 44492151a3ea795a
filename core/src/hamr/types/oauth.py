"""How people log in to a provider, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

VARIABLE = {"pattern": r"[A-Za-z_][A-Za-z0-9_]*"}
PATHS = ("authorize_path", "device_path", "token_path", "revoke_path")


@dataclass(frozen=True, slots=True)
class OAuthSpec:
    """An authorization server (RFC 6749) and the client that hamr is to it; a path is one at the `issuer`, or a URL.

    `authorize_path` is where one logs in with a browser (PKCE, RFC 7636), `device_path` where with a code (RFC 8628).
    `redirect_port` 0 is any port; `authorize` holds further parameters of the login's URL. Tokens are refreshed
    `margin` seconds before they end, with a `token_format` body; the code of a browser's login is exchanged with a
    `code_format` body, which has the login's state too where it `sends_state`. `headers` go along with the token, each
    behind what a call says there itself. One of `client_id_env` names another client; without any, nobody can log in.
    Where `env_is_refresh`, what a variable of the provider's holds is a refresh token. The account that
    `account_claim` (a path through the claims of the identity token, or of the access token) names goes into
    `account_header`. `notice` is told at login.
    """

    issuer: str
    client_id: str
    token_path: str
    issuer_env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    client_id_env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    env_is_refresh: bool = False
    authorize_path: str | None = None
    device_path: str | None = None
    revoke_path: str | None = None
    scopes: tuple[str, ...] = ()
    authorize: Mapping[str, str] = field(default_factory=dict)
    redirect_host: str = field(default="127.0.0.1", metadata={"one_of": ("127.0.0.1", "localhost")})
    redirect_port: int = 0
    redirect_path: str = "/callback"
    token_format: str = field(default="form", metadata={"one_of": ("form", "json")})
    code_format: str = field(default="form", metadata={"one_of": ("form", "json")})
    sends_state: bool = False
    margin: float = 300.0
    header: str = "authorization"
    prefix: str = "Bearer "
    headers: Mapping[str, str] = field(default_factory=dict)
    account_header: str | None = None
    account_claim: tuple[str, ...] = ()
    notice: str | None = None

    def url(self, path: str) -> str:
        """Where a path is."""
        return path if "://" in path else f"{self.issuer.rstrip('/')}{path}"

    def at(self, issuer: str) -> OAuthSpec:
        """The same at another server, with nothing left at the old one."""
        paths: dict[str, Any] = {name: _path(getattr(self, name)) for name in PATHS}
        return replace(self, issuer=issuer, **paths)

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways to log in: browser, device."""
        paths: Mapping[str, Any] = {"browser": self.authorize_path, "device": self.device_path}
        return tuple(way for way, path in paths.items() if path is not None)


def _path(url: str | None) -> str | None:
    """The path of a URL, or the path that it is."""
    return f"/{url.partition('://')[2].partition('/')[2]}" if url and "://" in url else url
