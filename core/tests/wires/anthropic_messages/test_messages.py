"""Messages as the wire writes them."""

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
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
)
from hamr.wires.anthropic_messages import NAME

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]

PNG = b"\x89PNG\r\n"
PDF = b"%PDF-1.7"


def user(*parts: Part | str) -> Message:
    return Message("user", tuple(Text(part) if isinstance(part, str) else part for part in parts))


def assistant(*parts: Part | str) -> Message:
    return Message("assistant", tuple(Text(part) if isinstance(part, str) else part for part in parts))


def own(**said: Any) -> dict[str, Any]:
    return {NAME: {"issuer": "test", **said}}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


HI = user("hi")


def test_plain_texts_are_plain(encode: Encode) -> None:
    body, told = encode(Request((Message("system", (Text("be brief"),)), HI, assistant("yo"), user("bye"))))
    assert body == {
        "model": "a-model",
        "max_tokens": 16384,
        "system": "be brief",
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "yo"},
            {"role": "user", "content": "bye"},
        ],
    }
    assert told == []


def test_neighbours_of_one_role_are_one_message(encode: Encode) -> None:
    body, told = encode(Request((user("a"), user("b", Image(url="https://x.test/i.png")), assistant("c"), user("d"))))
    image = {"type": "image", "source": {"type": "url", "url": "https://x.test/i.png"}}
    assert body["messages"][0]["content"] == [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, image]
    assert told == []


def test_what_the_system_says(encode: Encode) -> None:
    """V-23: several messages are one, a blank line between them; marks make blocks of them (pain 25)."""
    plain = (Message("system", (Text("a"),)), Message("system", (Text("b"),)), HI)
    assert encode(Request(plain))[0]["system"] == "a\n\nb"
    marked = (Message("system", (Text("a"), Text("b", cache="1h"))), HI)
    assert encode(Request(marked))[0]["system"] == [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
    ]


def test_the_system_amid_the_conversation(encode: Encode) -> None:
    request = Request((HI, assistant("yo"), Message("system", (Text("now in French"),)), user("go")))
    body, told = encode(request)
    assert (body["system"], told) == ("now in French", [("changed", "messages[2]")])
    body, told = encode(request, supports_system_messages=True)
    assert [(each["role"], each["content"]) for each in body["messages"][2:]] == [
        ("user", "go"),
        ("system", "now in French"),
    ]
    assert told == [("changed", "messages[2]")]


def test_the_system_behind_the_user_stays_there(encode: Encode) -> None:
    late = Message("system", (Text("now in French"),))
    body, told = encode(Request((HI, late, late, assistant("oui"))), supports_system_messages=True)
    assert [each["role"] for each in body["messages"]] == ["user", "system", "assistant"]
    assert told == []
    body, told = encode(Request((HI, assistant("oui"), late)), supports_system_messages=True)
    assert (body["system"], told) == ("now in French", [("changed", "messages[2]")])


def test_the_system_says_text_alone(encode: Encode) -> None:
    with pytest.raises(Unsupported, match=r"messages\[0\]"):
        encode(Request((Message("system", (Image(url="https://x.test"),)), HI)))


@pytest.mark.parametrize(
    ("part", "block"),
    [
        (Image(url="https://x.test"), {"type": "image", "source": {"type": "url", "url": "https://x.test"}}),
        (
            Image(data=PNG),
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": b64(PNG)}},
        ),
        (
            Image(url=f"data:image/gif;base64,{b64(b'GIF8')}"),
            {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": b64(b"GIF8")}},
        ),
        (Image(file_id="file_1"), {"type": "image", "source": {"type": "file", "file_id": "file_1"}}),
        (
            File(PDF, name="a.pdf"),
            {
                "type": "document",
                "source": {"type": "base64", "media_type": "application/pdf", "data": b64(PDF)},
                "title": "a.pdf",
            },
        ),
        (
            File("é".encode(), extra={NAME: {"citations": {"enabled": True}, "context": "c"}}),
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "é"},
                "citations": {"enabled": True},
                "context": "c",
            },
        ),
        (File(url="https://x.test"), {"type": "document", "source": {"type": "url", "url": "https://x.test"}}),
        (File(file_id="file_1"), {"type": "document", "source": {"type": "file", "file_id": "file_1"}}),
        (
            File(file_id="file_1", extra={NAME: {"type": "container_upload"}}),
            {"type": "container_upload", "file_id": "file_1"},
        ),
    ],
)
def test_images_and_documents(part: Image | File, block: dict[str, Any], encode: Encode) -> None:
    body, told = encode(Request((user(part),)))
    assert body["messages"][0]["content"] == [block]
    assert told == []


def test_a_text_of_another_kind_goes_as_plain_text_and_is_told(encode: Encode) -> None:
    body, told = encode(Request((user(File(b"# a", media_type="text/markdown")),)))
    assert body["messages"][0]["content"][0]["source"]["media_type"] == "text/plain"
    assert told == [("changed", "messages[0].parts[0].media_type")]


