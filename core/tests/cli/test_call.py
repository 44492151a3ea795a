"""`hamr call` against a provider on the loopback."""

from __future__ import annotations

import json
from typing import Any

import pytest

TOOL_CALL: dict[str, Any] = {
    "tool_calls": [
        {"index": 0, "id": "t1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Köln"}'}}
    ]
}


def test_the_answer_is_printed_and_ends_with_one_newline(server: Any, hamr: Any) -> None:
    ran = hamr("call", "-m", "loop/m", "hi", "there")
    assert (ran.code, ran.out, ran.err) == (0, "Hello world\n", "")
    assert server.asked[0]["messages"] == [{"role": "user", "content": "hi there"}]
    assert server.asked[0]["model"] == "m"


@pytest.mark.parametrize("pieces", [["Hi"], ["Hi\n"], ["Hi", "\n\n", "\n"], ["", "Hi\n"]])
def test_however_the_text_ends_there_is_one_newline(server: Any, hamr: Any, pieces: list[str]) -> None:
    server.pieces = pieces
    assert hamr("-m", "loop/m", "hi").out == "Hi\n"
    assert hamr("-m", "loop/m", "--no-stream", "hi").out == "Hi\n"


@pytest.mark.parametrize("named", [["-m", "loop/m", "-m", "loop/n"], ["-m", "loop/m,loop/n"]])
def test_several_models_are_candidates(server: Any, hamr: Any, named: list[str]) -> None:
    ran = hamr(*named, "--json", "hi")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["choice"] == {"selector": "loop/m", "key": None, "passed_over": []}
    assert [asked["model"] for asked in server.asked] == ["m"]
    assert "chosen: loop/m" in hamr(*named, "-v", "hi").err


def test_newlines_within_the_text_are_kept(server: Any, hamr: Any) -> None:
    server.pieces = ["one\n", "\n", "two\n\n", "three"]
    assert hamr("-m", "loop/m", "hi").out == "one\n\ntwo\n\nthree\n"


def test_an_empty_answer_is_an_empty_line(server: Any, hamr: Any) -> None:
    server.pieces = []
    assert hamr("-m", "loop/m", "hi").out == "\n"


def test_without_the_word_call_it_is_a_prompt(server: Any, hamr: Any) -> None:
    assert hamr("hello", "-m", "loop/m").out == "Hello world\n"
    assert hamr("-m", "loop/m", "hello").out == "Hello world\n"
    assert hamr("-vm", "loop/m", "hello").code == 0
    assert [asked["messages"][0]["content"] for asked in server.asked] == ["hello"] * 3


