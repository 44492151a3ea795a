"""What lets calls in: a key, a token of Microsoft Entra, or credentials that are exchanged for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.api import ConfigError, HeaderAuth, Open, Wait, WallClock
from hamr.wirekit import jwt_expiry
from hamr_provider_azure.entra import Search

if TYPE_CHECKING:
    from hamr.api import Call, Flow, OpenReply, Route
    from hamr_provider_azure.entra import Token

EARLY = 300.0
"""A token is renewed so many seconds before it expires."""
REFUSED = 401


class AzureAuth:
    """Lets one route's calls in; keeps a token until shortly before it expires, or is refused."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._tokens = tuple(f"the environment variable {name}" for name in route.provider.auth.bearer_env)
        self._token: Token | None = None

    def flow(self, call: Call) -> Flow[OpenReply]:
        """Open the call with one of the two headers; raises ConfigError where there is nothing to let it in with."""
        secret = (yield Wait(self._route.secret)) if self._route.waits else self._route.secret()
        if secret is None:
            token = yield from self._found()
            reply: OpenReply = yield Open(call.with_secret("authorization", f"Bearer {token.value}"))
            if reply.head.status == REFUSED:
                self._token = None
            return reply
        if secret.origin in self._tokens:
            expires, now = jwt_expiry(secret.reveal()), (yield WallClock())
            if expires is not None and expires <= now:
                raise ConfigError(
                    f"the token for {self._route.provider.id} in {secret.origin} has expired",
                    hint="Get another: az account get-access-token --resource https://cognitiveservices.azure.com",
                )
        header = self._route.provider.auth.header or "api-key"
        return (yield from HeaderAuth(lambda: secret, header, "", self._tokens).flow(call))

    def _found(self) -> Flow[Token]:
        now: float = yield WallClock()
        if self._token is None or self._token.expires - EARLY <= now:
            self._token = yield from Search(self._route).find()
        return self._token
