"""Tokens counted and models listed, answered on this machine as Anthropic answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr import Hamr

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour


def client(provider: Canned) -> Hamr:
    """A client that knows Anthropic at this address."""
    return Hamr(environ={"ANTHROPIC_API_KEY": "made-up-key", "ANTHROPIC_BASE_URL": provider.url})


def test_counting(colour: Colour, provider: Canned) -> None:
    provider.answer({"input_tokens": 12})
    with client(provider) as hamr:
        assert colour.count_tokens(hamr, "hi", "anthropic/claude-sonnet-4-6", system="Be brief.") == 12
    assert provider.asked[0].path == "/v1/messages/count_tokens"
    assert provider.asked[0].json == {
        "model": "claude-sonnet-4-6",
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "hi"}],
    }


def test_its_models_page_by_page(colour: Colour, provider: Canned) -> None:
    row = {"type": "model", "id": "claude-a", "display_name": "Claude A", "created_at": "2025-02-19T00:00:00Z"}
    able = {"image_input": {"supported": True}, "thinking": {"supported": True, "types": {}}}
    full = {**row, "max_input_tokens": 200000, "max_tokens": 64000, "capabilities": able, "retires_at": "2027-01-01"}
    provider.answer({"data": [full], "has_more": True, "first_id": "claude-a", "last_id": "claude-a"})
    provider.answer({"data": [{**row, "id": "claude-b"}], "has_more": False, "last_id": "claude-b"})
    with client(provider) as hamr:
        first, second = colour.models(hamr, "anthropic").models
    assert [asked.path for asked in provider.asked] == [
        "/v1/models?limit=1000",
        "/v1/models?limit=1000&after_id=claude-a",
    ]
    assert provider.asked[0].headers["anthropic-version"] == "2023-06-01"
    assert provider.asked[0].headers["x-api-key"] == "made-up-key"
    assert (first.selector, first.name, first.created) == ("anthropic/claude-a", "Claude A", 1739923200)
    assert (first.context_window, first.max_tokens, first.reasoning) == (200000, 64000, True)
    assert (first.input, first.shutdown_date) == (("text", "image"), "2027-01-01")
    assert (second.context_window, second.reasoning, second.input) == (None, None, None)