def test_the_model_comes_from_the_environment(server: Any, hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAMR_LLM_MODEL", "loop/from-environment")
    assert hamr("hello").code == 0
    assert server.asked[0]["model"] == "from-environment"


def test_no_model_is_a_mistake_of_the_user(hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hamr.resolver.Resolver.defaults", ())
    ran = hamr("hello")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: no model was named\nName one as provider/model")


def test_options_reach_the_request(server: Any, hamr: Any) -> None:
    arguments = ["-s", "Be brief.", "--max-tokens", "5", "--temperature", "0.5", "-o", "seed=7", "-o", "user=x=y"]
    assert hamr("-m", "loop/m", *arguments, "-o", 'stop=["END"]', "hi").code == 0
    asked = server.asked[0]
    assert asked["messages"][0] == {"role": "system", "content": "Be brief."}
    assert (asked["temperature"], asked["seed"], asked["user"], asked["stop"]) == (0.5, 7, "x=y", ["END"])
    assert 5 in (asked.get("max_tokens"), asked.get("max_completion_tokens"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--temperature", "nan"],
        ["--timeout", "0"],
        ["--timeout", "inf"],
        ["--timeout", "nan"],
        ["--retries", "-1"],
        ["--max-tokens", "0"],
        ["-o", "no-equals"],
        ["-o", "=value"],
        ["--bogus"],
    ],
)
def test_a_wrong_option_is_a_mistake_of_the_user(server: Any, hamr: Any, arguments: list[str]) -> None:
    ran = hamr("-m", "loop/m", *arguments, "hi")
    assert (ran.code, ran.out, server.asked) == (2, "", [])
    assert "Error: " in ran.err
    assert "Try 'hamr call --help'" in ran.err


def test_json_is_one_document_of_the_whole_response(server: Any, hamr: Any) -> None:
    told = hamr("-m", "loop/m", "--json", "hi").json
    assert told["text"] == "Hello world"
    assert (told["provider"], told["model"], told["id"]) == ("loop", "m-1", "c1")
    assert (told["request_id"], told["finish_reason"]) == ("r-1", "stop")
    assert (told["usage"]["input"], told["usage"]["output"], told["usage"]["total"]) == (3, 2, 5)
    assert told["cost"] == {"usd": None, "reason": "no price is known for this model"}
    assert told["timings"]["attempts"] == 1
    whole = hamr("-m", "loop/m", "--json", "--no-stream", "hi").json
    assert {**whole, "timings": told["timings"]} == told
    assert (server.asked[0].get("stream"), server.asked[1].get("stream")) in [(True, None), (True, False)]


@pytest.mark.parametrize("way", ["--stream", "--no-stream"])
def test_a_tool_call_is_a_line(server: Any, hamr: Any, way: str) -> None:
    server.pieces, server.reason = ["Let me see.", TOOL_CALL], "tool_calls"
    assert hamr("-m", "loop/m", way, "hi").out == 'Let me see.\nweather({"city": "Köln"})\n'
    told = hamr("-m", "loop/m", way, "--json", "hi").json
    assert told["tool_calls"][0]["arguments"] == {"city": "Köln"}


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_an_answer_that_was_cut_off_is_noted(server: Any, hamr: Any, reason: str) -> None:
    server.reason = reason
    ran = hamr("-m", "loop/m", "hi")
    assert (ran.code, ran.out) == (0, "Hello world\n")
    assert ran.err.startswith("note: ")
    assert f"(finish reason: {reason})" in ran.err


@pytest.mark.parametrize("way", ["--stream", "--no-stream"])
def test_verbose_tells_the_route_and_the_outcome_on_standard_error(server: Any, hamr: Any, way: str) -> None:
    server.pieces = [{"reasoning_content": "Hmm."}, "Hello"]
    ran = hamr("-m", "loop/m", "-v", way, "hi")
    assert ran.out == "Hello\n"
    for line in ["route: loop/m", "wire: openai-completions", f"transport: http {server.url}", "key: none", "Hmm.",
                 "request id: r-1", "served by: m-1", "usage: 3 in, 2 out, 5 in all", "cost: unknown"]:  # fmt: skip
        assert line in ran.err, line
    assert "Hmm." not in hamr("-m", "loop/m", way, "hi").err


def test_a_key_is_never_shown(install: Any, server: Any, hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider echoes the key, as some do."""
    manifest = f"""id = "locked"\nname = "Locked"\nbase_url = "{server.url}"\nwire = "openai-completions"
auth = {{ style = "bearer", env = ["LOCKED_KEY"] }}\n"""
    install("locked", manifest=manifest)
    monkeypatch.setenv("LOCKED_KEY", "sk-made-up-for-this-test")
    server.status, server.error = 401, {"message": "no such key: sk-made-up-for-this-test"}
    for arguments in (["-v"], ["-v", "--json"]):
        ran = hamr("-m", "locked/m", *arguments, "hi")
        assert ran.code == 1
        assert "key: the environment variable LOCKED_KEY" in ran.err
        assert "made-up" not in ran.out + ran.err


def test_a_failure_is_one_line_and_a_hint(server: Any, hamr: Any) -> None:
    server.status, server.error = 404, {"message": "no model of that name", "code": "model_not_found"}
    ran = hamr("-m", "loop/m", "hi")
    assert (ran.code, ran.out) == (1, "")
    first, second = ran.err.splitlines()
    assert first.startswith("Error: loop/m: 404 model_not_found: no model of that name")
    assert second


def test_a_failure_can_be_json(server: Any, hamr: Any) -> None:
    server.status, server.error = 404, {"message": "no model of that name", "code": "model_not_found"}
    ran = hamr("-m", "loop/m", "--json", "hi")
    assert (ran.code, ran.out) == (1, "")
    assert ran.error["type"] == "NoSuchModel"
    assert ran.error["message"] == "no model of that name"
    assert (ran.error["provider"], ran.error["model"], ran.error["status"]) == ("loop", "m", 404)
    assert (ran.error["code"], ran.error["request_id"], ran.error["retry_after"]) == ("model_not_found", "r-1", None)
    assert ran.error["partial"] is None


def test_a_mistake_of_the_user_can_be_json(hamr: Any) -> None:
    ran = hamr("call", "--json", "--bogus", "hi")
    assert ran.code == 2
    assert ran.error["type"] == "NoSuchOption"
    assert hamr("-m", "nobody/m", "--json", "hi").error["type"] == "ConfigError"


def test_a_stream_that_breaks_leaves_what_came(server: Any, hamr: Any) -> None:
    server.pieces, server.reason = ["Hel", "lo"], None
    ran = hamr("-m", "loop/m", "hi")
    assert (ran.code, ran.out) == (1, "Hello\n")
    assert ran.err.startswith("Error: loop/m: ")
    told = hamr("-m", "loop/m", "--json", "hi")
    assert (told.code, told.out) == (1, "")
    assert told.error["type"] == "BrokenReply"
    assert (told.error["partial"]["text"], told.error["partial"]["finish_reason"]) == ("Hello", None)


def test_retries_are_counted_and_told(server: Any, hamr: Any) -> None:
    server.status, server.error = 503, {"message": "busy"}
    ran = hamr("-m", "loop/m", "-v", "--retries", "1", "hi")
    assert ran.code == 1
    assert len(server.asked) == 2
    assert "warning: attempt 1 failed" in ran.err


def test_a_deadline_ends_the_call(server: Any, hamr: Any) -> None:
    import threading

    server.pieces = [threading.Event()]
    ran = hamr("-m", "loop/m", "--timeout", "0.2", "--retries", "0", "hi")
    assert ran.code == 1
    assert "Error: " in ran.err


@pytest.mark.parametrize(
    ("value", "sent"), [("1", 1), ("true", True), ("NaN", "NaN"), ("", ""), ('"1"', "1"), ("[", "[")]
)
def test_a_value_that_is_no_json_is_a_string(server: Any, hamr: Any, value: str, sent: object) -> None:
    assert hamr("-m", "loop/m", "-o", f"field={value}", "hi").code == 0
    assert json.dumps(server.asked[0]["field"]) == json.dumps(sent)


@pytest.mark.parametrize("arguments", [("\udcff",), ("-s", "\udcff", "hi"), ("-o", "field=\udcff", "hi")])
def test_an_argument_that_is_no_text_is_a_mistake_of_the_user(
    server: Any, hamr: Any, arguments: tuple[str, ...]
) -> None:
    ran = hamr("-m", "loop/m", *arguments)
    assert (ran.code, ran.out, server.asked) == (2, "", [])
    assert "Error: " in ran.err
    assert "UTF-8" in ran.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-m", ","), "no model was named"),
        (("-m", "loop/m", "--image", ""), "its name is empty"),
        (("-m", "loop/m", "--file", ""), "its name is empty"),
        (("-m", "loop/m", "--schema", ""), "--schema: nothing is given"),
    ],
)
def test_what_a_variable_left_empty_is_named(server: Any, hamr: Any, arguments: tuple[str, ...], told: str) -> None:
    ran = hamr(*arguments, "hi")
    assert (ran.code, ran.out, server.asked) == (2, "", [])
    assert told in ran.err
