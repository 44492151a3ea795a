"""Events and messages, as a person reads them."""

from __future__ import annotations

from typing import Any

import pytest

from hamr.cli import output
from hamr.cli.answer import Answer
from hamr.types import (
    Audio,
    Event,
    HostedTool,
    Image,
    Message,
    PartAdded,
    Text,
    TextDelta,
    TextStart,
    Thinking,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    ToolCall,
    ToolCallEnd,
    ToolCallStart,
    Warned,
)

CALL = ToolCall("t1", "weather", {"city": "Oslo"}, '{"city":"Oslo"}')


def shown(capsys: Any, *events: Event, verbose: bool = False) -> tuple[str, str]:
    answer = Answer(verbose=verbose)
    for event in events:
        answer.show(event)
    answer.end()
    return tuple(capsys.readouterr())


def test_tool_calls_stand_on_lines_of_their_own(capsys: Any) -> None:
    events: list[Event] = [TextStart(0), TextDelta(0, "So"), ToolCallStart(1, "t1", "weather"), ToolCallEnd(1, CALL)]
    assert (
        shown(capsys, *events, ToolCallEnd(2, CALL))[0] == 'So\nweather({"city": "Oslo"})\nweather({"city": "Oslo"})\n'
    )


def test_a_tool_call_with_broken_arguments_is_shown_as_written(capsys: Any) -> None:
    call = ToolCall("t1", "weather", {}, '{"city', problem="no JSON")
    assert shown(capsys, ToolCallEnd(0, call)) == (
        'weather({"city)\n',
        "note: the arguments of weather are no JSON object: no JSON\n",
    )


def test_of_several_choices_the_first_is_shown(capsys: Any) -> None:
    events: list[Event] = [
        TextStart(0),
        TextStart(1, choice=1),
        TextDelta(0, "one"),
        TextDelta(1, "two"),
        TextDelta(0, "!"),
    ]
    assert shown(capsys, *events)[0] == "one!\n"


def test_thinking_and_warnings_are_told_only_if_asked_for(capsys: Any) -> None:
    events: list[Event] = [
        ThinkingStart(0),
        ThinkingDelta(0, "Hmm"),
        ThinkingEnd(0),
        Warned("beware"),
        TextStart(1),
        TextDelta(1, "x"),
    ]
    assert shown(capsys, *events) == ("x\n", "")
    assert shown(capsys, *events, verbose=True) == ("x\n", "Hmm\nwarning: beware\n")


def test_what_is_no_text_is_noted(capsys: Any) -> None:
    events: list[Event] = [PartAdded(0, Image(data=b"12345")), PartAdded(1, Image(url="https://a.example/b"), choice=1)]
    assert (
        shown(capsys, *events)[1] == "note: the answer holds a part of the kind image (5 bytes), which is not shown\n"
    )
    assert shown(capsys, PartAdded(0, HostedTool("search", {})), verbose=True)[1] == "the provider ran search\n"


def test_a_whole_message_reads_like_a_streamed_one(capsys: Any) -> None:
    answer = Answer(verbose=True)
    answer.show_whole(Message("assistant", (Thinking("Hmm"), Text("Hi\n"), CALL, Audio(data=b"12"))))
    answer.end()
    told = capsys.readouterr()
    assert told.out == 'Hi\nweather({"city": "Oslo"})\n'
    assert told.err == "Hmm\nnote: the answer holds a part of the kind audio (2 bytes), which is not shown\n"


@pytest.mark.parametrize(("texts", "left"), [(["Hel"], "Hel\n"), (["Hel\n"], "Hel\n"), ([], "")])
def test_breaking_off_ends_the_line(capsys: Any, texts: list[str], left: str) -> None:
    answer = Answer(verbose=False)
    for text in texts:
        answer.show(TextDelta(0, text))
    answer.break_off()
    assert capsys.readouterr().out == left


def test_on_a_terminal_thinking_is_dim_and_nothing_steers_it(server: Any, terminal: Any) -> None:
    server.pieces = [{"reasoning_content": "Hmm"}, "\x1b[2Jred\x07\x9b", "\tok", "\u202egpj.exe\u2066\u05d0\u200f"]
    ran = terminal("-m", "loop/m", "-v", "hi")
    assert "\x1b[2mHmm\x1b[22m\n" in ran.out
    assert "␛[2Jred␇\ufffd\tok\ufffdgpj.exe\ufffd\u05d0\u200f\n" in ran.out
    assert "\x1b[2m" not in terminal("-m", "loop/m", "-v", "hi", NO_COLOR="1").out
    assert "\x1b" not in terminal("-m", "loop/m", "-v", "hi", TERM="dumb").out


def test_on_a_terminal_what_is_told_after_an_answer_stands_on_a_line_of_its_own(server: Any, terminal: Any) -> None:
    ran = terminal("-m", "loop/m", "hi", HAMR_SPEND="1", HAMR_STATE_DIR="/dev/null/nowhere")
    assert "Hello world\nwhat a call cost was not written: " in ran.out


def test_what_is_told_steers_no_terminal(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("hamr.cli.output.terminal", lambda _: True)
    output.tell("a \x1b[2Jwarning", "https://acme.example")
    assert capsys.readouterr().err.endswith("a ␛[2Jwarning https://acme.example\n")


def test_in_a_pipe_the_text_is_as_it_came(server: Any, process: Any) -> None:
    server.pieces = ["\x1b[2Jred\x07"]
    assert process("-m", "loop/m", "-v", "hi").out == "\x1b[2Jred\x07\n"
