"""Conversations, as they go over the wire."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import Unsupported
from hamr.types import (
    Audio,
    File,
    HostedTool,
    Image,
    Message,
    Part,
    Request,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from hamr.wires.openai_completions import NAME

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]
PNG = b"\x89PNG\r\n"
PNG_URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


@pytest.fixture
def write(encode: Encode) -> Callable[..., tuple[list[Any], list[tuple[str, str]]]]:
    """The messages as they are written, and what was told."""

    def run(*messages: Message, **flags: Any) -> tuple[list[Any], list[tuple[str, str]]]:
        body, told = encode(Request(messages), **flags)
        return body["messages"], told

    return run


Write = Callable[..., tuple[list[Any], list[tuple[str, str]]]]


def user(*parts: Part) -> Message:
    return Message("user", parts)


def model(*parts: Part) -> Message:
    return Message("assistant", parts)


def test_one_text_is_a_string_and_several_are_parts(write: Write) -> None:
    assert write(user(Text("a")))[0] == [{"role": "user", "content": "a"}]
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert write(user(Text("a"), Text("b")))[0] == [{"role": "user", "content": parts}]
    assert write(user(Text("a"), Text("b")), text_parts=False)[0] == [{"role": "user", "content": "a\nb"}]
    assert write(user())[0] == [{"role": "user", "content": ""}]


def test_system_messages_have_the_role_that_the_provider_knows(write: Write) -> None:
    """H-131."""
    system = Message("system", (Text("Be brief."),))
    assert write(system)[0] == [{"role": "system", "content": "Be brief."}]
    assert write(system, supports_developer_role=True)[0] == [{"role": "developer", "content": "Be brief."}]


def test_names(write: Write) -> None:
    named = Message("user", (Text("a"),), name="Ann")
    assert write(named)[0] == [{"role": "user", "content": "a", "name": "Ann"}]
    assert write(named, supports_message_name=False) == (
        [{"role": "user", "content": "a"}],
        [("dropped", "messages[0].name")],
    )


@pytest.mark.parametrize(
    ("part", "written"),
    [
        (Image(url="https://i.test/a.png"), {"type": "image_url", "image_url": {"url": "https://i.test/a.png"}}),
        (Image(data=PNG, detail="low"), {"type": "image_url", "image_url": {"url": PNG_URL, "detail": "low"}}),
        (
            Image(data=b"x", media_type="image/bmp"),
            {"type": "image_url", "image_url": {"url": "data:image/bmp;base64,eA=="}},
        ),
        (Image(file_id="file-1"), {"type": "file", "file": {"file_id": "file-1"}}),
        (File(file_id="file-1"), {"type": "file", "file": {"file_id": "file-1"}}),
        (
            File(b"x", name="a.pdf"),
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,eA=="}},
        ),
        (Audio(b"x", "wav"), {"type": "input_audio", "input_audio": {"data": "eA==", "format": "wav"}}),
        (
            Text("a", extra={NAME: {"prompt_cache_breakpoint": {"mode": "explicit"}}}),
            {"type": "text", "text": "a", "prompt_cache_breakpoint": {"mode": "explicit"}},
        ),
    ],
)
def test_each_kind_of_content(part: Part, written: dict[str, Any], write: Write) -> None:
    assert write(user(part)) == ([{"role": "user", "content": [written]}], [])


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("file_url", {"type": "file_url", "file_url": {"url": "https://f.test"}}),
        ("document_url", {"type": "document_url", "document_url": "https://f.test"}),
    ],
)
def test_files_by_their_url(field: str, written: dict[str, Any], write: Write) -> None:
    file = File(url="https://f.test")
    assert write(user(file), file_url_field=field)[0][0]["content"] == [written]
    with pytest.raises(Unsupported, match="messages"):
        write(user(file))


@pytest.mark.parametrize(
    "message",
    [
        user(Image()),
        user(Image(data=b"??")),
        user(File()),
        user(Audio(file_id="a")),
        user(Audio(b"x")),
        user(ToolCall("c", "f", {})),
        user(Thinking("x")),
        Message("tool", (Text("a"),)),
        model(Image(url="https://i.test")),
    ],
)
def test_what_cannot_stand_there_is_refused_by_its_place(message: Message, write: Write) -> None:
    with pytest.raises(Unsupported, match=r"messages\[0\]\.parts\[0\]"):
        write(message)


def test_marks_go_where_they_are_known(write: Write) -> None:
    """Pain 25, H-140: a mark is set, or told."""
    marked = (
        Message("system", (Text("s", cache="1h"),)),
        user(Text("a"), Text("b", cache="5m")),
        model(ToolCall("c1", "f", {})),
        Message("tool", (ToolResult("c1", (Text("r"),), cache="5m"),)),
        Message("tool", (ToolResult("c2", (Text("r"), Text("s")), cache="5m"),)),
    )
    short, long = {"type": "ephemeral"}, {"type": "ephemeral", "ttl": "1h"}
    written, told = write(*marked, cache_control_format="anthropic")
    assert told == []
    assert written[0]["content"] == [{"type": "text", "text": "s", "cache_control": long}]
    assert written[1]["content"][1] == {"type": "text", "text": "b", "cache_control": short}
    assert written[3]["content"] == [{"type": "text", "text": "r", "cache_control": short}]
    assert written[4]["content"][1] == {"type": "text", "text": "s", "cache_control": short}
    written, told = write(*marked)
    assert "cache_control" not in str(written)
    assert [kind for kind, _ in told] == ["dropped"] * 4


def test_a_turn_of_the_model_is_a_plain_string(write: Write) -> None:
    assert write(model(Text("a"), Text("b")))[0] == [{"role": "assistant", "content": "ab"}]
    assert write(model())[0] == [{"role": "assistant", "content": ""}]


def test_calls_go_back_byte_for_byte(write: Write) -> None:
    """The arguments as the model wrote them, down to their white space."""
    call = ToolCall("c1", "f", {"a": 1}, '{ "a" :1 }')
    written = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{ "a" :1 }'}}
    assert write(model(call))[0] == [{"role": "assistant", "content": None, "tool_calls": [written]}]
    assert write(model(call), requires_non_null_assistant_content=True)[0][0]["content"] == ""
    bare = ToolCall("c1", "f", {"a": 1})
    assert write(model(bare))[0][0]["tool_calls"][0]["function"]["arguments"] == '{"a":1}'
    empty = ToolCall("c1", "f", {}, "")
    assert write(model(empty))[0][0]["tool_calls"][0]["function"]["arguments"] == "{}"


def test_arguments_that_are_no_object_go_back_inside_one(write: Write) -> None:
    """Pain 12: a server that cannot read the history fails the next turn."""
    call = ToolCall("c1", "f", {}, '{"a":1}{"b":2}', "two objects")
    written, told = write(model(call))
    assert written[0]["tool_calls"][0]["function"]["arguments"] == '{"malformed_arguments":"{\\"a\\":1}{\\"b\\":2}"}'
    assert told == [("changed", "messages[0].parts[0].arguments")]


def test_custom_and_opaque_calls_go_back_as_they_came(write: Write) -> None:
    custom = ToolCall("c1", "f", {"input": "go"}, "go", extra={NAME: {"type": "custom"}})
    assert write(model(custom))[0][0]["tool_calls"] == [
        {"id": "c1", "type": "custom", "custom": {"name": "f", "input": "go"}}
    ]
    signed = ToolCall("c1", "f", {}, "{}", extra={NAME: {"extra_content": {"s": "1"}}})
    assert write(model(signed))[0][0]["tool_calls"][0]["extra_content"] == {"s": "1"}


def test_ids_that_do_not_fit_are_made_to_alike_in_call_and_result(write: Write) -> None:
    """Pain 24: one id, one image of it."""
    for id, flags, fits in (
        ("x" * 60, {}, False),
        ("functions.f:0", {}, True),
        ("functions.f:0", {"tool_call_id_length": 9, "tool_call_id_exact": True}, False),
        ("abcdefgh9", {"tool_call_id_length": 9, "tool_call_id_exact": True}, True),
        ("", {}, False),
    ):
        written, told = write(model(ToolCall(id, "f", {})), Message("tool", (ToolResult(id, (Text("r"),)),)), **flags)
        sent = written[0]["tool_calls"][0]["id"]
        assert written[1]["tool_call_id"] == sent
        assert (sent == id) is fits
        assert told == ([] if fits else [("changed", "tool_call.id")])
        assert 0 < len(sent) <= flags.get("tool_call_id_length", 40)
        if flags:
            assert len(sent) == 9
            assert sent.isalnum()


def test_results(write: Write) -> None:
    call = model(ToolCall("c1", "f", {}), ToolCall("c2", "g", {}))
    results = Message("tool", (ToolResult("c1", (Text("r"),)), ToolResult("c2", (), is_error=True)))
    written, told = write(call, results)
    assert written[1:] == [
        {"role": "tool", "tool_call_id": "c1", "content": "r"},
        {"role": "tool", "tool_call_id": "c2", "content": ""},
    ]
    assert told == [("dropped", "messages[1].parts[1].is_error")]
    written, _ = write(call, results, requires_tool_result_name=True)
    assert [message["name"] for message in written[1:]] == ["f", "g"]


def test_images_of_results_follow_in_a_message_of_the_user(write: Write) -> None:
    """Results are text on this wire; all of them must stand before the next message."""
    results = [Message("tool", (ToolResult(id, (Text("r"), Image(data=PNG))),)) for id in ("c1", "c2")]
    written, told = write(model(ToolCall("c1", "f", {}), ToolCall("c2", "f", {})), *results, user(Text("a")))
    assert [message["role"] for message in written] == ["assistant", "tool", "tool", "user", "user"]
    assert [part["type"] for part in written[3]["content"]] == ["text", "image_url", "text", "image_url"]
    assert [kind for kind, _ in told] == ["emulated", "emulated"]
    written, _ = write(*results)
    assert written[-1]["role"] == "user"


def test_some_want_the_assistant_between_tool_and_user(write: Write) -> None:
    """H-136."""
    turns = (model(ToolCall("c1", "f", {})), Message("tool", (ToolResult("c1", (Text("r"),)),)), user(Text("a")))
    written, told = write(*turns, requires_assistant_after_tool_result=True)
    assert [message["role"] for message in written] == ["assistant", "tool", "assistant", "user"]
    assert told == [("injected", "messages")]
    assert len(write(*turns)[0]) == 3


def own(field: str, **more: Any) -> dict[str, Any]:
    return {NAME: {"field": field, **more}}


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "reasoning_text"])
def test_thinking_goes_back_in_the_field_in_which_it_came(field: str, write: Write) -> None:
    """Pain 22."""
    written, told = write(model(Thinking("Hm", own(field)), Text("a")))
    assert written == [{"role": "assistant", "content": "a", field: "Hm"}]
    assert told == []


def test_details_go_back_whole_and_pieces_of_one_together(write: Write) -> None:
    """Pain 22: signature and cipher unread, also where they came in two blocks."""
    first = [{"type": "reasoning.text", "text": "Hm", "index": 0}]
    second = [{"type": "reasoning.text", "signature": "s", "index": 0}, {"type": "reasoning.encrypted", "data": "c"}]
    turn = model(
        Thinking("Hm", own("reasoning", reasoning_details=first)),
        Text("a"),
        Thinking("", {NAME: {"reasoning_details": second}}),
    )
    written, told = write(turn)
    assert written[0]["reasoning_details"] == [
        {"type": "reasoning.text", "text": "Hm", "index": 0, "signature": "s"},
        second[1],
    ]
    assert "reasoning" not in written[0]
    assert told == []


def test_thinking_in_chunks_and_tags_goes_back_so(write: Write) -> None:
    chunks = model(Thinking("Hm", own("content", signature="s")), Text("a"))
    assert write(chunks)[0][0]["content"] == [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}], "signature": "s"},
        {"type": "text", "text": "a"},
    ]
    tagged = model(Thinking("Hm", own("content", tags=["<think>", "</think>"])), Text("a"))
    assert write(tagged)[0][0]["content"] == "<think>Hm</think>a"


@pytest.mark.parametrize(
    ("thinking", "flags", "written", "told"),
    [
        (
            Thinking("Hm", own("reasoning")),
            {"reasoning_fields": ["reasoning_content"]},
            {"reasoning_content": "Hm"},
            "renamed",
        ),
        (Thinking("Hm", own("reasoning")), {"reasoning_fields": []}, {}, "dropped"),
        (Thinking("Hm"), {}, {}, "dropped"),
        (Thinking("Hm"), {"reasoning_fields": ["reasoning"]}, {"reasoning": "Hm"}, "renamed"),
        (Thinking("Hm", {"other-wire": {"signature": "s"}}), {}, {}, "dropped"),
        (Thinking("Hm", own("reasoning")), {"requires_thinking_as_text": True}, {"content": "Hm\n\na"}, "changed"),
        (
            Thinking("", own("reasoning", reasoning_details=[{"data": "c"}])),
            {"reasoning_fields": ["reasoning"]},
            {},
            "dropped",
        ),
    ],
)
def test_thinking_elsewhere(thinking: Thinking, flags: Any, written: Any, told: str, write: Write) -> None:
    """H-137: renamed, turned into text, or dropped; and told."""
    messages, adaptations = write(model(thinking, Text("a")), **flags)
    assert messages == [{"role": "assistant", "content": "a", **written}]
    assert told in [kind for kind, _ in adaptations]


def test_lost_thinking_is_replaced_where_it_is_required(write: Write) -> None:
    """H-138: DeepSeek takes an empty text, Kimi a space."""
    flags = {"requires_reasoning_content_on_assistant_messages": True, "reasoning_placeholder": " "}
    written, told = write(model(Text("a")), user(Text("b")), model(Text("c")), **flags)
    assert [message.get("reasoning_content") for message in written] == [" ", None, " "]
    assert told == [("injected", "messages[].reasoning_content")]
    written, told = write(model(Thinking("Hm", own("reasoning_content")), Text("a")), **flags)
    assert (written[0]["reasoning_content"], told) == ("Hm", [])


def test_refusals_sounds_and_hosted_tools(write: Write) -> None:
    assert write(model(Text("no", refusal=True)))[0] == [{"role": "assistant", "content": None, "refusal": "no"}]
    assert write(model(Audio(file_id="audio_1")))[0] == [
        {"role": "assistant", "content": None, "audio": {"id": "audio_1"}}
    ]
    assert write(model(Audio(b"x", transcript="Hello"))) == (
        [{"role": "assistant", "content": "Hello"}],
        [("changed", "messages[0].parts[0]")],
    )
    assert write(model(Audio(b"x")))[1] == [("dropped", "messages[0].parts[0]")]
    assert write(model(HostedTool("search", {})))[1] == [("dropped", "messages[0].parts[0]")]
    assert write(model(Text("a", cache="5m")))[1] == [("dropped", "messages[0].parts[0].cache")]


@pytest.mark.parametrize(
    ("role", "part"),
    [
        ("user", Text("a", extra={"other-wire": 1})),
        ("user", Image(url="https://i.test", extra={"other-wire": 1})),
        ("assistant", Text("a", extra={"other-wire": 1})),
        ("assistant", ToolCall("c", "f", {}, extra={"other-wire": 1})),
        ("assistant", Audio(file_id="x", extra={"other-wire": 1})),
        ("tool", ToolResult("c", (Text("r"),), extra={"other-wire": 1})),
    ],
)
def test_opaque_data_of_another_wire_is_dropped_and_told(role: Role, part: Part, write: Write) -> None:
    written, told = write(Message(role, (part,)))
    assert "other-wire" not in str(written)
    assert told == [("dropped", "messages[0].parts[0].extra['other-wire']")]


def test_opaque_fields_of_messages_go_back(write: Write) -> None:
    prefix = Message("assistant", (Text("a"),), extra={NAME: {"prefix": True}, "other-wire": 1})
    assert write(prefix) == (
        [{"role": "assistant", "content": "a", "prefix": True}],
        [("dropped", "messages[0].extra['other-wire']")],
    )
