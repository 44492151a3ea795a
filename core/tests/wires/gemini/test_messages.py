from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import Unsupported
from hamr.types import Audio, File, HostedTool, Image, Message, Part, Request, Text, Thinking, ToolCall, ToolResult
from hamr.wires.gemini import NAME

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]
PNG = b"\x89PNG\r\n"
PNG64 = base64.b64encode(PNG).decode()
OWN = {NAME: {"issuer": "test/a-model", "thoughtSignature": "c2ln"}}
OTHERS = {NAME: {"issuer": "test/another", "thoughtSignature": "c2ln"}}


def user(*parts: Part) -> Message:
    return Message("user", parts)


def test_roles_and_the_systems_words(encode: Encode) -> None:
    messages = (
        Message("system", (Text("be kind"),)),
        Message("system", (Text("be brief"),)),
        user(Text("hello")),
        Message("assistant", (Text("hi"),)),
        Message("system", (Text("be loud"),)),
        user(Text("again")),
    )
    body, told = encode(Request(messages))
    assert body["systemInstruction"] == {"parts": [{"text": "be kind"}, {"text": "be brief"}]}
    assert [content["role"] for content in body["contents"]] == ["user", "model", "user", "user"]
    assert told == [("changed", "messages[4].role")]


@pytest.mark.parametrize(
    ("part", "written"),
    [
        (Image(data=PNG), {"inlineData": {"mimeType": "image/png", "data": PNG64}}),
        (Image(f"data:image/png;base64,{PNG64}"), {"inlineData": {"mimeType": "image/png", "data": PNG64}}),
        (
            Image("https://x.test/a.jpg?b=1"),
            {"fileData": {"mimeType": "image/jpeg", "fileUri": "https://x.test/a.jpg?b=1"}},
        ),
        (
            Image(file_id="files/abc", media_type="image/png"),
            {"fileData": {"mimeType": "image/png", "fileUri": "https://models.test/v1beta/files/abc"}},
        ),
        (Audio(b"x", "mp3"), {"inlineData": {"mimeType": "audio/mp3", "data": "eA=="}}),
        (File(b"x", name="a.csv"), {"inlineData": {"mimeType": "text/csv", "data": "eA=="}}),
        (File(b"x"), {"inlineData": {"mimeType": "application/pdf", "data": "eA=="}}),
        (
            File(url="https://youtu.be/x", media_type="video/mp4", extra={NAME: {"videoMetadata": {"fps": 2}}}),
            {"fileData": {"mimeType": "video/mp4", "fileUri": "https://youtu.be/x"}, "videoMetadata": {"fps": 2}},
        ),
        (File(url="gs://b/a.pdf"), {"fileData": {"mimeType": "application/pdf", "fileUri": "gs://b/a.pdf"}}),
    ],
)
def test_media(part: Part, written: dict[str, Any], encode: Encode) -> None:
    body, _ = encode(Request((user(Text("see"), part),)))
    assert body["contents"][0]["parts"] == [{"text": "see"}, written]


def test_names_of_files_go_where_they_are_known(encode: Encode) -> None:
    request = Request((user(File(b"x", name="a.pdf")),))
    assert ("dropped", "messages[0].parts[0].name") in encode(request)[1]
    body, told = encode(request, supports_file_names=True)
    assert body["contents"][0]["parts"][0]["inlineData"]["displayName"] == "a.pdf"
    assert not told


@pytest.mark.parametrize("part", [Image(), Audio(), File(), Image(data=b"what")])
def test_what_holds_nothing_is_refused_with_its_place(part: Part, encode: Encode) -> None:
    with pytest.raises(Unsupported, match=r"messages\[0\]\.parts\[0\]"):
        encode(Request((user(part),)))


def test_calls_and_results_bear_the_ids_they_were_given(encode: Encode) -> None:
    """N-86: results as functionResponse, all of one turn in one content."""
    messages = (
        user(Text("weather?")),
        Message(
            "assistant",
            (
                ToolCall("c1", "weather", {"city": "Rome"}, '{"city":"Rome"}'),
                ToolCall("c2", "weather", {"city": "Oslo"}, extra={NAME: {"made_id": True}}),
            ),
        ),
        Message("tool", (ToolResult("c1", (Text("sunny"),)),)),
        Message("tool", (ToolResult("c2", (Text("no such place"),), is_error=True),)),
    )
    body, told = encode(Request(messages))
    assert body["contents"][1]["parts"] == [
        {"functionCall": {"id": "c1", "name": "weather", "args": {"city": "Rome"}}},
        {"functionCall": {"name": "weather", "args": {"city": "Oslo"}}},
    ]
    assert body["contents"][2:] == [
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"id": "c1", "name": "weather", "response": {"output": "sunny"}}},
                {"functionResponse": {"name": "weather", "response": {"error": "no such place"}}},
            ],
        }
    ]
    assert not told


def test_ids_of_others_are_made_to_fit(encode: Encode) -> None:
    id = "call/with:odd|signs" * 9
    messages = (Message("assistant", (ToolCall(id, "f", {}),)), Message("tool", (ToolResult(id, (Text("x"),)),)))
    body, told = encode(Request(messages))
    sent = body["contents"][0]["parts"][0]["functionCall"]["id"]
    assert len(sent) <= 64
    assert body["contents"][1]["parts"][0]["functionResponse"]["id"] == sent
    assert told == [("changed", "tool_call.id")]


