"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import Hamr, Message, Request, Text

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour
    from hamr_testkit.fixtures import Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "relay/qwen3-8b"


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, "http://127.0.0.1:1234/v1/chat/completions"),
        ({"RELAY_BASE_URL": "http://h:1/v1"}, "http://h:1/v1/chat/completions"),
        (
            {"RELAY_BASE_URL": "http://h:1/v1", "HAMR_RELAY_BASE_URL": "https://relay.test/v1"},
            "https://relay.test/v1/chat/completions",
        ),
    ],
)
def test_where_it_listens(environ: dict[str, str], url: str, wire: Wire) -> None:
    """H-10."""
    assert wire(MODEL, **environ).call(Request(HELLO)).url == url


def test_no_field_goes_that_a_server_of_ones_own_may_refuse(wire: Wire) -> None:
    request = Request((Message("system", (Text("s"),)), *HELLO), max_tokens=5, store=True, cache_key="k")
    body, told = wire(MODEL).body(request)
    assert body == {
        "model": "qwen3-8b",
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "hello"}],
        "max_tokens": 5,
    }
    assert told == [("dropped", "store"), ("dropped", "cache_key")]


def test_headers_for_what_stands_before_it(colour: Colour, provider: Canned) -> None:
    """H-15, H-16: Cloudflare Access."""
    provider.answer({"id": "1", "choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]})
    environ = {"RELAY_API_KEY": "made-up-key", "HAMR_RELAY_BASE_URL": f"{provider.url}/v1"}
    with Hamr(environ=environ) as hamr:
        colour.call(hamr, "hi", MODEL, headers={"CF-Access-Client-Id": "me"})
    headers = provider.asked[0].headers
    assert (headers["authorization"], headers["cf-access-client-id"]) == ("Bearer made-up-key", "me")
