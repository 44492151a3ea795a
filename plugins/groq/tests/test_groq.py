"""Calls to Groq, answered on this machine as Groq answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import (
    BadRequest,
    Hamr,
    Message,
    NoSuchModel,
    Overloaded,
    Request,
    ResponseFormat,
    Text,
    TextDelta,
    ThinkingConfig,
    ThinkingLevel,
    Usage,
)
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour
    from hamr_testkit.fixtures import Recordings, Wire

MODEL = "groq/openai/gpt-oss-120b"
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "openai/gpt-oss-120b",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Blue scatters.", "reasoning": "Rayleigh."},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {
        "queue_time": 0.1,
        "prompt_tokens": 8,
        "completion_tokens": 7,
        "total_tokens": 15,
        "completion_tokens_details": {"reasoning_tokens": 4},
    },
    "x_groq": {"id": "req_1"},
}


def chunk(delta: dict[str, str], finish: str | None = None, **more: object) -> dict[str, object]:
    """One piece of a streamed answer."""
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


def client(provider: Canned) -> Hamr:
    """A client that knows Groq at this address."""
    return Hamr(environ={"GROQ_API_KEY": "made-up-key", "GROQ_BASE_URL": f"{provider.url}/openai/v1"})


def test_whole_answer_with_its_thinking(colour: Colour, provider: Canned) -> None:
    provider.answer(ANSWER)
    with client(provider) as hamr:
        response = colour.call(hamr, "Why is the sky blue?", MODEL)
    assert (response.text, response.thinking) == ("Blue scatters.", "Rayleigh.")
    assert provider.asked[0].path == "/openai/v1/chat/completions"
    assert provider.asked[0].headers["authorization"] == "Bearer made-up-key"


def test_streamed_usage_stands_in_x_groq(colour: Colour, provider: Canned) -> None:
    """The last chunk has `x_groq.usage`, and of older models no `usage` beside it."""
    usage = {"prompt_tokens": 12, "completion_tokens": 26, "total_tokens": 38}
    provider.stream(chunk({"role": "assistant", "content": "Hi"}), chunk({}, "stop", x_groq={"usage": usage}))
    with client(provider) as hamr:
        events = colour.events(hamr, "hi", MODEL)
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["Hi"]
    counted = [event.usage for event in events if hasattr(event, "usage")]
    assert counted
    assert isinstance(counted[-1], Usage)
    assert (counted[-1].input_total, counted[-1].output_total) == (12, 26)


def test_what_groq_refuses_is_left_out_and_told(colour: Colour, provider: Canned) -> None:
    """Pain 41."""
    provider.answer(ANSWER)
    with client(provider) as hamr:
        response = colour.call(hamr, "hi", MODEL, frequency_penalty=1.0, logit_bias={"5": 1.0}, n=2, store=True)
    assert {"frequency_penalty", "logit_bias", "n", "store"} & provider.asked[0].json.keys() == set()
    assert {"frequency_penalty", "logit_bias", "n", "store"} <= {told.field for told in response.adaptations}


def test_a_full_flex_tier_may_be_tried_again(colour: Colour, provider: Canned) -> None:
    body = {"error": {"message": "Flex tier capacity exceeded", "type": "server_error", "code": "capacity_exceeded"}}
    provider.answer(body, status=498)
    with client(provider) as hamr, pytest.raises(Overloaded) as caught:
        colour.call(hamr, "hi", MODEL, retries=0)
    assert caught.value.status == 498
    assert caught.value.repeatable


HELLO = (Message("user", (Text("hello"),)),)


@pytest.mark.parametrize(
    ("model", "level", "sent"),
    [
        ("openai/gpt-oss-120b", "off", "low"),
        ("qwen/qwen3-32b", "off", "none"),
        ("qwen/qwen3-32b", "high", "default"),
        ("qwen/qwen3.5-80b", "max", "high"),
        ("llama-3.3-70b-versatile", "high", None),
    ],
)
def test_each_model_thinks_in_its_own_way(model: str, level: ThinkingLevel, sent: str | None, wire: Wire) -> None:
    body, _ = wire(f"groq/{model}").body(Request(HELLO, thinking=ThinkingConfig(level)))
    assert body.get("reasoning_effort") == sent


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("openai/gpt-oss-20b", "json_schema"),
        ("meta-llama/llama-4-scout-17b-16e-instruct", "json_schema"),
        ("llama-3.3-70b-versatile", "json_object"),
    ],
)
def test_a_schema_is_known_to_some_models(model: str, kind: str, wire: Wire) -> None:
    body, told = wire(f"groq/{model}").body(Request(HELLO, response_format=ResponseFormat({"type": "object"})))
    assert body["response_format"]["type"] == kind
    assert bool(told) is (kind == "json_object")


def test_recorded_replies_and_their_thinking(recordings: Recordings, wire: Wire) -> None:
    """Pain 39: the buckets add up to what it counted; thinking goes back as `reasoning`."""
    there = wire(MODEL)
    read = there.read_all(recordings("groq.openai-chat"))
    for row, response in read:
        assert response.usage is not None
        assert counted(response) == response.usage.raw["total_tokens"], row.id
        back = there.body(Request((*HELLO, response.message)))[0]["messages"][1]
        assert back.get("reasoning", "") == response.thinking, row.id
    assert any(response.thinking for _, response in read)


def test_recorded_failures(recordings: Recordings, wire: Wire) -> None:
    rows = [row for row in recordings("groq.openai-chat") if row.status != 200]
    kinds = {(row.status, type(wire(MODEL).error(row.status, row.body))) for row in rows}
    assert kinds == {(400, BadRequest), (404, NoSuchModel)}
