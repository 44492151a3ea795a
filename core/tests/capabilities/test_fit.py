"""A request as a model takes it: what is left out and told, what is refused, and that unknown is not no."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from hamr.capabilities.capability import Capabilities, Rule
from hamr.capabilities.fit import fitted
from hamr.capabilities.matrix import Known
from hamr.errors import Unsupported
from hamr.types import (
    Audio,
    File,
    Image,
    Message,
    Request,
    ResponseFormat,
    Text,
    ThinkingConfig,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)

HI = Message("user", (Text("hi"),))
PNG = Image(data=b"png", media_type="image/png")
SOUND = Audio(data=b"wav", format="wav")
PDF = File(data=b"%PDF", media_type="application/pdf")
LINK = Image(url="https://a.example/cat.png")
TOOLS = tuple(Tool(name) for name in ("one", "two", "three"))
ANSWER = Message("assistant", (Text("ok"),))
WHOLE = Request(
    (Message("system", (Text("be brief"),)), Message("user", (Text("see"), PNG, SOUND, PDF, LINK))),
    tools=TOOLS,
    tool_choice=ToolChoice("auto"),
    response_format=ResponseFormat({"type": "object"}),
    thinking=ThinkingConfig("off"),
    temperature=0.5,
    top_p=0.5,
    top_k=5,
    seed=7,
    frequency_penalty=0.1,
    presence_penalty=0.1,
)
LACKS = [
    ({"native_tools": False}, "calls no tools"),
    ({"tool_mode_parity": "text_only"}, "calls no tools"),
    ({"tool_mode_parity": "unsupported"}, "calls no tools"),
    ({"max_tools": 2}, "at most 2 tools, and these are 3"),
    ({"vision_supported": False}, "takes no images"),
    ({"image_url_input_supported": False}, "takes no images by their URL"),
    ({"audio_supported": False}, "takes no sound"),
    ({"pdf_supported": False}, "takes no PDF documents"),
]
"""What a model may lack of which something cannot be left out of `WHOLE`."""


def known(**can: Any) -> Known:
    return Known(Capabilities(**can), ((Rule(), "a file"),))


def fit(request: Request, **can: Any) -> tuple[Request, list[tuple[str, str]]]:
    found, told = fitted(request, known(**can), "maker/model", "a-wire")
    assert all("says a file" in each.why for each in told)
    return found, [(each.kind, each.field) for each in told]


def test_what_is_not_known_never_changes_a_request() -> None:
    """Three states: unknown never gates."""
    assert fit(WHOLE) == (WHOLE, [])


def test_what_is_known_to_be_possible_never_changes_a_request() -> None:
    every = {each.name: True for each in fields(Capabilities) if each.type == "bool | None"}
    found = fit(WHOLE, **every, max_tools=3, thinking_modes=("effort",), structured_output_mode="native_json")
    assert found == (WHOLE, [])


@pytest.mark.parametrize(
    "name", ["temperature", "top_p", "top_k", "seed", "frequency_penalty", "presence_penalty"], ids=str
)
def test_a_field_that_a_model_does_not_take_is_left_out(name: str) -> None:
    """M-32, and silent drops are none: each is told."""
    found, told = fit(WHOLE, **{f"{name}_supported": False})
    assert told == [("dropped", name)]
    assert getattr(found, name) is None
    assert [each for each in fields(Request) if getattr(found, each.name) != getattr(WHOLE, each.name)] == [
        each for each in fields(Request) if each.name == name
    ]


def test_no_longer_an_answer_is_asked_for_than_the_model_gives() -> None:
    """R-49."""
    found, told = fit(Request((HI,), max_tokens=9000), max_output_tokens=8192)
    assert (found.max_tokens, told) == (8192, [("clamped", "max_tokens")])
    for most in (100, None):
        request = Request((HI,), max_tokens=most)
        assert fit(request, max_output_tokens=8192) == (request, [])


@pytest.mark.parametrize(("can", "lacks"), LACKS, ids=str)
def test_without_what_matters_most_nothing_is_sent(can: dict[str, Any], lacks: str) -> None:
    with pytest.raises(Unsupported, match=f"maker/model .*{lacks}.*says a file") as caught:
        fit(WHOLE, **can)
    assert "docs/capabilities.md" in caught.value.hint
    assert caught.value.action == "fail-over"


def test_tools_that_none_is_to_call_are_left_out() -> None:
    found, told = fit(Request((HI,), tools=TOOLS, tool_choice=ToolChoice("none")), native_tools=False)
    assert (found, told) == (Request((HI,)), [("dropped", "tools")])


def test_tools_that_go_another_way_than_is_best_are_told() -> None:
    """A rule that says that the API's way works is heeded, whatever else is said."""
    request = Request((HI,), tools=TOOLS)
    said = {"native_tools": True, "preferred_tool_format": "text", "tool_mode_parity": "text_only"}
    assert fit(request, **said) == (request, [("changed", "tools")])
    assert fit(Request((HI,)), **said) == (Request((HI,)), [])
    assert fit(request, preferred_tool_format="native", native_tools=True) == (request, [])


def test_as_many_tools_as_there_may_be_are_sent() -> None:
    """N-110."""
    request = Request((HI,), tools=TOOLS)
    assert fit(request, max_tools=3) == (request, [])
    with pytest.raises(Unsupported, match="at most 0"):
        fit(request, max_tools=0)


def test_deferred_tools_are_shown_where_they_cannot_be_deferred() -> None:
    found, told = fit(Request((HI,), tools=(*TOOLS, Tool("four", deferred=True))), defer_loading=False)
    assert told == [("changed", "tools")]
    assert not any(tool.deferred for tool in found.tools)


