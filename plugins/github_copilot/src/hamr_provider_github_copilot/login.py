"""Logging in to GitHub, and the exchange of its token for one of Copilot's, which lasts for minutes."""

from __future__ import annotations

from dataclasses import replace

from hamr.api import BrokenReply, Call, Flow, Head, OAuth, Route, Tokens
from hamr_provider_github_copilot import place

ENTERPRISE = "enterpriseUrl"
"""The host of an enterprise's own GitHub, kept with the tokens as Hamr keeps it."""
ENDPOINT = "endpoint"


class CopilotLogin(OAuth):
    """The core's login, where GitHub's token is the refresh token: what it is exchanged for lets calls in."""

    def __init__(self, route: Route) -> None:
        super().__init__(route)
        provider = route.provider
        self._headers = {name.lower(): value for name, value in provider.headers.items()}
        self._base = provider.base_url if place.is_usual(provider.base_url) else None

    def device_login(self) -> Flow[Tokens]:
        """The tokens of who types in the code that is told; raises NotLetIn where they have no Copilot."""
        github: Tokens = yield from super().device_login()
        host = place.enterprise_host(self.spec.issuer)
        return (yield from self.refreshed(Tokens("", github.access, extra={ENTERPRISE: host} if host else {})))

    def refreshed(self, tokens: Tokens, deadline: float | None = None) -> Flow[Tokens]:
        """A new token of Copilot's; raises NotLetIn where GitHub's is worth nothing any more, or another CallError."""
        endpoint, github = self.endpoint, tokens.refresh or ""
        url = place.exchange_url(self.spec.issuer, tokens.extra.get(ENTERPRISE))
        call = endpoint.get_call(url, self._headers, (yield from endpoint.within(deadline)))
        head: Head = yield from endpoint.fetch(call.with_secret("authorization", f"Bearer {github}"))
        said = endpoint.answer(head, (github, tokens.access))
        token, expires, named = said.get("token"), said.get("expires_at"), said.get("endpoints")
        if not (isinstance(token, str) and token and isinstance(expires, int | float) and expires > 0):
            raise BrokenReply("GitHub's answer holds no token of Copilot's", provider=self.provider)
        api = place.api(token, named.get("api") if isinstance(named, dict) else None)
        extra = {name: value for name, value in tokens.extra.items() if name != ENDPOINT}
        return Tokens(token, github, float(expires), tokens.account, {**extra, ENDPOINT: api} if api else extra)

    def let_in(self, call: Call, tokens: Tokens) -> Call:
        """The call with its token, at the address that is the token's own, unless the user has named another."""
        call = super().let_in(call, tokens)
        told = tokens.extra.get(ENDPOINT)
        api = place.api(tokens.access, told if isinstance(told, str) else None)
        if self._base is None or api is None or not call.url.startswith(f"{self._base}/"):
            return call
        return replace(call, url=api + call.url.removeprefix(self._base))
