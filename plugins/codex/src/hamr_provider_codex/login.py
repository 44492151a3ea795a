"""Logging in: what OpenAI does in a way of its own, and the login of the Codex CLI."""

from __future__ import annotations

from hamr.api import BrokenReply, Flow, Head, OAuth, ReadFile, Route, Tell, Tokens
from hamr_provider_codex import official

USER_PAGE = "/codex/device"
TOKEN_PATH = "/api/accounts/deviceauth/token"  # noqa: S105  # a path
REDIRECT_PATH = "/deviceauth/callback"
LIFETIME = 900.0
"""Seconds for which a code counts."""
PENDING = (403, 404)
"""Statuses that mean that the code has not been typed in yet."""

TAKEN_OVER = """\
The login of the Codex CLI is copied, and its file is left as it is. OpenAI takes each refresh token once: when hamr
refreshes this login, the copy of the Codex CLI ends, and the other way round. Whichever is refused, log in there
again."""


class CodexLogin(OAuth):
    """The core's login, with a code for a device as OpenAI has it; can take over the login of the Codex CLI."""

    def __init__(self, route: Route) -> None:
        super().__init__(route)
        self._file = official.path(route.provider.parameters)

    def device_login(self) -> Flow[Tokens]:
        """The tokens of who types in the code that is told: it stands for an authorization code, not for tokens."""
        endpoint, spec = self.endpoint, self.spec
        client = {"client_id": spec.client_id}
        asked = endpoint.answer((yield from endpoint.fetch(endpoint.json_call(spec.device_path or "", client))))
        device, code = asked.get("device_auth_id"), asked.get("user_code")
        if not (isinstance(device, str) and isinstance(code, str)):
            raise BrokenReply("OpenAI's answer holds no code for a device", provider=self.provider)
        yield Tell(f"Type in the code {code} at", spec.url(USER_PAGE))
        call = endpoint.json_call(TOKEN_PATH, {"device_auth_id": device, "user_code": code})
        interval = endpoint.seconds(asked.get("interval"), 5.0)
        head: Head = yield from endpoint.polled(call, interval, LIFETIME, PENDING)
        granted = endpoint.answer(head, (device,))
        grant, verifier = granted.get("authorization_code"), granted.get("code_verifier")
        if not (isinstance(grant, str) and isinstance(verifier, str)):
            raise BrokenReply("OpenAI's answer holds no authorization code", provider=self.provider)
        return (yield from endpoint.exchange(grant, verifier, spec.url(REDIRECT_PATH)))

    def imported(self) -> Flow[Tokens]:
        """The tokens of the Codex CLI's login, whose file is not written; raises ConfigError."""
        if self.spec.notice:
            yield Tell(self.spec.notice)
        tokens = official.tokens((yield ReadFile(self._file)), self._file, self.spec.account_claim)
        yield Tell(TAKEN_OVER)
        return tokens

    def logout(self, tokens: Tokens) -> Flow[None]:
        """End a login at OpenAI, unless it is the Codex CLI's as well; raises CallError."""
        if tokens.extra.get(official.IMPORTED):
            yield Tell("The login was taken over from the Codex CLI, so OpenAI is not told: it would end there, too.")
        else:
            yield from super().logout(tokens)
