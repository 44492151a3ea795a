"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hamr import File, Message, NotLetIn, Request, ResponseFormat, Text, ThinkingConfig, Tool, TooLong
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "perplexity/sonar"


def test_a_call_goes_to_an_address_without_a_version(wire: Wire) -> None:
    assert wire(MODEL).call(Request(HELLO)).url == "https://api.perplexity.ai/chat/completions"


def test_roles_alternate_and_there_are_no_tools(wire: Wire) -> None:
    body, told = wire(MODEL).body(Request((*HELLO, *HELLO), tools=(Tool("f"),), max_tokens=5, seed=1))
    assert body == {"model": "sonar", "messages": [{"role": "user", "content": "hello\n\nhello"}], "max_tokens": 5}
    assert told == [("changed", "messages"), ("dropped", "tools"), ("dropped", "seed")]


@pytest.mark.parametrize(("model", "sent"), [("sonar", None), ("sonar-reasoning-pro", "high")])
def test_thinking_is_known_to_some_models(model: str, sent: str | None, wire: Wire) -> None:
    body, _ = wire(f"perplexity/{model}").body(Request(HELLO, thinking=ThinkingConfig("high")))
    assert body.get("reasoning_effort") == sent


def test_json_needs_a_schema(wire: Wire) -> None:
    body, told = wire(MODEL).body(Request(HELLO, response_format=ResponseFormat()))
    assert body["response_format"]["type"] == "json_schema"
    assert told == [("emulated", "response_format")]


def test_a_file_goes_by_its_url(wire: Wire) -> None:
    request = Request((Message("user", (Text("read"), File(url="https://a.test/b.pdf"))),))
    part = wire(MODEL).body(request)[0]["messages"][0]["content"][1]
    assert part == {"type": "file_url", "file_url": {"url": "https://a.test/b.pdf"}}


def test_recorded_replies_with_what_they_cost_and_cite(recordings: Recordings, wire: Wire) -> None:
    read = wire(MODEL).read_all(recordings("perplexity.openai-chat"))
    for row, response in read:
        assert response.usage is not None
        assert response.cost is not None
        raw = response.usage.raw
        assert counted(response) == raw["total_tokens"], row.id
        assert response.cost.usd == (Decimal(str(raw["cost"]["total_cost"])) if "cost" in raw else None), row.id
    cited = [part for _, response in read for part in response.message.parts if isinstance(part, Text)]
    assert any(part.citations for part in cited)


def test_reasoning_comes_on_top(wire: Wire) -> None:
    """Pain 39."""
    usage = {"prompt_tokens": 9, "completion_tokens": 5, "reasoning_tokens": 100, "total_tokens": 14}
    choice = {"index": 0, "message": {"content": "<think>hm</think>Hi"}, "finish_reason": "stop"}
    reply = json.dumps({"id": "1", "choices": [choice], "usage": usage}).encode()
    response = wire("perplexity/sonar-deep-research").read(reply)
    assert response.usage is not None
    assert (response.usage.input, response.usage.output, response.usage.reasoning) == (9, 5, 100)
    assert (response.text, response.thinking) == ("Hi", "hm")


def test_recorded_failures(recordings: Recordings, wire: Wire) -> None:
    rows = [row for row in recordings("perplexity.openai-chat") if row.status != 200]
    assert [type(wire(MODEL).error(row.status, row.body)) for row in rows] == [TooLong]


def test_a_wrong_key_is_told_on_a_web_page(wire: Wire) -> None:
    page = b"<html><head><title>401 Authorization Required</title></head></html>"
    assert type(wire(MODEL).error(401, page, {"content-type": "text/html"})) is NotLetIn
