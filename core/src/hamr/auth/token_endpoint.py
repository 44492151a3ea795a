"""Asking an authorization server for tokens (RFC 6749, sections 4.1.3, 5 and 6; RFC 7009). Flows, like all of auth."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from hamr.effects import Fetch, Flow, Now, Sleep, WallClock
from hamr.errors import BadRequest, BrokenReply, CallError, NoAnswer, NotLetIn, Overloaded, RateLimited
from hamr.secrets import jwt
from hamr.secrets.redact import SHORTEST, clean
from hamr.types import Call, Head, OAuthSpec, Secret, Timeouts, Tokens
from hamr.version import VERSION

PATIENCE = Timeouts(connect=10.0, read=15.0, total=None)
"""For a server that only looks something up: a call waits for it."""

LONGEST = 30.0
"""Seconds for one refresh: others wait for it."""

SLOWER = 5.0
"""Seconds that `slow_down` adds to those between two questions (RFC 8628, 3.5)."""

WORDS = 300
OWN = {"accept": "application/json", "user-agent": f"hamr/{VERSION}"}


class TokenEndpoint:
    """Where a provider's tokens come from; `provider` is its id."""

    def __init__(self, provider: str, spec: OAuthSpec) -> None:
        self.provider, self.spec = provider, spec

    def exchange(self, code: str, verifier: str, redirect_uri: str, state: str | None = None) -> Flow[Tokens]:
        """The tokens for the code of a login with a browser; raises NotLetIn or another CallError."""
        fields = {"grant_type": "authorization_code", "client_id": self.spec.client_id, "code": code}
        fields |= {"redirect_uri": redirect_uri, "code_verifier": verifier}
        if self.spec.sends_state and state is not None:
            fields["state"] = state
        make = self.json_call if self.spec.code_format == "json" else self.form_call  # RFC 6749 knows a form alone
        return (yield from self.ask(make(self.spec.token_path, fields), (code, verifier)))

    def refresh(self, tokens: Tokens, deadline: float | None = None) -> Flow[Tokens]:
        """New tokens for old ones, of which the server may take the refresh token this once.

        Raises NotLetIn where the login has ended, NoAnswer, Overloaded or another CallError where it may not have.
        """
        fields = {"grant_type": "refresh_token", "client_id": self.spec.client_id}
        fields["refresh_token"] = tokens.refresh or ""
        make = self.json_call if self.spec.token_format == "json" else self.form_call  # noqa: S105  # a format
        call = make(self.spec.token_path, fields, (yield from self.within(deadline)))
        return (yield from self.ask(call, (tokens.access, fields["refresh_token"]), tokens))

    def within(self, deadline: float | None) -> Flow[float]:
        """Until when a refresh may last, for others wait for it."""
        latest: float = (yield Now()) + LONGEST
        return latest if deadline is None else min(deadline, latest)

    def fetch(self, call: Call) -> Flow[Head]:
        """The reply to a call, whatever it says; raises NoAnswer."""
        head: Head = yield Fetch(call)
        return head

    def form_call(self, path: str, fields: Mapping[str, str], deadline: float | None = None) -> Call:
        """The call that sends these fields as a form."""
        return self._call(path, urlencode(fields).encode(), "application/x-www-form-urlencoded", deadline)

    def json_call(self, path: str, fields: Mapping[str, str], deadline: float | None = None) -> Call:
        """The call that sends these fields as JSON."""
        import json

        return self._call(path, json.dumps(fields).encode(), "application/json", deadline)

    def get_call(self, path: str, headers: Mapping[str, str], deadline: float | None = None) -> Call:
        """The call that only asks, with these headers besides."""
        return replace(self._call(path, b"", "", deadline), method="GET", headers={**OWN, **headers})

    def answer(self, head: Head, secrets: tuple[str, ...] = ()) -> Mapping[str, Any]:
        """What a reply says; raises the CallError that a failing one stands for, with none of the secrets in it."""
        if head.status // 100 != 2:
            raise refusal(head, self.provider, secrets)
        return body_of(head)

    def polled(self, call: Call, interval: float, lifetime: float, pending: Container[int] = ()) -> Flow[Head]:
        """The first reply that does not say to wait on; raises NotLetIn where none comes within `lifetime`.

        To wait say `authorization_pending` and `slow_down` (RFC 8628, 3.5), the statuses in `pending`, and faults that
        pass.
        """
        deadline = (yield Now()) + lifetime
        while True:
            yield Sleep(interval)
            try:
                head: Head = yield Fetch(call)
                if head.status >= 500:
                    raise refusal(head, self.provider)
            except (NoAnswer, Overloaded):
                interval *= 2  # as RFC 8628, 3.5, asks
                head = Head(0)
            word = said(body_of(head))[0] or ""
            if word.endswith("slow_down"):
                interval += SLOWER
            elif head.status and head.status not in pending and not word.endswith("authorization_pending"):
                return head
            if (yield Now()) + interval >= deadline:
                raise NotLetIn("nobody typed the code in, in time", provider=self.provider, hint="Try again.")

    @staticmethod
    def seconds(value: Any, usual: float) -> float:
        """A number of seconds, which some servers write as a text; the usual one where it is none."""
        found = _seconds(value)
        return usual if found is None else found

    def revoke(self, tokens: Tokens) -> Flow[None]:
        """End a login at the server (RFC 7009); raises CallError."""
        if self.spec.revoke_path is None or tokens.refresh is None:
            return
        fields = {"client_id": self.spec.client_id, "token": tokens.refresh, "token_type_hint": "refresh_token"}
        head: Head = yield Fetch(self.form_call(self.spec.revoke_path, fields))
        self.answer(head, (tokens.refresh, tokens.access))

    def ask(self, call: Call, secrets: tuple[str, ...], old: Tokens | None = None) -> Flow[Tokens]:
        """The tokens in the answer to a call; `secrets` are what the call holds, and `old` what it was got with."""
        head: Head = yield Fetch(call)
        return self.tokens(head, (yield WallClock()), secrets, old)

    def tokens(self, head: Head, now: float, secrets: tuple[str, ...], old: Tokens | None = None) -> Tokens:
        """The tokens in an answer, in which what it leaves out stays as it was; raises CallError."""
        body = self.answer(head, secrets)
        if isinstance(body.get("error"), str):  # with a status of success, as GitHub's is (GitHub docs, 2026)
            raise refusal(replace(head, status=400), self.provider, secrets)
        access, refresh = _text(body, "access_token"), _text(body, "refresh_token")
        if access is None and (old is None or refresh is None):
            raise BrokenReply("the authorization server's answer holds no token", provider=self.provider)
        access = access or (old.access if old else "")
        named = jwt.claim(_text(body, "id_token"), self.spec.account_claim) or jwt.claim(
            access, self.spec.account_claim
        )
        lifetime = _seconds(body.get("expires_in"))
        return Tokens(
            access=access,
            refresh=refresh or (old.refresh if old else None),
            expires=jwt.expiry(access) if lifetime is None else now + lifetime,
            account=named or (old.account if old else None),
            extra=old.extra if old else {},
        )

    def _call(self, path: str, body: bytes, content_type: str, deadline: float | None) -> Call:
        return Call(
            self.spec.url(path),
            headers={"content-type": content_type, **OWN},
            body=body,
            timeouts=PATIENCE,
            deadline=deadline,
        )


