"""Logging in with a code that is typed in on another device (RFC 8628). A flow."""

from __future__ import annotations

from hamr.auth.token_endpoint import TokenEndpoint, body_of, form_call, refusal, said
from hamr.effects import Fetch, Flow, Now, Sleep, Tell, WallClock
from hamr.errors import BrokenReply, NoAnswer, NotLetIn, Overloaded
from hamr.types import Call, Head, Tokens

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
INTERVAL = 5.0
"""Seconds between two questions where the server does not say (RFC 8628, 3.2), and what `slow_down` adds (3.5)."""
LIFETIME = 900.0


def device_login(endpoint: TokenEndpoint) -> Flow[Tokens]:
    """The tokens of who types in the code that is told; raises NotLetIn, NoAnswer or another CallError."""
    spec = endpoint.spec
    scope = {"scope": " ".join(spec.scopes)} if spec.scopes else {}
    head: Head = yield Fetch(form_call(spec.url(spec.device_path or ""), {"client_id": spec.client_id, **scope}))
    if head.status // 100 != 2:
        raise refusal(head, endpoint.provider)
    body = body_of(head)
    device, code, url = (body.get(name) for name in ("device_code", "user_code", "verification_uri"))
    if not (isinstance(device, str) and isinstance(code, str) and isinstance(url, str)):
        raise BrokenReply("the authorization server's answer holds no code for a device", provider=endpoint.provider)
    yield Tell(f"Type in the code {code} at", url)
    fields = {"grant_type": GRANT, "device_code": device, "client_id": spec.client_id}
    call = form_call(spec.url(spec.token_path), fields)
    lifetime = seconds(body.get("expires_in"), LIFETIME)
    head = yield from polled(call, endpoint, seconds(body.get("interval"), INTERVAL), lifetime)
    return endpoint.tokens(head, (yield WallClock()), (device,))


def polled(call: Call, endpoint: TokenEndpoint, interval: float, lifetime: float) -> Flow[Head]:
    """The first answer that is neither `authorization_pending` nor `slow_down` nor a fault that passes."""
    deadline = (yield Now()) + lifetime
    while True:
        yield Sleep(interval)
        try:
            head: Head = yield Fetch(call)
            if head.status >= 500:
                raise refusal(head, endpoint.provider)
        except (NoAnswer, Overloaded):
            interval *= 2  # as RFC 8628, 3.5, asks
            head = Head(0)
        word = said(body_of(head))[0] or ""
        if word.endswith("slow_down"):
            interval += INTERVAL
        elif head.status and not word.endswith("authorization_pending"):
            return head
        if (yield Now()) + interval >= deadline:
            raise NotLetIn("nobody typed the code in, in time", provider=endpoint.provider, hint="Try again.")


def seconds(value: object, usual: float) -> float:
    """A number of seconds, which some servers write as a text; the usual one where it is none."""
    try:
        found = float(value)  # type: ignore[arg-type]  # whatever it is
    except (TypeError, ValueError):
        return usual
    return found if 0 <= found < float("inf") else usual