@pytest.mark.parametrize(
    "part",
    [
        Audio(b"x", "wav"),
        Image(),
        File(),
        Image(data=b"?"),
        File(b"\xff\xfe"),
        File(b"x", media_type="application/zip"),
    ],
)
def test_what_the_wire_cannot_say_is_an_error_that_names_the_place(part: Part, encode: Encode) -> None:
    with pytest.raises(Unsupported, match=r"messages\[0\]\.parts\[1\]"):
        encode(Request((user("see", part),)))


def test_a_detail_of_an_image_is_dropped_and_told(encode: Encode) -> None:
    _, told = encode(Request((user(Image(url="https://x.test", detail="low")),)))
    assert told == [("dropped", "messages[0].parts[0].detail")]


def test_blank_texts_are_left_out(encode: Encode) -> None:
    """The API refuses them. An empty one says nothing; blanks are told."""
    body, told = encode(Request((user("", "hi", " \n"), assistant(""), user("bye"))))
    assert body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "hi"}, {"type": "text", "text": "bye"}]}
    ]
    assert told == [("dropped", "messages[0].parts[2]"), ("dropped", "messages[1]")]


def test_the_beginning_of_an_answer_ends_without_blanks(encode: Encode) -> None:
    for parts in (("Sure: ",), ("Sure", ": ")):
        body, told = encode(Request((HI, assistant(*parts))))
        content = body["messages"][-1]["content"]
        assert content[-1]["text"] == "".join(parts)[-len(parts[-1]) :].rstrip()
        assert told == [("changed", "messages[-1]")]


def test_a_model_that_does_not_go_on_with_an_answer(encode: Encode) -> None:
    with pytest.raises(Unsupported, match="begun"):
        encode(Request((HI, assistant("Sure:"))), supports_prefill=False)


def test_a_paused_turn_goes_back_unchanged(encode: Encode) -> None:
    """`pause_turn`: the last message is the assistant's, whatever the model thinks of answers that are begun."""
    block = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}
    turn = assistant(
        Thinking("hm", own(signature="s")), "let me look", HostedTool("web_search", block, extra=own(block=block))
    )
    body, told = encode(Request((HI, turn)), supports_prefill=False)
    assert body["messages"][-1]["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "text", "text": "let me look"},
        block,
    ]
    assert told == []


def test_thinking_goes_back_with_its_signature_byte_for_byte(encode: Encode) -> None:
    """Pain 22."""
    signature = "EqQB+/=\u2028é"
    turn = assistant(
        Thinking("hm", own(signature=signature)), Thinking("", own(data="c2Vj")), Thinking("", own(signature="o")), "yo"
    )
    body, told = encode(Request((HI, turn, user("go"))))
    assert body["messages"][1]["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": signature},
        {"type": "redacted_thinking", "data": "c2Vj"},
        {"type": "thinking", "thinking": "", "signature": "o"},
        {"type": "text", "text": "yo"},
    ]
    assert told == []


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        (None, []),
        ({NAME: {"issuer": "else", "signature": "s"}}, [("dropped", "messages[1].parts[0].extra")]),
        ({NAME: {"issuer": "else", "data": "s"}}, [("dropped", "messages[1].parts[0].extra")]),
        ({"gemini": {"signature": "s"}}, [("dropped", "messages[1].parts[0].extra['gemini']")]),
        ({NAME: {"issuer": "test", "signature": ""}}, []),
    ],
)
def test_thinking_of_others_is_dropped_and_told(
    extra: dict[str, Any] | None, told: list[tuple[str, str]], encode: Encode
) -> None:
    """Pain 22: a signature counts with whoever gave it."""
    body, found = encode(Request((HI, assistant(Thinking("hm", extra), "yo"), user("go"))))
    assert body["messages"][1]["content"] == [{"type": "text", "text": "yo"}]
    assert found == [*told, ("dropped", "messages[1].parts[0]")]


def test_servers_without_signatures_get_them_back_empty(encode: Encode) -> None:
    """H-149."""
    turn = assistant(Thinking("hm", own(signature="")), "yo")
    body, told = encode(Request((HI, turn, user("go"))), allow_empty_signature=True)
    assert body["messages"][1]["content"][0] == {"type": "thinking", "thinking": "hm", "signature": ""}
    assert told == []


def test_blocks_of_the_providers_own_go_back_as_they_came(encode: Encode) -> None:
    block = {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"encrypted_content": "e"}]}
    cited = [{"type": "web_search_result_location", "url": "https://x.test", "encrypted_index": "e"}]
    turn = assistant(HostedTool("web_search", block, extra=own(block=block)), Text("yo", extra=own(citations=cited)))
    body, told = encode(Request((HI, turn, user("go"))))
    assert body["messages"][1]["content"] == [block, {"type": "text", "text": "yo", "citations": cited}]
    assert told == []
    theirs = assistant(HostedTool("web_search", block, extra={NAME: {"issuer": "else", "block": block}}), "yo")
    body, told = encode(Request((HI, theirs, user("go"))))
    assert body["messages"][1]["content"] == [{"type": "text", "text": "yo"}]
    assert ("dropped", "messages[1].parts[0]") in told


