"""What the bytes of a reply turn out to be, and what fails in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from hamr.errors import (
    BrokenReply,
)
from hamr.types import (
    Audio,
    Citation,
    Event,
    Finished,
    HostedTool,
    Image,
    PartAdded,
    Response,
    Started,
    TextDelta,
    TextEnd,
    TextStart,
    UsageUpdated,
)
from hamr.wires.openai_completions import NAME
from hamr.wires.openai_completions.compat import Compat
from hamr.wires.openai_completions.decode import ReplyDecoder
from hamr_testkit.cuts import cuts
from hamr_testkit.reading import failure, warnings

Decode = Callable[..., list[Event]]
Chunk = Callable[..., dict[str, Any]]
Stream = Callable[..., bytes]
Folded = Callable[..., Response]


def test_a_stream_is_told_step_by_step(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    stream = sse(
        chunk(role="assistant", content=""),
        chunk(content="a"),
        chunk(content="b"),
        chunk("stop"),
        {**chunk(), "choices": [], "usage": usage},
    )
    events = decode(stream)
    assert [type(event) for event in events] == [
        Started,
        TextStart,
        TextDelta,
        TextDelta,
        UsageUpdated,
        TextEnd,
        Finished,
    ]
    assert events[0] == Started("chatcmpl-1", "m", {NAME: {"created": 7}})
    assert events[-1] == Finished("stop", "stop")


def test_each_read_gives_out_what_it_completes(chunk: Chunk, sse: Stream) -> None:
    """Pain 13: deltas are not saved up."""
    decoder = ReplyDecoder(Compat())
    assert [type(event) for event in decoder.feed(sse(chunk(content="a"), done=False))] == [
        Started,
        TextStart,
        TextDelta,
    ]
    assert decoder.feed(sse(chunk(content="b"), done=False)) == [TextDelta(0, "b")]


def test_the_end_mark_ends_the_reply_at_once(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    decoder = ReplyDecoder(Compat())
    events = decoder.feed(sse(chunk("stop", content="a")) + sse(chunk(content="more")))
    assert isinstance(events[-1], Finished)
    assert decoder.feed(sse(chunk(content="more"))) == ()
    assert decoder.finish() == []


def test_choices_are_told_apart(decode: Decode, sse: Stream, folded: Folded) -> None:
    chunks = [
        {"id": "x", "choices": [{"index": number, "delta": {"content": text}} for number in (1, 0)]} for text in "ab"
    ]
    end: dict[str, Any] = {"choices": [{"index": number, "delta": {}, "finish_reason": "stop"} for number in (0, 1)]}
    events = decode(sse(*chunks, end))
    starts = [event for event in events if isinstance(event, TextStart)]
    assert sorted(event.choice for event in starts) == [0, 1]
    assert len({event.index for event in starts}) == 2
    response = folded(events)
    assert response.text == "ab"
    assert [message.text for message in response.alternatives] == ["ab"]


def test_one_unfinished_choice_is_an_unfinished_reply(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    """Pain 14."""
    events = decode(sse(chunk("stop", content="a"), chunk(index=1, content="b"), done=False))
    assert isinstance(failure(events), BrokenReply)


def test_chunks_glued_by_one_line_end_are_read_apart(decode: Decode, chunk: Chunk, folded: Folded) -> None:
    lines = [json.dumps(each) for each in (chunk(content="a"), chunk("stop", content="b"))]
    stream = "".join(f"data: {line}\n" for line in [*lines, "[DONE]"])
    assert folded(decode(stream.encode())).text == "ab"


def test_halves_of_characters_are_replaced(decode: Decode, chunk: Chunk, folded: Folded) -> None:
    """A server that cuts a pair of surrogates in two writes JSON that is none."""
    body = json.dumps(chunk("stop", content="a-b")).replace("a-b", "a\\ud83d")
    assert folded(decode(f"data: {body}\n\n".encode())).text == "a\ufffd"
    whole = '{"choices":[{"message":{"content":"\\ude00b \\ud83d\\ude00"},"finish_reason":"stop"}]}'
    assert folded(decode(whole.encode())).text == "\ufffdb 😀"


def test_white_space_before_the_reply_is_keep_alive(decode: Decode, chunk: Chunk, sse: Stream, folded: Folded) -> None:
    """DeepSeek sends blank lines while it waits ("Rate Limit", api-docs.deepseek.com, 2026-11)."""
    body = b'{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}'
    for reply in (b"\n\n\n" + body, b"\xef\xbb\xbf" + body, b": keep-alive\n\n\n" + sse(chunk("stop", content="a"))):
        for cut, pieces in cuts(reply):
            assert folded(decode(pieces)).text == "a", cut


def test_what_is_no_object_is_passed_over_and_told(decode: Decode, chunk: Chunk, sse: Stream, folded: Folded) -> None:
    events = decode(sse("7", '"x"', "null", chunk("stop", content="a")) + b"data:\n\n")
    assert folded(events).text == "a"
    assert len(warnings(events)) == 3


def test_a_missing_reason_is_told(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    assert warnings(decode(sse(chunk(content="a")))) == ["the provider gave no finish reason"]
    assert isinstance(failure(decode(sse(chunk(content="a"), done=False))), BrokenReply)
    assert not warnings(decode(sse(chunk(content="a")), supports_finish_reason=False))


def test_without_reasons_a_call_must_still_be_whole(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    """Pain 14: where the end of the stream is the only mark, a half call shows that it came too early."""
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": '{"a"'}}
    events = decode(sse(chunk(tool_calls=[call]), done=False), supports_finish_reason=False)
    assert isinstance(failure(events), BrokenReply)
    more = {"index": 0, "function": {"arguments": ":1}"}}
    events = decode(sse(chunk(tool_calls=[call]), chunk(tool_calls=[more]), done=False), supports_finish_reason=False)
    assert events[-1] == Finished("tool_calls", None)


def test_the_reason_of_an_old_model(decode: Decode) -> None:
    """Seen with gpt-4-1106-vision-preview, November 2023."""
    body = b'{"choices":[{"message":{"content":"a"},"finish_details":{"type":"max_tokens"},"index":0}]}'
    events = decode(body)
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "length"


def test_citations_come_with_the_end_of_the_text(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    source = {"url": "https://a.test", "title": "A", "start_index": 0, "end_index": 5, "content": "words"}
    entry = {"type": "url_citation", "url_citation": source}
    events = decode(sse(chunk(content="Hello"), chunk(annotations=[entry, {"type": "other"}]), chunk("stop")))
    assert TextEnd(0, (Citation("https://a.test", "A", "words", 0, 5),)) in events


@pytest.mark.parametrize(
    ("more", "cited"),
    [
        ({"citations": ["https://a.test"]}, Citation("https://a.test")),
        (
            {"search_results": [{"url": "https://a.test", "title": "A", "snippet": "w"}]},
            Citation("https://a.test", "A", "w"),
        ),
    ],
)
def test_sources_beside_the_answer_are_its_citations(
    more: dict[str, Any], cited: Citation, decode: Decode, chunk: Chunk, sse: Stream
) -> None:
    """Perplexity repeats them in every chunk: the last ones count."""
    events = decode(sse({**chunk(content="a"), "citations": ["old"]}, {**chunk("stop"), **more}))
    assert TextEnd(0, (cited,)) in events
    assert isinstance(events[-1], Finished)
    assert set(more) <= set((events[-1].extra or {})[NAME])


def test_sound_is_put_together(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    pieces = [
        {"id": "audio_1", "transcript": "Hel"},
        {"data": "YWI=", "transcript": "lo"},
        {"data": "Yw=="},
        {"expires_at": 9},
    ]
    events = decode(sse(*(chunk(audio=piece) for piece in pieces), chunk("stop")))
    assert PartAdded(0, Audio(b"abc", None, "audio_1", "Hello", {NAME: {"expires_at": 9}})) in events


def test_sound_cut_without_regard_to_its_groups_is_put_together(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    events = decode(sse(chunk(audio={"data": "YW"}), chunk(audio={"data": "Jj"}), chunk("stop")))
    assert PartAdded(0, Audio(b"abc")) in events


def test_images_and_hosted_tools_are_parts(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    tool = {"type": "search", "arguments": "{}", "output": "found"}
    url = {"type": "image_url", "image_url": {"url": "data:image/png;base64,YWI="}}
    events = decode(sse(chunk(content="a", images=[url, "junk"], executed_tools=[tool, 7]), chunk("stop")))
    assert PartAdded(1, Image(data=b"ab", media_type="image/png")) in events
    assert PartAdded(2, HostedTool("search", tool, None, {NAME: {"field": "executed_tools"}})) in events


def test_content_of_an_unknown_kind_is_told_and_kept(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    events = decode(
        sse(chunk("stop", content=[{"type": "reference", "reference_ids": [1]}, {"type": "text", "text": "a"}]))
    )
    assert "reference" in warnings(events)[0]
    assert isinstance(events[-1], Finished)
    assert events[-1].extra == {NAME: {"choices": {"0": {"content": [{"type": "reference", "reference_ids": [1]}]}}}}


def test_what_else_is_said_is_kept(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    first = {**chunk(content="a"), "system_fingerprint": "fp", "service_tier": None}
    last = {**chunk("stop"), "service_tier": "flex"}
    last["choices"][0] |= {"native_finish_reason": "STOP", "logprobs": None}
    events = decode(sse(first, last))
    said = {"system_fingerprint": "fp", "service_tier": "flex", "choices": {"0": {"native_finish_reason": "STOP"}}}
    assert events[-1] == Finished("stop", "stop", {NAME: said})


def test_log_probabilities_grow(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    chunks = [chunk(content=text) for text in "ab"]
    for each, text in zip(chunks, "ab", strict=True):
        each["choices"][0]["logprobs"] = {"content": [{"token": text}], "refusal": None}
    last = decode(sse(*chunks, chunk("stop")))[-1]
    assert isinstance(last, Finished)
    assert (last.extra or {})[NAME]["choices"]["0"]["logprobs"] == {"content": [{"token": "a"}, {"token": "b"}]}


@pytest.mark.parametrize(
    "place",
    [
        lambda last, usage: {**last, "usage": usage},
        lambda last, usage: {**last, "x_groq": {"id": "r", "usage": usage}},
        lambda last, usage: {**last, "choices": [{**last["choices"][0], "usage": usage}]},
    ],
)
def test_usage_is_found_wherever_it_stands(
    place: Any, decode: Decode, chunk: Chunk, sse: Stream, folded: Folded
) -> None:
    """Top level; Groq's own field; inside the choice (Moonshot)."""
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    response = folded(decode(sse(chunk(content="a"), place(chunk("stop"), usage))))
    assert response.usage is not None
    assert (response.usage.input, response.usage.output) == (3, 2)


