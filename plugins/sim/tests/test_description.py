from __future__ import annotations

import pytest

from hamr.api import Audio, File, HostedTool, Image, Message, Part, Request, Text, Thinking, ToolCall, ToolResult
from hamr_sim.description import described_part, last_said, prompt

PARTS: list[tuple[Part, str]] = [
    (Text("hello"), "hello"),
    (Image(data=b"x" * 70, media_type="image/png"), "[image/png, 70 bytes]"),
    (Image(url="https://example.com/cat.jpg"), "[image, https://example.com/cat.jpg]"),
    (Audio(data=b"x" * 1234, format="wav"), "[audio/wav, 1,234 bytes]"),
    (File(data=b"abc", name="a.pdf", media_type="application/pdf"), "[application/pdf, a.pdf, 3 bytes]"),
    (File(file_id="file-1"), "[file, file-1]"),
    (Thinking("so it is"), "[thinking: so it is]"),
    (ToolCall("1", "weather", {"city": "Rome"}), '[calls weather with {"city": "Rome"}]'),
    (ToolCall("1", "weather", {}, '{"city":1}'), '[calls weather with {"city":1}]'),
    (ToolResult("1", (Text("warm"), Image(data=b"x", media_type="image/png"))), "warm [image/png, 1 bytes]"),
    (HostedTool("search", {}), "[tool of the provider, search]"),
]


@pytest.mark.parametrize(("part", "text"), PARTS, ids=lambda value: type(value).__name__)
def test_every_part_has_words(part: Part, text: str) -> None:
    assert described_part(part) == text


def test_the_prompt_is_the_last_message_of_the_user() -> None:
    turns = (
        Message("user", (Text("one"),)),
        Message("user", (Text("two"), Image(data=b"x", media_type="image/gif"))),
        Message("assistant", (Text("three"),)),
    )
    assert prompt(Request(turns)) == "two [image/gif, 1 bytes]"
    assert last_said(Request(turns)) == "three"


def test_the_prompt_of_a_conversation_without_a_user_is_its_last_message() -> None:
    assert prompt(Request((Message("system", (Text("be kind"),)),))) == "be kind"
    assert prompt(Request(())) == last_said(Request(())) == ""