def test_a_result_must_say_which_tool_it_is_of(encode: Encode) -> None:
    with pytest.raises(Unsupported, match="names no tool"):
        encode(Request((Message("tool", (ToolResult("c9", (Text("x"),)),)),)))
    body, _ = encode(Request((Message("tool", (ToolResult("c9", (Text("x"),), "f"),)),)))
    assert body["contents"][0]["parts"][0]["functionResponse"] == {"id": "c9", "name": "f", "response": {"output": "x"}}


def test_images_in_results(encode: Encode) -> None:
    result = ToolResult("c1", (Text("look"), Image(data=PNG)), "f")
    body, _ = encode(Request((Message("tool", (result,)),)))
    image = {"inlineData": {"mimeType": "image/png", "data": PNG64}}
    assert body["contents"][0]["parts"][0]["functionResponse"]["parts"] == [image]
    body, told = encode(Request((Message("tool", (result,)),)), supports_result_images=False)
    assert "parts" not in body["contents"][0]["parts"][0]["functionResponse"]
    assert body["contents"][1] == {"role": "user", "parts": [{"text": "What f returned:"}, image]}
    assert told == [("changed", "messages[0].parts[0].parts")]


def test_broken_arguments_go_back_inside_an_object(encode: Encode) -> None:
    call = ToolCall("c1", "f", {}, '{"a":', "the arguments are no JSON")
    body, told = encode(Request((Message("assistant", (call,)),)))
    assert body["contents"][0]["parts"][0]["functionCall"]["args"] == {"malformed_arguments": '{"a":'}
    assert told == [("changed", "messages[0].parts[0].arguments")]


def test_signatures_go_back_on_the_part_that_bore_them(encode: Encode) -> None:
    """Pain 23, N-86: byte for byte, on calls, texts, empty texts and thinking; never merged."""
    message = Message(
        "assistant",
        (
            Thinking("hm", OWN),
            Text("a"),
            Text("b", extra=OWN),
            Text("", extra=OWN),
            ToolCall("c1", "f", {}, extra=OWN),
            ToolCall("c2", "f", {}, extra={NAME: {"issuer": "test/a-model"}}),
            Image(data=PNG, extra=OWN),
            HostedTool(
                "executableCode",
                {},
                extra={NAME: {"issuer": "test/a-model", "part": {"executableCode": {"code": "1"}}}},
            ),
        ),
    )
    body, told = encode(Request((message,)))
    assert body["contents"][0]["parts"] == [
        {"text": "hm", "thought": True, "thoughtSignature": "c2ln"},
        {"text": "a"},
        {"text": "b", "thoughtSignature": "c2ln"},
        {"text": "", "thoughtSignature": "c2ln"},
        {"functionCall": {"id": "c1", "name": "f", "args": {}}, "thoughtSignature": "c2ln"},
        {"functionCall": {"id": "c2", "name": "f", "args": {}}},
        {"inlineData": {"mimeType": "image/png", "data": PNG64}, "thoughtSignature": "c2ln"},
        {"executableCode": {"code": "1"}},
    ]
    assert not told


def test_signatures_of_other_models_are_dropped_and_told(encode: Encode) -> None:
    """Pain 23: a foreign signature is a 400."""
    message = Message(
        "assistant",
        (
            Thinking("hm", OTHERS),
            Thinking("hm", {"anthropic-messages": {"signature": "x"}}),
            Text("b", extra=OTHERS),
            ToolCall("c1", "f", {}, extra=OTHERS),
            HostedTool("x", {}, extra={NAME: {"issuer": "other", "part": {"x": {}}}}),
        ),
    )
    body, told = encode(Request((message,)))
    assert body["contents"][0]["parts"] == [{"text": "b"}, {"functionCall": {"id": "c1", "name": "f", "args": {}}}]
    assert [kind for kind, _ in told] == ["dropped"] * 5
    assert {field.partition(".extra")[0] for _, field in told} == {f"messages[0].parts[{at}]" for at in range(5)}


def test_a_model_that_demands_signatures_is_given_a_stand_in(encode: Encode) -> None:
    """Only on the first call of each step of the turn that is going on."""
    step = Message("assistant", (ToolCall("c1", "f", {}), ToolCall("c2", "f", {})))
    messages = (user(Text("1")), step, user(Text("2")), step)
    body, told = encode(Request(messages), placeholder_signature="skip")
    signed = [[part.get("thoughtSignature") for part in content["parts"]] for content in body["contents"]]
    assert signed == [[None], [None, None], [None], ["skip", None]]
    assert told == [("injected", "messages[3].parts[0].extra")]


def test_what_this_wire_has_no_place_for_is_told(encode: Encode) -> None:
    messages = (
        Message("user", (Text("a", cache="5m"), Text(""), Image(data=PNG, detail="high")), name="Ann"),
        Message("assistant", ()),
        Message("assistant", (Text(""),)),
    )
    body, told = encode(Request(messages))
    assert [len(content["parts"]) for content in body["contents"]] == [2, 1]
    assert told == [
        ("dropped", "messages[0].name"),
        ("dropped", "messages[0].parts[0].cache"),
        ("dropped", "messages[0].parts[2].detail"),
        ("dropped", "messages[1]"),
    ]


def test_the_system_says_nothing_but_text(encode: Encode) -> None:
    with pytest.raises(Unsupported, match="nothing but text"):
        encode(Request((Message("system", (Image(data=PNG),)),)))


def test_parts_stand_where_they_belong(encode: Encode) -> None:
    with pytest.raises(Unsupported, match="cannot stand here"):
        encode(Request((user(ToolCall("c", "f", {})),)))
    with pytest.raises(Unsupported, match="nothing but results"):
        encode(Request((Message("tool", (Text("x"),)),)))
