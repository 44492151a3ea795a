"""Auth by a login: an access token, which is refreshed before it ends and once when it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.auth.along import along
from hamr.auth.token_endpoint import TokenEndpoint
from hamr.effects import Close, Do, Emit, Flow, Lock, Open, OpenReply, Release, Tell, WallClock
from hamr.errors import CallError, ConfigError, HamrError, NotLetIn
from hamr.secrets import jwt
from hamr.types import Call, OAuthSpec, Route, Tokens, TokenStore, Warned

if TYPE_CHECKING:
    from hamr.specs import Answers

UNAUTHORIZED = 401
PAUSE = 60.0
"""Seconds for which a token that still lets calls in is not refreshed again after that has failed."""


class OAuth:
    """Puts the access token into its header; the tokens are kept in the route's store.

    Whoever refreshes holds a lock across all processes and reads the store first, so that a refresh token, which many
    servers take only once, is used once. Raises ConfigError where nobody has logged in, NotLetIn where the login has
    ended.
    """

    def __init__(self, route: Route) -> None:
        spec, store = route.provider.auth.oauth, route.tokens
        if spec is None:
            raise ConfigError(f"{route.provider.id}: auth style `oauth` needs the table `auth.oauth`")
        self.provider = route.provider.id
        self.spec: OAuthSpec = spec
        self.endpoint = TokenEndpoint(self.provider, spec)
        self._option = " --subscription" if route.provider.auth.has_keys else ""
        self._store: TokenStore | None = store
        self._unkept: tuple[Tokens, Tokens] | None = None
        self._refused: tuple[str | None, NotLetIn] | None = None
        self._paused_until = 0.0

    def flow(self, call: Call) -> Flow[OpenReply]:
        """Open the call with a token that is not about to end; where that is refused, once more with a new one."""
        tokens = yield from self._usable(call)
        reply: OpenReply = yield Open(self.let_in(call, tokens))
        if reply.head.status != UNAUTHORIZED or not (yield from self._is_renewable(tokens)):
            return reply
        yield Close(reply)
        tokens = yield from self._renewed(call, tokens, refused=True)
        reply = yield Open(self.let_in(call, tokens))
        return reply

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways to log in, the usual one first."""
        return self.spec.ways

    def login(self, way: str, inbox: Answers | None = None) -> Flow[Tokens]:
        """The tokens of who logs in, by a browser whose answer comes into the inbox, or by a code for a device.

        They are not kept yet. Raises NotLetIn or another CallError, ConfigError for a way that there is not.
        """
        if way not in self.ways or (way == "browser" and inbox is None):
            raise ConfigError(f"{self.provider}: there is no login by {way}", hint=f"There is {', '.join(self.ways)}.")
        if not self.spec.client_id:
            names = " or ".join(self.spec.client_id_env) or "auth.oauth.client_id"
            raise ConfigError(
                f"{self.provider}: there is no client to log in as", hint=f"Set {names}; its README says to what."
            )
        if self.spec.notice:
            yield Tell(self.spec.notice)
        if inbox is not None and way == "browser":
            from hamr.auth.browser_login import browser_login

            return (yield from browser_login(self.endpoint, inbox))
        return (yield from self.device_login())

    def device_login(self) -> Flow[Tokens]:
        """The login by a code, as RFC 8628 has it; a provider that does it in a way of its own replaces this."""
        from hamr.auth.device_login import device_login

        return (yield from device_login(self.endpoint))

    def refreshed(self, tokens: Tokens, deadline: float | None = None) -> Flow[Tokens]:
        """New tokens for old ones; a provider that has a way of its own replaces this.

        Raises NotLetIn where the login has ended, another CallError where it may not have.
        """
        return (yield from self.endpoint.refresh(tokens, deadline))

    def keep(self, tokens: Tokens) -> Flow[None]:
        """Keep the tokens of a new login in place of those of the last one; raises ConfigError."""
        store = self._place()
        yield Lock(store.lock, store.folder)
        yield Do(lambda: store.replace(None, tokens))
        yield Release(store.lock)

    def logout(self, tokens: Tokens) -> Flow[None]:
        """End a login at the server, where it takes that; raises CallError."""
        yield from self.endpoint.revoke(tokens)

    def let_in(self, call: Call, tokens: Tokens) -> Call:
        """The call with its token, and with the account where the provider wants to be told of it."""
        call = along(call.with_secret(self.spec.header, self.spec.prefix + tokens.access), self.spec.headers)
        if self.spec.account_header is None:
            return call
        account = tokens.account or jwt.claim(tokens.access, self.spec.account_claim)
        return call.with_secret(self.spec.account_header, account) if account else call

    def _usable(self, call: Call) -> Flow[Tokens]:
        tokens = yield from self._kept()
        now: float = yield WallClock()
        if tokens.is_usable(now, self.spec.margin) or (now < self._paused_until and tokens.is_usable(now)):
            return tokens
        if tokens.refresh is None:
            if tokens.is_usable(now):
                return tokens
            raise self._ended("the login has ended")
        return (yield from self._renewed(call, tokens, refused=False))

    def _is_renewable(self, tokens: Tokens) -> Flow[bool]:
        kept = yield from self._kept()
        return kept.refresh is not None or kept.access != tokens.access

    def _renewed(self, call: Call, stale: Tokens, *, refused: bool) -> Flow[Tokens]:
        """Tokens that are newer than these, of which another process may have seen to."""
        store = self._place()
        name = store.refresh_lock  # which may be another one once the tokens are
        yield Lock(name, store.folder, call.deadline)
        try:
            fresh = yield from self._renewed_alone(call, stale, refused=refused)
        except HamrError:
            yield Release(name)
            raise
        yield Release(name)
        return fresh

    def _renewed_alone(self, call: Call, stale: Tokens, *, refused: bool) -> Flow[Tokens]:
        kept = yield from self._kept()
        if kept.access != stale.access and kept.is_usable((yield WallClock())):
            return kept
        if self._refused is not None and self._refused[0] == kept.refresh:
            raise self._ended(self._refused[1].message, self._refused[1])
        try:
            fresh = yield from self.refreshed(kept, call.deadline)
        except NotLetIn as error:
            self._refused = kept.refresh, error
            raise self._ended(error.message, error) from error
        except CallError as error:  # which says nothing of the login
            return (yield from self._still(kept, error, refused=refused))
        yield from self._keep(kept, fresh)
        return fresh

    def _still(self, tokens: Tokens, error: CallError, *, refused: bool) -> Flow[Tokens]:
        """The old tokens for as long as they let calls in; raises the error where they do not."""
        now: float = yield WallClock()
        if refused or not tokens.is_usable(now):
            error.message = f"the login could not be refreshed: {error.message}"
            raise error
        self._paused_until = now + PAUSE
        yield Emit([Warned(f"the login could not be refreshed, and still lets calls in: {error.message}")])
        return tokens

    def _keep(self, old: Tokens, fresh: Tokens) -> Flow[None]:
        """Write the new tokens down before they are used: the old refresh token may be worth nothing now."""
        store, stored = self._place(), self._unkept[0] if self._unkept else old
        yield Lock(store.lock, store.folder)
        try:
            yield Do(lambda: store.replace(stored, fresh))
        except ConfigError as error:
            self._unkept = stored, fresh
            yield Emit([Warned(f"{error.message}: the refreshed login lasts no longer than this program")])
        else:
            self._unkept = None
        yield Release(store.lock)

    def _kept(self) -> Flow[Tokens]:
        """The tokens as they are now; raises ConfigError where nobody has logged in."""
        tokens: Tokens | None = yield Do(self._place().read)
        if tokens is None:
            raise self._nobody()
        if self._unkept is not None and tokens.is_same(self._unkept[0]):
            return self._unkept[1]
        return tokens

    def _place(self) -> TokenStore:
        if self._store is None:
            raise ConfigError(
                f"{self.provider}: there is no place for logins", hint="Set HAMR_AGENT_DIR to a folder of your own."
            )
        return self._store

    def _command(self) -> str:
        name = self._store.login if self._store is not None else ""
        return f"hamr login {self.provider}{self._option}{f' --as {name}' if name else ''}"

    def _nobody(self) -> ConfigError:
        return ConfigError(
            f"nobody is logged in to {self.provider}; looked in {self._place().name}",
            hint=f"Log in: {self._command()}",
        )

    def _ended(self, why: str, error: CallError | None = None) -> NotLetIn:
        return NotLetIn(
            why,
            hint=f"Log in again: {self._command()}",
            provider=self.provider,
            status=error.status if error else None,
            code=error.code if error else None,
        )
