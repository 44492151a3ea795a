"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr import (
    Message,
    Request,
    Text,
)

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

HELLO = (Message("user", (Text("hello"),)),)


def test_the_api_is_reached_by_its_address(wire: Wire) -> None:
    """R-9, R-52."""
    assert wire("kimi").call(Request(HELLO)).url == "https://api.kimi.com/coding/v1/chat/completions"
    there = wire("kimi", KIMI_BASE_URL="https://api.moonshot.ai/v1", KIMI_MODEL="kimi-k2-0905-preview")
    assert there.call(Request(HELLO)).url == "https://api.moonshot.ai/v1/chat/completions"
    assert there.body(Request(HELLO))[0]["model"] == "kimi-k2-0905-preview"