def test_usage_in_every_chunk_is_cumulative(decode: Decode, chunk: Chunk, sse: Stream, folded: Folded) -> None:
    chunks = [{**chunk(content="a"), "usage": {"prompt_tokens": 3, "completion_tokens": n}} for n in (1, 1, 2)]
    events = decode(sse(*chunks, chunk("stop")))
    assert [event.usage.output for event in events if isinstance(event, UsageUpdated)] == [1, 2]


def test_cost_is_told_where_the_provider_says_it(decode: Decode, chunk: Chunk, sse: Stream, folded: Folded) -> None:
    usage = {"prompt_tokens": 3, "cost": 0.25}
    stream = sse({**chunk("stop", content="a"), "usage": usage})
    assert folded(decode(stream, usage_cost_field="cost")).cost.usd == Decimal("0.25")
    assert folded(decode(stream)).cost.usd is None


def test_signatures_and_ciphers_are_kept_whole(decode: Decode, chunk: Chunk, sse: Stream, folded: Folded) -> None:
    """Pain 22: pieces of one entry are put together, ciphers stay as they are, late ones are not lost."""
    details: list[list[dict[str, Any]]] = [
        [{"type": "reasoning.text", "text": "H", "format": "v1", "index": 0}],
        [{"type": "reasoning.text", "text": "m", "signature": "s==", "format": "v1", "index": 0}],
        [
            {"type": "reasoning.encrypted", "data": "c1", "index": 1},
            {"type": "reasoning.encrypted", "data": "c2", "index": 1},
        ],
    ]
    chunks = [chunk(reasoning="H", reasoning_details=details[0]), chunk(reasoning="m", reasoning_details=details[1])]
    response = folded(decode(sse(*chunks, chunk(content="a"), chunk(reasoning_details=details[2]), chunk("stop"))))
    first, text, second = response.message.parts
    assert first.extra == {
        NAME: {
            "field": "reasoning",
            "reasoning_details": [
                {"type": "reasoning.text", "text": "Hm", "format": "v1", "index": 0, "signature": "s=="}
            ],
        }
    }
    assert text.text == "a"
    assert second.extra == {NAME: {"reasoning_details": details[2]}}


