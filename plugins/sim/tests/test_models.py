"""Every model, asked through hamr in both colours."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

import hamr

if TYPE_CHECKING:
    from hamr_testkit.colours import Colour

WEATHER = hamr.Tool(
    "weather",
    "The weather of a place",
    {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 2}}},
)
CLOCK = hamr.Tool("clock", "The time", {"type": "object", "properties": {"zone": {"enum": ["UTC", "CET"]}}})
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "pages": {"type": "array", "items": {"type": "integer"}}},
    "required": ["title", "pages"],
    "additionalProperties": False,
}
PNG = b"\x89PNG" + bytes(66)

Ask = Any


@pytest.fixture
def client() -> Iterator[hamr.Hamr]:
    with hamr.Hamr(environ={}) as made:
        yield made


@pytest.fixture(params=["streamed", "whole"])
def ask(request: pytest.FixtureRequest, colour: Colour, client: hamr.Hamr) -> Ask:
    """Ask in each colour, for a stream and for a whole reply."""

    def whole(prompt: Any, model: str, **options: Any) -> hamr.Response:
        return colour.call(client, prompt, model, **options)

    def streamed(prompt: Any, model: str, **options: Any) -> hamr.Response:
        from hamr.api import Fold, Timings

        fold = Fold()
        fold.add(colour.events(client, prompt, model, **options))
        return fold.response("sim", model, request_id=None, adaptations=(), timings=Timings())

    return streamed if request.param == "streamed" else whole


def test_echo(ask: Ask) -> None:
    response = ask("hello  there\nyou", "sim/echo")
    assert response.text == "[sim] hello  there\nyou"
    assert response.model == "sim-echo"
    assert response.id.startswith("sim-")
    assert response.finish_reason == "stop"
    assert (response.usage.input, response.usage.output) == (3, 4)


def test_echo_is_the_model_where_none_is_named(ask: Ask) -> None:
    assert ask("hi", "sim").model == "sim-echo"


def test_echo_names_what_is_no_text(ask: Ask) -> None:
    prompt = [hamr.Text("see"), hamr.Image(data=PNG, media_type="image/png"), hamr.Audio(data=b"RIFF", format="wav")]
    assert ask(prompt, "sim/echo").text == "[sim] see [image/png, 70 bytes] [audio/wav, 4 bytes]"


def test_echo_keeps_to_max_tokens(ask: Ask) -> None:
    response = ask("one two three", "sim/echo", max_tokens=2)
    assert (response.text, response.finish_reason) == ("[sim] one", "length")


def test_echo_in_several_choices(ask: Ask) -> None:
    response = ask("hi", "sim/echo", n=2)
    assert [response.text, *(other.text for other in response.alternatives)] == ["[sim] hi"] * 2


def test_thinking(ask: Ask) -> None:
    response = ask("hello there", "sim/thinking")
    assert response.thinking == "[sim] The user said 2 words. They will hear them again."
    assert response.text == "[sim] hello there"
    assert (response.usage.reasoning, response.usage.output) == (11, 3)


def test_thinking_can_be_switched_off(ask: Ask) -> None:
    response = ask("hello there", "sim/thinking", thinking=False)
    assert (response.thinking, response.text) == ("", "[sim] hello there")


@pytest.mark.parametrize(
    ("prompt", "options", "name", "arguments"),
    [
        ("hello", {}, "weather", {"city": "sim", "days": 2}),
        ("look at the clock", {}, "clock", {"zone": "UTC"}),
        ("the weather", {"tool_choice": "clock"}, "clock", {"zone": "UTC"}),
        ("hello", {"tool_choice": "required"}, "weather", {"city": "sim", "days": 2}),
    ],
)
def test_tools_calls_the_tool_that_fits(
    ask: Ask, prompt: str, options: dict[str, Any], name: str, arguments: dict[str, Any]
) -> None:
    response = ask(prompt, "sim/tools", tools=[WEATHER, CLOCK], **options)
    (call,) = response.tool_calls
    assert (call.id, call.name, call.arguments) == ("call_sim_1", name, arguments)
    assert (response.text, response.finish_reason, response.model) == ("", "tool_calls", "sim-tools")


def test_tools_answers_with_what_the_tool_said(ask: Ask) -> None:
    first = ask("the weather?", "sim/tools", tools=[WEATHER])
    (call,) = first.tool_calls
    result = hamr.Message("tool", (hamr.ToolResult(call.id, (hamr.Text("18 degrees"),)),))
    response = ask(["the weather?", first.message, result], "sim/tools", tools=[WEATHER])
    assert response.text == '[sim] weather answered: "18 degrees".'
    assert response.tool_calls == ()


@pytest.mark.parametrize("options", [{}, {"tools": [WEATHER], "tool_choice": "none"}], ids=["none", "not allowed"])
def test_tools_without_a_tool_says_so(ask: Ask, options: dict[str, Any]) -> None:
    assert ask("hello", "sim/tools", **options).text == "[sim] There is no tool to call. hello"


def test_structured(ask: Ask) -> None:
    response = ask("a book", "sim/structured", response_format=SCHEMA)
    jsonschema.validate(json.loads(response.text), SCHEMA)
    assert response.model == "sim-structured"


@pytest.mark.parametrize("wanted", ["json", "text"])
def test_structured_without_a_schema_echoes_in_json(ask: Ask, wanted: str) -> None:
    assert json.loads(ask("hé", "sim/structured", response_format=wanted).text) == {"echo": "[sim] hé"}


def test_a_schema_that_cannot_be_satisfied_is_refused(ask: Ask) -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/nowhere"}}}
    with pytest.raises(hamr.BadRequest, match="leads nowhere"):
        ask("hi", "sim/structured", response_format=schema)


@pytest.mark.parametrize(
    ("model", "error", "status", "code"),
    [
        ("401", hamr.NotLetIn, 401, "invalid_api_key"),
        ("404", hamr.NoSuchModel, 404, "model_not_found"),
        ("429", hamr.RateLimited, 429, "rate_limit_exceeded"),
        ("500", hamr.Overloaded, 500, "service_unavailable"),
        ("quota", hamr.QuotaSpent, 429, "insufficient_quota"),
        ("refused", hamr.Refused, 400, "content_filter"),
        ("context", hamr.TooLong, 400, "context_length_exceeded"),
    ],
)
def test_errors(ask: Ask, model: str, error: type[hamr.CallError], status: int, code: str) -> None:
    with pytest.raises(error) as raised:
        ask("hi", f"sim/{model}", retries=0)
    assert (raised.value.status, raised.value.code) == (status, code)
    assert raised.value.message.startswith("[sim] ")


def test_a_status_of_ones_own(ask: Ask) -> None:
    with pytest.raises(hamr.Overloaded) as raised:
        ask("hi", "sim/500", retries=0, options={"sim": {"status": 529}})
    assert raised.value.status == 529


def test_429_says_when_to_come_again(ask: Ask) -> None:
    with pytest.raises(hamr.RateLimited) as raised:
        ask("hi", "sim/429", retries=0)
    assert raised.value.retry_after == 1


def test_a_fault_can_pass(ask: Ask) -> None:
    response = ask("hi", "sim/429", options={"sim": {"times": 2, "retry_after": 0}})
    assert (response.text, response.model) == ("[sim] hi", "sim-429")


def test_attempts_are_counted_till_it_passes(colour: Colour, client: hamr.Hamr) -> None:
    response = colour.call(client, "hi", "sim/500", options={"sim": {"times": 1, "retry_after": 0}})
    assert response.timings.attempts == 2


def test_any_model_can_go_wrong(ask: Ask) -> None:
    with pytest.raises(hamr.Overloaded):
        ask("hi", "sim/tools", tools=[WEATHER], retries=0, options={"sim": {"fault": "500"}})


def test_an_unknown_wish_is_refused(ask: Ask) -> None:
    with pytest.raises(hamr.BadRequest, match="did you mean pace"):
        ask("hi", "sim/echo", options={"sim": {"pase": 1}})


def test_an_unknown_model_is_refused(ask: Ask) -> None:
    with pytest.raises(hamr.NoSuchModel, match="echo"):
        ask("hi", "sim/parrot")


def test_script_without_a_script_says_what_to_do(ask: Ask) -> None:
    with pytest.raises(hamr.BadRequest, match="HAMR_SIM_SCRIPT"):
        ask("hi", "sim/script")


def test_html(ask: Ask) -> None:
    with pytest.raises(hamr.CallError, match="page") as raised:
        ask("hi", "sim/html")
    assert raised.value.status == 200


@pytest.mark.parametrize("model", ["cut", "drop", "malformed", "error"])
def test_a_stream_that_breaks_keeps_what_had_come(colour: Colour, client: hamr.Hamr, model: str) -> None:
    with pytest.raises(hamr.CallError) as raised:
        colour.events(client, "hello there you", f"sim/{model}", options={"sim": {"after": 3}})
    assert type(raised.value) is (hamr.Overloaded if model == "error" else hamr.BrokenReply)
    assert raised.value.attempts == 1
    assert raised.value.partial is not None
    assert raised.value.partial.text == "[sim] hello"
    assert raised.value.partial.model == f"sim-{model}"


@pytest.mark.parametrize("model", ["cut", "drop", "malformed", "error"])
def test_a_whole_reply_that_breaks(colour: Colour, client: hamr.Hamr, model: str) -> None:
    with pytest.raises(hamr.CallError) as raised:
        colour.call(client, "hello there you", f"sim/{model}", retries=0)
    assert type(raised.value) is (hamr.Overloaded if model == "error" else hamr.BrokenReply)


def test_endless(colour: Colour) -> None:
    with hamr.Hamr(environ={}, settings=hamr.Settings(max_bytes=20_000)) as bounded:
        with pytest.raises(hamr.BrokenReply, match="larger than 20,000 bytes"):
            colour.events(bounded, "hi", "sim/endless", options={"sim": {"pace": 0}})
        with pytest.raises(hamr.BrokenReply, match="larger than 20,000 bytes"):
            colour.call(bounded, "hi", "sim/endless", options={"sim": {"pace": 0}})


def test_hang(ask: Ask) -> None:
    with pytest.raises(hamr.CallError) as raised:
        ask("hi", "sim/hang", timeout=0.3, retries=0)
    assert isinstance(raised.value, hamr.NoAnswer)


def test_a_stream_may_fall_silent(colour: Colour, client: hamr.Hamr) -> None:
    with pytest.raises(hamr.BrokenReply) as raised:
        colour.events(client, "hello there", "sim/hang", timeout=0.5, options={"sim": {"after": 3}})
    assert raised.value.partial is not None
    assert raised.value.partial.text == "[sim] hello"


def test_slow_takes_its_time(ask: Ask) -> None:
    begun = time.monotonic()
    assert ask("hi", "sim/slow").text == "[sim] hi"
    assert time.monotonic() - begun >= 0.6
