"""What lets calls in: a token of Google's, given or got for credentials; with the project that they are made in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from hamr.api import Close, ConfigError, Head, NotLetIn, Open, Wait, WallClock
from hamr.wirekit import jwt_expiry
from hamr_provider_vertex.exchange import exchanged
from hamr_provider_vertex.search import Search
from hamr_provider_vertex.token import Token, table

if TYPE_CHECKING:
    from hamr.api import Call, Flow, OpenReply, Route, Secret

EARLY = 300.0
"""A token is renewed so many seconds before it ends."""
REFUSED = 401
PROJECT = "{project}"
"""Stands in a URL for the project that neither a variable nor the code names: the credentials may."""
_HOW = "Get another: gcloud auth print-access-token"


class GoogleAuth:
    """Lets one route's calls in; keeps a token until shortly before it ends, or is refused."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._token: Token | None = None

    def flow(self, call: Call) -> Flow[OpenReply]:
        """Open the call with a token; raises ConfigError where there is none, NotLetIn where it is refused."""
        secret = (yield Wait(self._route.secret)) if self._route.waits else self._route.secret()
        if secret is not None and not secret.reveal().startswith("{"):
            return (yield from self._given(secret, call))
        token = yield from self._found(secret)
        reply: OpenReply = yield Open((yield from self._let_in(call, token)))
        if reply.head.status != REFUSED:
            return reply
        yield Close(reply)
        self._token = None
        token = yield from self._found(secret)
        reply = yield Open((yield from self._let_in(call, token)))
        return reply

    def _given(self, secret: Secret, call: Call) -> Flow[OpenReply]:
        """The token of a variable's, which cannot be renewed here."""
        place, id = secret.origin, self._route.provider.id
        expires, now = jwt_expiry(secret.reveal()), (yield WallClock())
        if expires is not None and expires <= now:
            raise ConfigError(f"the token for {id} in {place} has expired", hint=_HOW)
        reply: OpenReply = yield Open((yield from self._let_in(call, Token(secret.reveal(), 0.0))))
        if reply.head.status == REFUSED:
            yield Close(reply)
            said = f"Google refuses the token for {id} in {place}: it may have expired, for it holds for an hour"
            raise NotLetIn(said, provider=id, status=REFUSED, hint=_HOW)
        return reply

    def _found(self, secret: Secret | None) -> Flow[Token]:
        """The token that is kept, or a new one; a key may also be what a key file holds."""
        now: float = yield WallClock()
        if self._token is None or self._token.expires - EARLY <= now:
            if secret is None:
                self._token = yield from Search(self._route).token()
            else:
                info = table(Head(200, {}, secret.reveal().encode()))
                self._token = yield from exchanged(info, f"the key in {secret.origin}")
        return self._token

    def _let_in(self, call: Call, token: Token) -> Flow[Call]:
        """The call with its token, its project, and the project that a person's calls are charged to."""
        if PROJECT in call.url:
            project = token.project or token.quota_project
            if project is None:
                project = yield from Search(self._route).project()
            call = replace(call, url=call.url.replace(PROJECT, quote(project, safe="")))
        quota = self._route.provider.parameters.get("quota_project") or token.quota_project
        if quota:
            call = replace(call, headers={**call.headers, "x-goog-user-project": quota})
        return call.with_secret("authorization", f"Bearer {token.value}")
