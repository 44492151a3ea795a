"""Calls that may go to several models, in both colours."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.drive import run
from hamr.errors import (
    ConfigError,
    NoAnswer,
    NoSuchModel,
)
from hamr.pool.pooling import Pooling
from hamr.pool.state import State
from hamr.pool.store import FILE, change
from hamr.state.sqlite import SqliteStore
from hamr.types import Message, Request, Settings, Standing, Text
from hamr_testkit.canary import KEYS, TAILS
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import HI, Answer, ScriptedTransport, refusal

MODEL = "local/m"
ASKED = Request((Message("user", (Text("hi"),)),), stream=True)

Made = Callable[..., Hamr]


OTHERS = {"HAMR_STATE_DIR": "", "LOCAL_API_KEY": KEYS[0], "VLLM_API_KEY": KEYS[1]}
BOTH = "local/m, vllm/n"


@pytest.fixture
def others(tmp_path: Path, made: Made) -> Hamr:
    """A client with two providers of one key each."""
    return made({**OTHERS, "HAMR_STATE_DIR": str(tmp_path)})


@pytest.mark.parametrize("model", [BOTH, ["local/m", "vllm/n"], ("local/m,vllm/n",)])
def test_the_first_candidate_serves_for_as_long_as_it_can(
    others: Hamr, colour: Colour, model: str, scripted: ScriptedTransport
) -> None:
    """R-100."""
    scripted.play(HI, HI)
    for _ in range(2):
        answer = colour.call(others, "hi", model)
        assert (answer.provider, answer.adaptations) == ("local", ())
    assert scripted.tails == [TAILS[0]] * 2


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (refusal(404), "NoSuchModel (404)"),
        (refusal(400), "BadRequest (400)"),
        (refusal(429), "RateLimited (429)"),
        (refusal(500), "Overloaded (500)"),
        (NoAnswer("refused"), "NoAnswer"),
    ],
)
def test_the_next_candidate_makes_good_for_the_first(
    others: Hamr, colour: Colour, failure: Answer | Exception, why: str, scripted: ScriptedTransport
) -> None:
    """C-61, R-93."""
    scripted.play(failure, HI)
    answer = colour.call(others, "hi", BOTH)
    assert (answer.provider, scripted.tails) == ("vllm", TAILS[:2])
    assert b'"n"' in scripted.calls[1].body
    (changed,) = [each for each in answer.adaptations if each.field == "model"]
    assert changed.why.startswith(f"vllm/n served: local/m was passed over ({why}")
    assert answer.choice is not None
    assert (answer.choice.selector, answer.choice.passed_over[0].selector) == ("vllm/n", "local/m")


def test_a_candidate_whose_breaker_is_open_is_passed_over(
    others: Hamr, tmp_path: Path, colour: Colour, scripted: ScriptedTransport
) -> None:
    """C-60: it is left alone after four failures, each of which let its key rest."""
    scripted.play(*[refusal(500), HI] * 4, HI)
    store = SqliteStore(str(tmp_path / FILE))
    nowhere: Any = None

    def rested(state: State) -> bool:
        state.rests.clear()
        return True

    for _ in range(4):
        colour.call(others, "hi", BOTH)
        run(change(store, rested), nowhere)
    answer = colour.call(others, "hi", BOTH)
    assert len(scripted.calls) == 9
    assert answer.choice is not None
    assert answer.choice.passed_over[0].why == "its provider keeps failing"


def test_a_candidate_without_a_key_is_passed_over(
    tmp_path: Path, colour: Colour, made: Made, scripted: ScriptedTransport
) -> None:
    client = made({"HAMR_STATE_DIR": str(tmp_path), "LOCAL_API_KEY": KEYS[0]})
    scripted.play(HI)
    answer = colour.call(client, "hi", f"groq/g,{MODEL}")
    assert (answer.provider, len(scripted.calls)) == ("local", 1)
    assert answer.choice is not None
    assert "no key for groq" in answer.choice.passed_over[0].why


def test_each_candidate_has_the_transport_of_its_own(others: Hamr, tmp_path: Path, colour: Colour) -> None:
    first, second = ScriptedTransport(refusal(500)), ScriptedTransport(HI)
    each = [replace(others.pipeline(name), transport=own) for name, own in (("local/m", first), ("vllm/n", second))]
    pooled = Pooling({"HAMR_STATE_DIR": str(tmp_path)}, lambda _: [], lambda _: each[0]).of_candidates(each)
    _, answer = colour.run(pooled.flow(ASKED, Settings()), first)
    assert (answer.provider, len(first.calls), len(second.calls)) == ("vllm", 1, 1)


def test_the_environment_names_several_too(
    tmp_path: Path, colour: Colour, made: Made, scripted: ScriptedTransport
) -> None:
    """R-45."""
    said = {**OTHERS, "HAMR_STATE_DIR": str(tmp_path), "HAMR_LLM_MODEL": "m,n", "HAMR_LLM_PROVIDER": "local"}
    client = made(said)
    scripted.play(refusal(404), HI)
    assert colour.call(client, "hi").choice is not None
    assert [json.loads(call.body)["model"] for call in scripted.calls] == ["m", "n"]


@pytest.mark.parametrize(("asked", "tried"), [("local", ["m", "n", "o"]), ("local/m", ["m"])])
def test_a_providers_variable_names_several_too(
    tmp_path: Path, colour: Colour, made: Made, scripted: ScriptedTransport, asked: str, tried: list[str]
) -> None:
    """R-45: the first is the default, the others stand in for it alone."""
    client = made({**OTHERS, "HAMR_STATE_DIR": str(tmp_path), "LOCAL_MODEL": "m, n,o"})
    scripted.play(*[refusal(404)] * len(tried))
    with pytest.raises(NoSuchModel):
        colour.call(client, "hi", asked)
    assert [json.loads(call.body)["model"] for call in scripted.calls] == tried
    steps = [step.found for step in client.selection(asked).steps if step.name == "fallback"]
    assert steps == (["local/n, local/o"] if asked == "local" else [])


def test_a_run_goes_to_the_next_candidate_too(others: Hamr, scripted: ScriptedTransport) -> None:
    scripted.play(refusal(503), HI)
    assert others.run("hi", BOTH).response.provider == "vllm"


def test_no_model_among_the_commas_is_told(others: Hamr) -> None:
    with pytest.raises(ConfigError):
        others.call("hi", [])


def test_who_rests_can_be_asked_without_a_call(others: Hamr, colour: Colour, scripted: ScriptedTransport) -> None:
    scripted.play(refusal(429, retry_after="30"), HI)
    colour.call(others, "hi", BOTH)
    first, second = others.pipeline(BOTH).standing(time.time())
    assert (first.selector, second) == ("local/m", Standing("vllm/n", TAILS[1], None))
    assert first.rests is not None
    assert first.rests.startswith("RateLimited (429); it rests for ")
    assert others.pipeline(MODEL).standing(time.time()) == ()


EMPTY = Answer((b'{"choices": [{"message": {"content": " "}, "finish_reason": "stop"}]}',))
WHOLE = Answer((b'{"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}',))
CALL = {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
CALLS = Answer(
    (json.dumps({"choices": [{"message": {"tool_calls": [CALL]}, "finish_reason": "tool_calls"}]}).encode(),)
)


@pytest.mark.parametrize(("answers", "text"), [((EMPTY, WHOLE), "Hi"), ((EMPTY, EMPTY), " ")])
def test_an_answer_with_nothing_in_it_is_asked_for_once_more(
    others: Hamr, colour: Colour, answers: tuple[Answer, ...], text: str, scripted: ScriptedTransport
) -> None:
    """R-97: elsewhere, and where that has nothing to say either it is the answer."""
    scripted.play(*answers)
    answer = colour.call(others, "hi", BOTH)
    assert (answer.provider, answer.text, answer.timings.attempts) == ("vllm", text, 2)
    assert scripted.tails == TAILS[:2]
    assert "nothing in it" in answer.warnings[0]


def test_what_is_no_text_is_something(others: Hamr, colour: Colour, scripted: ScriptedTransport) -> None:
    scripted.play(CALLS)
    assert colour.call(others, "hi", BOTH).tool_calls[0].name == "look"


def test_where_nobody_else_is_left_an_answer_with_nothing_in_it_is_given(
    others: Hamr, colour: Colour, scripted: ScriptedTransport
) -> None:
    scripted.play(EMPTY, refusal(429, retry_after="600"))
    answer = colour.call(others, "hi", BOTH)
    assert (answer.text, answer.timings.attempts) == (" ", 2)
    assert answer.choice is not None
    assert answer.choice.selector == "local/m"