def test_pictures_of_the_assistants_are_dropped_and_told(encode: Encode) -> None:
    body, told = encode(Request((HI, assistant("see", Image(url="https://x.test")), user("go"))))
    assert body["messages"][1]["content"] == [{"type": "text", "text": "see"}]
    assert told == [("dropped", "messages[1].parts[1]")]


def test_calls_and_their_results(encode: Encode) -> None:
    """Results come first, then what the user says; images and failures are told."""
    calls = assistant(
        "look", ToolCall("t1", "f", {"a": 1}), ToolCall("t2", "g", {}, "", extra=own(caller={"type": "x"}))
    )
    results = Message(
        "tool",
        (
            ToolResult("t1", (Text("one"),), "f"),
            ToolResult("t2", (Text("two"), Image(data=PNG)), is_error=True, cache="5m"),
        ),
    )
    body, told = encode(Request((HI, calls, results, user("and?")), tools=(Tool("f"),)))
    assert body["messages"][1]["content"] == [
        {"type": "text", "text": "look"},
        {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}},
        {"type": "tool_use", "id": "t2", "name": "g", "input": {}, "caller": {"type": "x"}},
    ]
    assert body["messages"][2]["role"] == "user"
    first, second, text = body["messages"][2]["content"]
    assert first == {"type": "tool_result", "tool_use_id": "t1", "content": "one"}
    assert second["is_error"] is True
    assert [block["type"] for block in second["content"]] == ["text", "image"]
    assert second["cache_control"] == {"type": "ephemeral"}
    assert text == {"type": "text", "text": "and?"}
    assert told == []


def test_results_of_a_search_for_tools_go_back(encode: Encode) -> None:
    content = [{"type": "tool_reference", "tool_name": "f"}]
    result = ToolResult("t1", (), extra={NAME: {"content": content}})
    body, _ = encode(Request((HI, assistant(ToolCall("t1", "search", {})), Message("tool", (result,)))))
    assert body["messages"][2]["content"] == [{"type": "tool_result", "tool_use_id": "t1", "content": content}]


def test_arguments_that_are_no_object_go_inside_one(encode: Encode) -> None:
    broken = ToolCall("t1", "f", {}, '{"a', "the arguments are no JSON")
    body, told = encode(Request((HI, assistant(broken), Message("tool", (ToolResult("t1", (Text("x"),)),)))))
    assert body["messages"][1]["content"][0]["input"] == {"malformed_arguments": '{"a'}
    assert told == [("changed", "messages[1].parts[0].arguments")]


@pytest.mark.parametrize("id", ["call.1", "x" * 65, "é", "", "a b", "functions.f:0"])
def test_ids_of_other_wires_are_made_fit_the_same_way_each_time(id: str, encode: Encode) -> None:
    """Pain 24."""
    messages = (HI, assistant(ToolCall(id, "f", {})), Message("tool", (ToolResult(id, (Text("x"),)),)))
    body, told = encode(Request(messages))
    sent = body["messages"][1]["content"][0]["id"]
    assert sent == body["messages"][2]["content"][0]["tool_use_id"]
    assert sent.startswith("toolu_")
    assert told == [("changed", "tool_call.id")]
    assert encode(Request(messages))[0] == body


def test_only_results_stand_in_messages_of_tools(encode: Encode) -> None:
    with pytest.raises(Unsupported, match="holds nothing but results"):
        encode(Request((HI, Message("tool", (Text("x"),)))))


def test_names_and_other_wires_data_are_told(encode: Encode) -> None:
    message = Message("user", (Text("hi", extra={"gemini": {"x": 1}}),), name="ann", extra={"ollama": {}})
    _, told = encode(Request((message,)))
    assert told == [
        ("dropped", "messages[0].extra['ollama']"),
        ("dropped", "messages[0].name"),
        ("dropped", "messages[0].parts[0].extra['gemini']"),
    ]


def test_equal_beginnings_are_equal_bytes(encode: Encode) -> None:
    """Pain 25: caches hit."""
    first = (Message("system", (Text("s"),)), HI, assistant("yo", ToolCall("t1", "f", {"b": 1, "a": 2})))
    result = Message("tool", (ToolResult("t1", (Text("x"),)),))
    short, _ = encode(Request((*first, result), tools=(Tool("f"),)))
    long, _ = encode(Request((*first, result, assistant("so"), user("go")), tools=(Tool("f"),)))
    assert str(long["messages"]).startswith(str(short["messages"])[:-1])
    assert {**long, "messages": 0} == {**short, "messages": 0}
