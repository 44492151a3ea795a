from __future__ import annotations

import pytest

from hamr.api import (
    Event,
    Finished,
    Fold,
    Message,
    Request,
    Response,
    Started,
    Text,
    TextDelta,
    Thinking,
    Timings,
    ToolCall,
    Usage,
    UsageUpdated,
)
from hamr_sim.steps import steps
from hamr_sim.turn import Turn

ASKED = Request((Message("user", (Text("three words here"),)),))


def given(turn: Turn, request: Request = ASKED, words: int = 1) -> list[list[Event]]:
    return [list(events) for events in steps(turn, request, Started("sim-1", "sim-echo"), words)]


def folded(all_steps: list[list[Event]]) -> Response:
    fold = Fold()
    for events in all_steps:
        fold.add(events)
    return fold.response("sim", "echo", request_id=None, adaptations=(), timings=Timings())


@pytest.mark.parametrize("text", ["one two", "  leading and\n\n trailing \n", "", " ", "ein Wört\tünd 日本 語"])
def test_text_comes_back_whole_whatever_its_white_space(text: str) -> None:
    assert folded(given(Turn((Text(text),)))).text == text


def test_words_are_sent_one_or_some_at_a_time() -> None:
    def sizes(words: int) -> list[str]:
        return [
            e.text
            for events in given(Turn((Text("a b c d e"),)), words=words)
            for e in events
            if isinstance(e, TextDelta)
        ]

    assert sizes(1) == ["a", " b", " c", " d", " e"]
    assert sizes(2) == ["a b", " c d", " e"]


def test_usage_counts_words() -> None:
    call = ToolCall("1", "f", {"a": 1}, '{"a": 1}')
    usage = folded(given(Turn((Thinking("I think so"), Text("a b"), call)))).usage
    assert usage == Usage(input=3, output=4, reasoning=3)


def test_the_end_says_usage_and_reason() -> None:
    last = given(Turn((Text("a"),)))[-1]
    assert [type(event) for event in last] == [UsageUpdated, Finished]


def test_max_tokens_cuts_at_a_word() -> None:
    request = Request(ASKED.messages, max_tokens=3)
    response = folded(given(Turn((Thinking("I think"), Text("a b c"))), request))
    assert (response.thinking, response.text, response.finish_reason) == ("I think", "a", "length")


def test_max_tokens_that_suffice_cut_nothing() -> None:
    response = folded(given(Turn((Text("a b c"),)), Request(ASKED.messages, max_tokens=3)))
    assert (response.text, response.finish_reason) == ("a b c", "stop")


def test_a_call_that_is_cut_has_no_arguments() -> None:
    call = ToolCall("1", "f", {"a": 1, "b": 2}, '{"a": 1, "b": 2}')
    response = folded(given(Turn((call,)), Request(ASKED.messages, max_tokens=2)))
    assert response.finish_reason == "length"
    (cut,) = response.tool_calls
    assert (cut.text, cut.arguments) == ('{"a": 1,', {})
    assert cut.problem


def test_every_choice_is_spoken() -> None:
    response = folded(given(Turn((Text("a b"),)), Request(ASKED.messages, n=3, max_tokens=1)))
    assert [message.text for message in (response.message, *response.alternatives)] == ["a", "a", "a"]
