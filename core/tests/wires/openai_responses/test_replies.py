"""What a reply tells besides its parts, and replies that are large."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.types import Event, Failed, Response, Text, TextDelta, ToolCallEnd
from hamr.wires.openai_responses import NAME
from hamr_testkit.responses_events import added, begun, delta, done, ended, message, response

Decode = Callable[..., list[Event]]
Sse = Callable[..., bytes]


def test_a_call_cut_by_the_length_is_not_to_be_run(decode: Decode, sse: Sse) -> None:
    item = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": ""}
    cut = ended("incomplete", incomplete_details={"reason": "max_output_tokens"})
    events = decode(sse(begun(), added(0, **item), delta("function_call_arguments", 0, '{"x":'), cut))
    (end,) = [event for event in events if isinstance(event, ToolCallEnd)]
    assert end.call.problem is not None
    assert end.call.arguments == {}
    assert end.call.text == '{"x":'


def test_a_call_without_a_name_says_so(decode: Decode, sse: Sse) -> None:
    item = {"type": "function_call", "arguments": "{}"}
    (end,) = [event for event in decode(sse(begun(), done(0, **item), ended())) if isinstance(event, ToolCallEnd)]
    assert end.call.problem == "the call names no tool"
    assert end.call.id.startswith("call_")


def test_an_event_of_20_mb_is_read(decode: Decode, sse: Sse, folded: Callable[..., Response]) -> None:
    text = "x" * 20_000_000
    data = sse(begun(), added(0, **message()), delta("output_text", 0, text, content_index=0), ended())
    pieces = [data[at : at + 65536] for at in range(0, len(data), 65536)]
    assert len(folded(decode(pieces)).text) == 20_000_000


def test_an_event_that_never_ends_is_refused(decode: Decode) -> None:
    last = decode([b'data: {"type": "'] + [b"x" * 1_000_000] * 70)[-1]
    assert isinstance(last, Failed)
    assert "larger than" in str(last.error)


def test_many_small_deltas_take_linear_time(decode: Decode, sse: Sse) -> None:
    data = sse(begun(), added(0, **message()), *[delta("output_text", 0, "x", content_index=0)] * 5000, ended())
    assert (
        len(
            [
                event
                for event in decode([data[at : at + 7] for at in range(0, len(data), 7)])
                if isinstance(event, TextDelta)
            ]
        )
        == 5000
    )


def test_citations_and_log_probabilities(decode: Decode, sse: Sse, folded: Callable[..., Response]) -> None:
    note = {"type": "url_citation", "url": "https://x", "title": "X", "start_index": 1, "end_index": 3}
    file = {"type": "file_citation", "file_id": "f", "filename": "a.txt", "index": 2}
    logprobs = [{"token": "a", "bytes": [97], "logprob": -0.1, "top_logprobs": []}]
    told = {"type": "response.output_text.annotation.added", "output_index": 0, "content_index": 0, "annotation": note}
    part = {"type": "output_text", "text": "abc", "annotations": [note, file], "logprobs": logprobs}
    item = {"type": "message", "id": "msg_1", "content": [part]}
    (text,) = folded(decode(sse(begun(), added(0, **message()), told, done(0, **item), ended()))).message.parts
    assert isinstance(text, Text)
    assert [(cited.url, cited.title, cited.start, cited.end) for cited in text.citations] == [
        ("https://x", "X", 1, 3),
        (None, "a.txt", None, None),
    ]
    assert text.extra is not None
    assert text.extra[NAME]["annotations"] == [note, file]
    assert text.extra[NAME]["logprobs"] == logprobs
    (streamed,) = folded(
        decode(sse(begun(), added(0, **message()), told, delta("output_text", 0, "abc"), ended()))
    ).message.parts
    assert isinstance(streamed, Text)
    assert len(streamed.citations) == 1


def test_what_else_a_response_says_is_kept(decode: Decode, folded: Callable[..., Response]) -> None:
    more: dict[str, Any] = {"created_at": 7, "service_tier": "flex", "content_filters": [{"blocked": False}]}
    more["tools"] = [{"type": "x"}]
    found = folded(decode(json.dumps(response(output=[message("x")], **more)).encode()))
    assert found.extra == {NAME: {name: more[name] for name in ("created_at", "service_tier", "content_filters")}}
    assert (found.id, found.model) == ("resp_1", "m")


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_a_response_in_the_background_goes_on(status: str, decode: Decode, folded: Callable[..., Response]) -> None:
    found = folded(decode(json.dumps({"id": "resp_1", "model": "m", "status": status, "background": True}).encode()))
    assert (found.finish_reason, found.text, found.id) == ("pause", "", "resp_1")
    assert any("background" in warning for warning in found.warnings)
