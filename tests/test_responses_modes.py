"""The providers that speak the Responses API, each called as a user calls it, answered on this machine."""

from __future__ import annotations

import json

import pytest

from hamr import BadRequest, Hamr
from hamr.plugins.discover import Plugins
from hamr.wires.openai_responses import OpenAIResponses
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.fixtures import Recordings, Wire

CANARY = "canary-5ec2e7"
MODE = "responses"
SPEAKERS = [
    id
    for id in Plugins().providers
    if (mode := Plugins().manifest(id).modes.get(MODE))
    and mode.wire == "openai-responses"
    and id not in ("azure", "sim")
]
"""All who have it at an address of the manifest's: Azure's is a user's own, and the simulator needs none."""
ITEM = {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "Hello."}]}
ANSWER = {"id": "resp_1", "object": "response", "status": "completed", "model": "m", "output": [ITEM]}


def client(id: str, provider: Canned) -> Hamr:
    manifest = Plugins().manifest(id)
    return Hamr(environ={manifest.base_url_env[0]: f"{provider.url}/v1", manifest.auth.env[0]: CANARY})


def test_those_that_are_known_to_speak_it() -> None:
    assert {"openai", "xai", "openrouter", "deepseek", "groq", "huggingface", "vllm", "lm_studio"} <= set(SPEAKERS)


@pytest.mark.parametrize("id", SPEAKERS)
def test_a_call(id: str, colour: Colour, provider: Canned) -> None:
    provider.answer(ANSWER)
    with client(id, provider) as hamr:
        response = colour.call(hamr, "hi", f"{id}/a-model", api_mode=MODE, thinking="low", store=True, cache_key="k")
    asked = provider.asked[0]
    assert response.text == "Hello."
    assert asked.path == "/v1/responses"
    assert asked.headers["authorization"] == f"Bearer {CANARY}"
    assert asked.json["input"][-1] == {"role": "user", "content": "hi"}
    assert "messages" not in asked.json


@pytest.mark.parametrize("id", SPEAKERS)
def test_a_stream_and_a_failure(id: str, colour: Colour, provider: Canned) -> None:
    provider.stream(
        {"type": "response.output_item.done", "output_index": 0, "item": ITEM},
        {"type": "response.completed", "response": ANSWER},
    )
    provider.answer({"error": {"message": f"The key {CANARY} is not wanted here.", "param": "x"}}, status=400)
    with client(id, provider) as hamr:
        events = colour.events(hamr, "hi", f"{id}/a-model", api_mode=MODE)
        assert [event.text for event in events if event.type == "text_delta"] == ["Hello."]
        with pytest.raises(BadRequest) as caught:
            colour.call(hamr, "hi", f"{id}/a-model", api_mode=MODE)
    assert CANARY not in f"{caught.value!r} {caught.value} {caught.value.body}"


@pytest.mark.parametrize("id", SPEAKERS)
def test_its_rules_fit_the_wire(id: str) -> None:
    """A flag that does not exist is told when a route is made, not when a user meets it."""
    with Hamr(environ={}) as made:
        for rule in Plugins().manifest(id).modes[MODE].model:
            matches = [rule.match] if isinstance(rule.match, str) else rule.match
            for match in matches:
                wire = made.pipeline(f"{id}/{match.replace('*', '')}", mode=MODE).wire
                assert isinstance(wire, OpenAIResponses)


@pytest.mark.parametrize(
    ("id", "file"),
    [("xai", "xai"), ("openrouter", "openrouter"), ("deepseek", "deepseek"), ("lm_studio", "open-responses")],
)
def test_recorded_replies(id: str, file: str, recordings: Recordings, wire: Wire) -> None:
    rows = recordings(f"{file}.openai-responses")
    read = wire(f"{id}/a-model", api_mode=MODE).read_all(rows)
    for row, response in read:
        if response.usage is not None:
            assert response.usage.total == response.usage.raw["total_tokens"], row.id
        stated = b'"cost_in_usd_ticks"' in row.body or b'"cost":' in row.body
        assert (response.cost.usd is not None) == stated, row.id
    for row in rows:
        if row.request and row.request.get("model"):
            json.dumps(wire(f"{id}/{row.request['model']}", api_mode=MODE).again(row.request))