def test_citations_that_come_behind_the_text_are_kept(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}
    entry = {"type": "url_citation", "url_citation": {"url": "https://a.test"}}
    last = decode(sse(chunk(content="a"), chunk(tool_calls=[call]), chunk("stop", annotations=[entry])))[-1]
    assert isinstance(last, Finished)
    (cited,) = (last.extra or {})[NAME]["choices"]["0"]["citations"]
    assert cited["url"] == "https://a.test"


def test_thinking_in_one_field_ends_where_another_begins(
    decode: Decode, chunk: Chunk, sse: Stream, folded: Folded
) -> None:
    response = folded(decode(sse(chunk(reasoning="a"), chunk(reasoning_content="b"), chunk("stop"))))
    assert [part.extra for part in response.message.parts] == [
        {NAME: {"field": "reasoning"}},
        {NAME: {"field": "reasoning_content"}},
    ]


def test_content_in_parts_may_refuse_and_show(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    parts = [
        {"type": "refusal", "refusal": "no"},
        {"type": "image_url", "image_url": "https://i.test"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,?"}},
    ]
    events = decode(sse(chunk("stop", content=parts)))
    assert TextDelta(0, "no") in events
    assert PartAdded(1, Image(url="https://i.test")) in events
    assert PartAdded(2, Image(url="data:image/png;base64,?")) in events


def test_an_end_mark_in_white_space_is_one(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    decoder = ReplyDecoder(Compat())
    assert isinstance(decoder.feed(sse(chunk("stop"), done=False) + b"data:  [DONE] \n\n")[-1], Finished)
