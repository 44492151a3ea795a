"""Logging in with a code that is typed in on another device (RFC 8628). A flow."""

from __future__ import annotations

from hamr.auth.token_endpoint import TokenEndpoint
from hamr.effects import Flow, Tell, WallClock
from hamr.errors import BrokenReply
from hamr.types import Head, Tokens

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
INTERVAL = 5.0
"""Seconds between two questions where the server does not say (RFC 8628, 3.2)."""
LIFETIME = 900.0


def device_login(endpoint: TokenEndpoint) -> Flow[Tokens]:
    """The tokens of who types in the code that is told; raises NotLetIn, NoAnswer or another CallError."""
    spec = endpoint.spec
    scope = {"scope": " ".join(spec.scopes)} if spec.scopes else {}
    asked = endpoint.form_call(spec.device_path or "", {"client_id": spec.client_id, **scope})
    body = endpoint.answer((yield from endpoint.fetch(asked)))
    device, code, url = (body.get(name) for name in ("device_code", "user_code", "verification_uri"))
    if not (isinstance(device, str) and isinstance(code, str) and isinstance(url, str)):
        raise BrokenReply("the authorization server's answer holds no code for a device", provider=endpoint.provider)
    yield Tell(f"Type in the code {code} at", url)
    call = endpoint.form_call(
        spec.token_path, {"grant_type": GRANT, "device_code": device, "client_id": spec.client_id}
    )
    interval, lifetime = endpoint.seconds(body.get("interval"), INTERVAL), body.get("expires_in")
    head: Head = yield from endpoint.polled(call, interval, endpoint.seconds(lifetime, LIFETIME))
    return endpoint.tokens(head, (yield WallClock()), (device,))
