"""The short way for plain messages writes what the long way writes."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamr.errors import Unsupported
from hamr.types import Adaptation, Image, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from hamr.wires.openai_completions import NAME, messages
from hamr.wires.openai_completions.compat import Compat
from hamr.wires.told import Told

WORD = st.sampled_from(["", " ", "hi", "é\n", "x" * 50])
EXTRA = st.sampled_from([None, None, {}, {NAME: {"mark": 1}}, {"other": {"mark": 1}}])
TEXT = st.builds(
    Text, WORD, refusal=st.sampled_from([False] * 5 + [True]), cache=st.sampled_from([None] * 5 + ["5m"]), extra=EXTRA
)
CALL = st.builds(
    ToolCall,
    WORD,
    st.just("f"),
    st.just({"a": 1}),
    st.sampled_from([None, "", " ", '{"a": 1}', '{"a"']),
    st.sampled_from([None, None, None, "no JSON"]),
    EXTRA,
)
RESULT = st.builds(
    ToolResult,
    WORD,
    st.lists(TEXT, max_size=2).map(tuple) | st.just((Image(url="https://x.test/i.png"),)),
    is_error=st.sampled_from([False, False, True]),
    cache=st.sampled_from([None, None, "1h"]),
    extra=EXTRA,
)
PARTS = {
    "system": TEXT,
    "user": TEXT | st.just(Image(url="https://x.test/i.png")),
    "assistant": TEXT | CALL | st.builds(Thinking, WORD, EXTRA),
    "tool": RESULT,
}


@st.composite
def a_message(draw: st.DrawFn) -> Message:
    role: Role = draw(st.sampled_from(get_args(Role)))
    parts: list[Part] = draw(st.lists(PARTS[role], max_size=3))
    return Message(role, tuple(parts), draw(st.sampled_from([None, None, "bob"])), draw(EXTRA))


FLAGS = st.fixed_dictionaries(
    {},
    optional={
        name: st.booleans()
        for name in (
            "requires_assistant_after_tool_result",
            "requires_tool_result_name",
            "requires_non_null_assistant_content",
            "requires_reasoning_content_on_assistant_messages",
            "requires_alternating_roles",
            "supports_developer_role",
            "tool_call_id_exact",
        )
    },
)


def written(turns: list[Message], flags: dict[str, bool]) -> tuple[list[dict[str, Any]] | str, tuple[Adaptation, ...]]:
    told = Told(NAME)
    try:
        return messages.Writer(Compat.read(flags, "test"), told).write(turns), told.all
    except Unsupported as error:
        return str(error), ()


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=300
)
@given(turns=st.lists(a_message(), max_size=5), flags=FLAGS)
def test_both_ways_write_the_same(
    monkeypatch: pytest.MonkeyPatch, turns: list[Message], flags: dict[str, bool]
) -> None:
    short = written(turns, flags)
    with monkeypatch.context() as patch:
        patch.setattr(messages, "suits", lambda _: False)
        assert written(turns, flags) == short


def test_a_plain_conversation_goes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def dear(self: messages.Writer, message: Message, place: str) -> None:
        pytest.fail(f"{place} went the long way")

    monkeypatch.setattr(messages.Writer, "_message", dear)
    call = ToolCall("call_1", "f", {}, "{}")
    turns = [
        Message("system", (Text("be kind"),)),
        Message("user", (Text("hi"),)),
        Message("assistant", (Text("one moment"), call)),
        Message("tool", (ToolResult("call_1", (Text("done"),)),)),
        Message("assistant", (Text("done"),)),
    ]
    shown, told = written(turns, {})
    assert [turn["role"] for turn in shown if isinstance(turn, dict)] == [turn.role for turn in turns]
    assert told == ()
