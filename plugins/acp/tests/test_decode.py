"""The decoder: any bytes, cut anywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.api import Failed, Finished, Fold, HostedTool, PartAdded, Timings
from hamr_provider_acp.decode import ReplyDecoder
from hamr_testkit.cuts import cuts


def update(**fields: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": "session/update", "params": {"sessionId": "s", "update": fields}}


def chunk(text: str, kind: str = "agent_message_chunk", **more: Any) -> dict[str, Any]:
    return update(sessionUpdate=kind, content={"type": "text", "text": text}, **more)


def lines(*messages: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(message, separators=(",", ":")).encode() + b"\n" for message in messages)


BEFORE = {"hamr": {"session": "s", "model": "m", "transcript": "", "cost": 1.5, "tokens": 7}}
END = {"jsonrpc": "2.0", "id": 3, "result": {"stopReason": "end_turn"}}
REPLY = lines(
    BEFORE,
    chunk("hm", "agent_thought_chunk"),
    chunk("größer ", messageId="1"),
    chunk("😀", messageId="1"),
    chunk("next", messageId="2"),
    update(sessionUpdate="tool_call_update", toolCallId="late", title="begun by an update", status="in_progress"),
    update(sessionUpdate="usage_update", used=1, size=2, cost={"amount": 2.0, "currency": "USD"}),
    chunk("end"),
    END,
)


def decoded(pieces: Any) -> list[Any]:
    decoder = ReplyDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return [*events, *decoder.finish()]


@pytest.mark.parametrize(("way", "pieces"), list(cuts(REPLY)), ids=lambda each: each if isinstance(each, str) else "")
def test_a_reply_is_the_same_however_it_is_cut(way: str, pieces: list[bytes]) -> None:
    fold = Fold()
    fold.add(decoded(pieces))
    response = fold.response("acp", "m", request_id=None, adaptations=(), timings=Timings())
    assert response.text == "größer 😀nextend"
    assert [type(part).__name__ for part in response.message.parts] == [
        "Thinking",
        "Text",
        "Text",
        "HostedTool",
        "Text",
    ]
    assert response.cost.usd is not None
    assert float(response.cost.usd) == 0.5
    assert (response.id, response.model, response.finish_reason) == ("s", "m", "stop")


def test_the_last_text_carries_the_mark_of_its_session() -> None:
    ends = [event for event in decoded([REPLY]) if event.type == "text_end"]
    assert [event.extra is not None for event in ends] == [False, False, True]
    assert ends[-1].extra["acp"]["session"] == "s"


def test_a_run_that_was_not_over_is_given_out_at_the_end() -> None:
    (added,) = (event for event in decoded([REPLY]) if isinstance(event, PartAdded))
    assert isinstance(added.part, HostedTool)
    assert (added.part.name, added.part.data["status"]) == ("other", "in_progress")


@pytest.mark.parametrize("cut", [REPLY[:-1], REPLY[: REPLY.index(b"end_turn")], lines(BEFORE), b""])
def test_a_reply_that_ends_early_is_no_whole_one(cut: bytes) -> None:
    events = decoded([cut])
    whole = cut == REPLY[:-1]  # only the line's own end is missing
    assert isinstance(events[-1], Finished if whole else Failed)
    assert sum(isinstance(event, Finished | Failed) for event in events) == 1


def test_an_answer_without_a_reason_is_no_whole_one() -> None:
    events = decoded([lines(BEFORE, chunk("x"), {"jsonrpc": "2.0", "id": 3, "result": None})])
    assert isinstance(events[-1], Failed)


def test_half_a_character_is_mended() -> None:
    """As a program in JavaScript writes it that cuts its text in the middle of an emoji."""
    halves = lines(BEFORE) + lines(chunk("a😀")).replace(b"\\ude00", b"") + lines(END)
    assert b"\\ud83d" in halves
    texts = [event.text for event in decoded([halves]) if event.type == "text_delta"]
    assert texts == ["a\N{REPLACEMENT CHARACTER}"]


anything: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["text", "image", "plan"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([
            "sessionUpdate", "content", "type", "text", "data", "toolCallId", "status", "cost", "amount", "currency",
            "entries", "resource", "uri", "mimeType", "used", "kind",
        ]),
        inner, max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip
KINDS = ["agent_message_chunk", "agent_thought_chunk", "tool_call", "tool_call_update", "plan", "usage_update", "new"]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.dictionaries(
                st.sampled_from(["content", "cost", "entries", "toolCallId", "status", "messageId", "kind"]), anything
            ),
        )
    ),
    anything,
)
def test_nothing_that_an_agent_says_raises(said: list[tuple[str, dict[str, Any]]], result: Any) -> None:
    messages = [update(**{**fields, "sessionUpdate": kind}) for kind, fields in said]
    events = decoded([lines(BEFORE, *messages, {"id": 3, "result": result})])
    fold = Fold()
    fold.add(events)
    assert isinstance(events[-1], Finished | Failed)


@settings(deadline=None)
@given(st.binary())
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(decoded([data])[-1], Finished | Failed)