def test_a_line_stands_for_what_came_earlier_or_from_a_tool() -> None:
    """A conversation that began with a model that sees goes on with one that does not."""
    shot = ToolResult("1", (Text("done"), PNG))
    messages = (
        Message("user", (Text("see"), PNG)),
        Message("assistant", (ToolCall("1", "shoot", {}),)),
        Message("tool", (shot,)),
        HI,
    )
    found, told = fit(Request(messages), vision_supported=False)
    assert told == [("changed", "messages[0].parts[1]"), ("changed", "messages[2].parts[0].parts[1]")]
    line = "[an image that this model cannot take was here]"
    assert found.messages[0].parts == (Text("see"), Text(line))
    result = found.messages[2].parts[0]
    assert isinstance(result, ToolResult)
    assert result.parts == (Text("done"), Text(line))
    assert (found.messages[1], found.messages[3]) == (messages[1], messages[3])


def test_what_a_tool_gives_in_the_newest_turn_stops_nothing() -> None:
    """A run is not ended by a tool that gives a picture."""
    result = Message("tool", (ToolResult("1", (PNG,)),))
    found, told = fit(Request((HI, ANSWER, result)), vision_supported=False)
    assert told == [("changed", "messages[2].parts[0].parts[0]")]
    (answered,) = found.messages[2].parts
    assert isinstance(answered, ToolResult)
    (instead,) = answered.parts
    assert isinstance(instead, Text)
    assert "cannot take" in instead.text


@pytest.mark.parametrize(
    ("can", "part", "line"),
    [
        ({"audio_supported": False}, SOUND, "sound"),
        ({"pdf_supported": False}, PDF, "a PDF document"),
        ({"pdf_supported": False}, File(url="https://a.example/Paper.PDF"), "a PDF document"),
        ({"image_url_input_supported": False}, LINK, "an image"),
    ],
    ids=["sound", "pdf", "pdf by its name", "image by url"],
)
def test_each_sense_has_its_line(can: dict[str, Any], part: Any, line: str) -> None:
    found, told = fit(Request((Message("user", (part,)), ANSWER, HI)), **can)
    assert told == [("changed", "messages[0].parts[0]")]
    assert found.messages[0].text == f"[{line} that this model cannot take was here]"


@pytest.mark.parametrize(
    ("can", "part"),
    [
        ({"pdf_supported": False}, File(data=b"a,b", media_type="text/csv", name="odd.pdf")),
        ({"image_url_input_supported": False}, PNG),
        ({"image_url_input_supported": False}, Image(url="data:image/png;base64,cG5n")),
        ({"audio_supported": False}, PNG),
    ],
    ids=["csv", "image as data", "image in a data url", "image for the deaf"],
)
def test_what_is_not_lacking_goes_through(can: dict[str, Any], part: Any) -> None:
    request = Request((Message("user", (part,)),))
    assert fit(request, **can) == (request, [])


@pytest.mark.parametrize("mode", ["none", "delimited"])
def test_the_shape_of_an_answer_is_asked_for_in_words(mode: str) -> None:
    """The words stand behind the instructions, and before the conversation."""
    wanted = ResponseFormat({"type": "object", "required": ["age"]})
    request = Request((Message("system", (Text("be brief"),)), HI), response_format=wanted)
    found, told = fit(request, structured_output_mode=mode)
    assert told == [("emulated", "response_format")]
    assert found.response_format is None
    assert [each.role for each in found.messages] == ["system", "system", "user"]
    assert '"required":["age"]' in found.messages[1].text


def test_a_way_to_ask_that_is_only_preferred_changes_nothing() -> None:
    request = Request((HI,), response_format=ResponseFormat())
    assert fit(request, structured_output_mode="xml_tagged") == (request, [])


def test_thinking_is_turned_off_by_the_words_for_it_once() -> None:
    off = Request((HI,), thinking=ThinkingConfig("off"))
    found, told = fit(off, thinking_disable_directive="/no_think")
    assert told == [("injected", "messages")]
    assert found.messages == (Message("system", (Text("/no_think"),)), HI)
    again, told = fit(found, thinking_disable_directive="/no_think")
    assert (again, told) == (found, [])
    high = Request((HI,), thinking=ThinkingConfig("high"))
    assert fit(high, thinking_disable_directive="/no_think") == (high, [])


def test_who_always_thinks_is_asked_to_think_least() -> None:
    found, told = fit(Request((HI,), thinking=ThinkingConfig("off")), reasoning_none_supported=False)
    assert told == [("clamped", "thinking.level")]
    assert found.thinking == ThinkingConfig("minimal")


def test_who_cannot_think_need_not_be_told_not_to() -> None:
    off = Request((HI,), thinking=ThinkingConfig("off"))
    assert fit(off, thinking_modes=(), reasoning_none_supported=False, thinking_disable_directive="/no") == (off, [])
    assert fit(Request((HI,), thinking=ThinkingConfig("low")), thinking_modes=())[1] == [("dropped", "thinking")]


def test_an_answer_that_is_begun_is_refused_where_it_would_not_go_on() -> None:
    begun = Request((HI, Message("assistant", (Text("It"),))))
    with pytest.raises(Unsupported, match="does not go on with an answer"):
        fit(begun, supports_assistant_prefill=False)
    paused = Request((HI, Message("assistant", (Text("It"), ToolCall("1", "one", {})))))
    assert fit(paused, supports_assistant_prefill=False) == (paused, [])
