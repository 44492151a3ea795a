from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hamr.api import BadRequest, ConfigError, Message, Overloaded, Request, Text, Thinking, ToolCall, ToolResult
from hamr_sim.script import Script


def asked(text: str) -> Request:
    return Request((Message("user", (Text(text),)),))


def check(*replies: Any, **more: Any) -> Script:
    return Script.check({"replies": list(replies), **more}, "the script")


def test_replies_come_in_order_and_their_end_is_an_error() -> None:
    script = check({"text": "one"}, {"text": "two"})
    assert [script.speak(asked("?")).parts for _ in range(2)] == [(Text("one"),), (Text("two"),)]
    with pytest.raises(BadRequest, match="all 2 replies of the script have been given"):
        script.speak(asked("?"))


def test_repeated_replies_begin_anew() -> None:
    script = check({"text": "one"}, {"text": "two"}, repeat=True)
    said = [script.speak(asked("?")).parts for _ in range(3)]
    assert said == [(Text("one"),), (Text("two"),), (Text("one"),)]


def test_a_match_goes_first_and_takes_nothing_from_the_order() -> None:
    script = check({"text": "one"}, {"match": "weather", "text": "warm"})
    assert [script.speak(asked(text)).parts for text in ("the weather?", "else", "weather")] == [
        (Text("warm"),),
        (Text("one"),),
        (Text("warm"),),
    ]


def test_a_match_looks_at_what_was_said_last() -> None:
    """So that the result of a tool is not answered with the call of that tool once more."""
    script = check({"match": "weather", "tool_calls": [{"name": "weather"}]}, {"match": "18", "text": "warm"})
    result = Message("tool", (ToolResult("call_sim_1", (Text("18 degrees"),)),))
    conversation = Request((*asked("the weather?").messages, result))
    assert script.speak(conversation).parts == (Text("warm"),)


def test_matches_alone_may_fit_nothing() -> None:
    with pytest.raises(BadRequest, match="no `match` fits"):
        check({"match": "weather", "text": "warm"}, repeat=True).speak(asked("hello"))


def test_a_reply_may_think_speak_and_call() -> None:
    call = {"name": "weather", "arguments": {"city": "Rome"}}
    turn = check({"thinking": "hm", "text": "I look.", "tool_calls": [call]}).speak(asked("?"))
    arguments = {"city": "Rome"}
    assert turn.parts == (
        Thinking("hm"),
        Text("I look."),
        ToolCall("call_sim_1", "weather", arguments, json.dumps(arguments)),
    )
    assert turn.finish_reason == "tool_calls"


def test_a_reply_may_be_an_error() -> None:
    error = check({"error": {"status": 503, "message": "full", "retry_after": 2}}).speak(asked("?")).error
    assert error is not None
    assert isinstance(error, Overloaded)
    assert (error.status, error.message, error.retry_after) == (503, "[sim] full", 2)


def test_a_reply_may_be_a_fault_alone() -> None:
    assert check({"sim": {"fault": "quota"}}).speak(asked("?")).sim == {"fault": "quota"}


def test_json_and_toml_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "script.toml").write_text('[[replies]]\ntext = "one"\nsim = { fault = "cut" }\n')
    (tmp_path / "script.json").write_text('{"replies": [{"text": "one", "sim": {"fault": "cut"}}]}')
    turns = [Script.read(str(tmp_path / name)).turns for name in ("script.toml", "script.json")]
    assert turns[0] == turns[1]
    assert turns[0][0].sim == {"fault": "cut"}


WRONG: list[tuple[Any, str]] = [
    ([], "the script: it must be a table"),
    ({}, "the script: there are no replies"),
    ({"reply": []}, r"the script.reply: unknown field; did you mean replies\?"),
    ({"replies": ["hello"]}, r"replies\[0\]: it must be a table"),
    ({"replies": [{"text": "a"}, {}]}, r"replies\[1\]: it says nothing"),
    ({"replies": [{"txt": "a"}]}, r"replies\[0\].txt: unknown field; did you mean text\?"),
    ({"replies": [{"text": 1}]}, r"replies\[0\].text: it is of the wrong kind"),
    ({"replies": [{"tool_calls": [{}]}]}, r"replies\[0\].tool_calls\[0\]: it has no name"),
    ({"replies": [{"error": {"status": 200}}]}, r"replies\[0\].error.status: it must be 400 to 599"),
    ({"replies": [{"error": {"status": True}}]}, r"replies\[0\].error.status: it is of the wrong kind"),
    ({"replies": [{"text": "a", "finish_reason": "done"}]}, r"replies\[0\].finish_reason: it must be one of stop"),
    ({"replies": [{"text": "a", "sim": {"fault": "tired"}}]}, r"replies\[0\]: sim.fault: 'tired' is unknown"),
]


@pytest.mark.parametrize(("tables", "why"), WRONG, ids=str)
def test_a_wrong_script_says_where_and_what_to_do(tables: Any, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as raised:
        Script.check(tables, "the script")
    assert raised.value.hint


@pytest.mark.parametrize(("name", "text"), [("a.toml", "replies = ["), ("a.json", "{"), ("missing.toml", None)])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, text: str | None) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError, match=name):
        Script.read(str(path))
