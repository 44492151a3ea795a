"""No credential goes to another origin, whatever a reply says."""

from __future__ import annotations

import pytest

from hamr.auth.header import HeaderAuth
from hamr.calls.redirect import following
from hamr.effects import Flow
from hamr.errors import BadRequest
from hamr.types import Call, Message, Response, Secret
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import Answer, ScriptedTransport

CANARY = "sk-canary-0123456789abcdef"


def follow(colour: Colour, transport: ScriptedTransport, call: Call) -> int:
    """The status at the end."""
    status = []

    def flow() -> Flow[Response]:
        auth = HeaderAuth(lambda: Secret(CANARY, "the test"))
        reply = yield from following(auth.flow(call), [])
        status.append(reply.head.status)
        return Response(Message("assistant", ()), "stop", "test", "m")

    colour.run(flow(), transport)
    return status[0]


def onward(location: str, status: int = 307) -> Answer:
    return Answer(status=status, headers={"location": location})


CALL = Call("https://api.example.com/v1/chat", headers={"content-type": "text/plain", "x-own": "s3cret"}, body=b"hi")


def test_the_same_origin_gets_the_key_and_the_body(colour: Colour) -> None:
    transport = ScriptedTransport(onward("/v2/chat", 308), Answer())
    assert follow(colour, transport, CALL) == 200
    assert transport.calls[1].url == "https://api.example.com/v2/chat"
    assert transport.calls[1].headers["authorization"] == f"Bearer {CANARY}"
    assert transport.calls[1].body == b"hi"
    assert transport.replies[0].closed == 1


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example.net/v1/chat",
        "http://api.example.com/v1/chat",
        "https://api.example.com:8443/v1/chat",
        "//evil.example.net/x",
        "https://api.example.com@evil.example.net/",
    ],
)
def test_another_origin_gets_neither_key_nor_own_headers(colour: Colour, location: str) -> None:
    """Pain 36: a key goes only to its provider's origin."""
    transport = ScriptedTransport(onward(location), Answer())
    follow(colour, transport, CALL)
    assert set(transport.calls[1].headers) == {"content-type"}
    assert CANARY not in str(transport.calls[1].headers)


def test_the_key_does_not_come_back_by_way_of_another_origin(colour: Colour) -> None:
    transport = ScriptedTransport(
        onward("https://evil.example.net/"), onward("https://api.example.com/v1/steal"), Answer()
    )
    follow(colour, transport, CALL)
    assert "authorization" not in transport.calls[2].headers


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_lose_the_body_is_not_followed(colour: Colour, status: int) -> None:
    transport = ScriptedTransport(onward("/elsewhere", status))
    assert follow(colour, transport, CALL) == status


def test_a_redirect_to_no_http_is_not_followed(colour: Colour) -> None:
    assert follow(colour, ScriptedTransport(onward("file:///etc/passwd")), CALL) == 307


def test_a_circle_ends(colour: Colour) -> None:
    transport = ScriptedTransport(*[onward("/v1/chat")] * 10)
    with pytest.raises(BadRequest, match="more than 5 times"):
        follow(colour, transport, CALL)
    assert len(transport.calls) == 6