def body_of(head: Head) -> Mapping[str, Any]:
    """The table in a reply's body; an empty one where there is none."""
    import json

    try:
        found = json.loads(head.body)
    except ValueError:  # not shown, nor what it came from: it may hold tokens
        return {}
    return found if isinstance(found, dict) else {}


def refusal(head: Head, provider: str, secrets: tuple[str, ...] = ()) -> CallError:
    """The error that a failing answer of an authorization server stands for, with none of the secrets in it.

    400, 401 and 403 say that there is no way in with what was sent: of a refresh, that the login has ended.
    """
    code, message = said(body_of(head))
    kind: type[CallError] = BadRequest
    if head.status in (400, 401, 403):
        kind = NotLetIn
    elif head.status == 429:
        kind = RateLimited
    elif head.status >= 500 or head.status in (408, 425):
        kind = Overloaded
    told = message or f"it answered {head.status} and said nothing"
    for value in sorted((each for each in secrets if len(each) >= SHORTEST), key=len, reverse=True):
        told, code = clean(told, Secret(value, "")), clean(code, Secret(value, "")) if code else None
    message = f"the authorization server refused: {told[:WORDS]}"
    return kind(message, provider=provider, status=head.status, code=code)


def said(body: Mapping[str, Any]) -> tuple[str | None, str]:
    """The code and the words of a refusal, in the shape of RFC 6749 or of OpenAI's errors."""
    inner = body.get("error")
    if isinstance(inner, dict):
        return _text(inner, "code") or _text(inner, "type"), _text(inner, "message") or ""
    code = inner if isinstance(inner, str) else _text(body, "code")
    words = (_text(body, name) for name in ("error_description", "message", "detail"))
    return code, next(filter(None, words), code or "")


def _text(table: Mapping[str, Any], name: str) -> str | None:
    value = table.get(name)
    return value if isinstance(value, str) and value else None


def _seconds(value: Any) -> float | None:
    """A number of seconds, which some servers write as a text."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 <= seconds < float("inf") else None
