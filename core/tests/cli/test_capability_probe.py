"""`hamr capabilities probe`: what a model shows when it is asked, told before, kept with its day and its evidence."""

from __future__ import annotations

import asyncio
import json
import zlib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hamr import Hamr, NotLetIn, Settings
from hamr.capabilities.capability import Capabilities
from hamr.capability_probe import MARK, NAMES, RED, Verdict, chosen, news, probing
from hamr.drive import arun, run
from hamr.errors import ConfigError, NoSuchModel
from hamr_testkit.canned import Canned

SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / "capability-findings.json"
CALL = {"id": "c1", "type": "function", "function": {"name": "echo_marker", "arguments": json.dumps({"marker": MARK})}}
REFUSED = {"error": {"message": "no such field", "type": "invalid_request_error"}}


def reply(text: str | None = "ok", **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, **more}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


CAPABLE = (
    reply(),
    reply(None, tool_calls=[CALL]),
    reply('{"colour": "green"}'),
    reply("Red."),
    reply("Five.", reasoning_content="2, 3, 5, 7, 11"),
)
YES: dict[str, Any] = {
    "native_tools": True,
    "structured_output_mode": "native_json",
    "vision_supported": True,
    "thinking_modes": ("effort",),
}
NO = {"native_tools": False, "structured_output_mode": "none", "vision_supported": False, "thinking_modes": ()}


@pytest.fixture(autouse=True)
def own(tmp_path: Path, provider: Canned, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "providers.toml").write_text(
        f'[providers.mine]\nbase_url = "{provider.url}/v1"\n[model_defaults."*"]\ntemperature = 0.1\n'
        '[models.m]\nprovider = "mine"\ncost = { input = 1, output = 10 }\n'
    )
    for name, place in (("HAMR_CONFIG_DIR", folder), ("HAMR_STATE_DIR", tmp_path / "state")):
        monkeypatch.setenv(name, str(place))
    return folder


def found(provider: Canned, *answers: Any, only: tuple[str, ...] = (), wait: bool = False) -> dict[str, Any]:
    """What these answers, each a reply or a status with its body, show."""
    for answer in answers:
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        provider.answer(body, status=status)
    with Hamr(folder=None) as client:
        pipeline = client.pipeline("mine/m")
        flow = probing(pipeline, chosen(only), Settings(retries=0))
        verdicts = asyncio.run(arun(flow, pipeline.transport)) if wait else run(flow, pipeline.transport)
    return {"said": news(verdicts, Capabilities())[0], **{each.name: each.why for each in verdicts}}


@pytest.mark.parametrize("wait", [False, True])
def test_a_model_shows_what_it_can_do(provider: Canned, wait: bool) -> None:
    """C-52, R-112, R-113."""
    assert found(provider, *CAPABLE, wait=wait)["said"] == YES
    bodies = [asked.json for asked in provider.asked]
    assert [body["max_completion_tokens" if "max_completion_tokens" in body else "max_tokens"] for body in bodies] == [
        64, 256, 256, 64, 2048,
    ]  # fmt: skip
    assert bodies[1]["tool_choice"] == "required"
    assert bodies[3]["messages"][0]["content"][1]["image_url"]["url"].startswith("data:image/png;base64,")
    assert "temperature" not in bodies[0]  # the user's defaults are none of the model's


def test_what_is_refused_where_a_plain_question_is_answered_is_a_no(provider: Canned) -> None:
    told = found(provider, reply(), *[(400, REFUSED)] * 5)
    assert told["said"] == NO
    assert told["tools"] == "refused (400): no such field"
    assert len(provider.asked) == 6  # tools are asked for in two ways


def test_a_tool_that_is_not_forced_will_do(provider: Canned) -> None:
    told = found(provider, reply(), (400, REFUSED), reply(None, tool_calls=[CALL]), only=("tools",))
    assert told["said"] == {"native_tools": True}
    assert "tool_choice" not in provider.asked[-1].json


@pytest.mark.parametrize(
    ("name", "answer", "why"),
    [
        ("tools", reply("I would call it."), "it answered without calling the tool"),
        ("tools", reply(None, tool_calls=[{**CALL, "function": {"name": "echo_marker", "arguments": "{]"}}]),
         "its call was awry"),
        ("json", reply("green"), "its answer was no JSON"),
        ("json", reply('["green"]'), "its answer has another shape"),
        ("images", reply("I see no image."), "it did not say what is in the image"),
        ("thinking", reply("Five."), "no thinking came"),
        ("images", (429, REFUSED), "not found out: "),
        ("images", (503, REFUSED), "not found out: "),
        ("images", (401, REFUSED), "not found out: "),
    ],
)  # fmt: skip
def test_nothing_is_concluded_from_less(provider: Canned, name: str, answer: Any, why: str) -> None:
    told = found(provider, reply(), answer, only=(name,))
    assert told["said"] == {}
    assert told[name].startswith(why)


def test_where_a_plain_question_fails_nothing_is_found_out(provider: Canned) -> None:
    with pytest.raises(NotLetIn):
        found(provider, (401, REFUSED))
    assert len(provider.asked) == 1


def test_no_other_model_is_asked_in_the_place_of_one_that_is_gone(provider: Canned) -> None:
    """What another shows is none of what this one can do, though the user wants one to take its place."""
    provider.answer({"error": {"message": "no such model", "code": "model_not_found"}}, status=404)
    with Hamr(folder=None) as client:
        pipeline = client.pipeline("mine/m")
        with pytest.raises(NoSuchModel):
            run(probing(pipeline, chosen(()), Settings(retries=0, substitute=True)), pipeline.transport)
    assert len(provider.asked) == 1


def test_the_image_is_one() -> None:
    assert RED[:8] == b"\x89PNG\r\n\x1a\n"
    size = int.from_bytes(RED[33:37], "big")
    rows = zlib.decompress(RED[41 : 41 + size])
    assert rows == (b"\x00" + b"\xff\x00\x00" * 16) * 16


def test_it_is_told_before_and_kept(hamr: Any, provider: Canned, own: Path) -> None:
    for answer in CAPABLE:
        provider.answer(answer)
    ran = hamr("capabilities", "probe", "-m", "mine/m", "--yes")
    assert ran.code == 0
    assert ran.err.splitlines()[0] == "up to 6 calls to mine/m: at most $0.0306 together"
    assert "tools     it called echo_marker" in ran.out
    with Hamr(folder=None) as client:
        known = client.capabilities.of("mine", "m")
    assert {name: getattr(known.capabilities, name) for name in YES} == YES
    rule, place = known.rules[0]
    assert (rule.source[:33], len(rule.date), place) == (
        "probe: tools: it called echo_mark", 10, str(own / "capabilities.toml"),
    )  # fmt: skip


def test_json_for_programs(hamr: Any, provider: Canned, own: Path) -> None:
    provider.answer(reply())
    provider.answer(reply("Red."))
    told = hamr("capabilities", "probe", "-m", "mine/m", "--only", "images", "--yes", "--dry-run", "--json").json
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert (told["file"], told["findings"][0]["says"]) == (None, {"vision_supported": True})
    assert not (own / "capabilities.toml").exists()


def test_nobody_is_asked_without_being_told(hamr: Any, provider: Canned) -> None:
    ran = hamr("capabilities", "probe", "-m", "mine/m")
    assert (ran.code, provider.asked) == (2, [])
    assert "With --yes it is asked at once." in ran.err
    ran = hamr("capabilities", "probe", "-m", "mine/m", "--only", "smell")
    assert f"There are {', '.join(NAMES)}." in ran.err


@pytest.mark.parametrize(
    ("known", "left"),
    [
        (Capabilities(thinking_modes=("enabled", "adaptive"), structured_output_mode="xml_tagged"),
         {"native_tools", "vision_supported"}),
        (Capabilities(native_tools=True, vision_supported=False, thinking_modes=(), structured_output_mode="none"),
         {"vision_supported", "thinking_modes", "structured_output_mode"}),
        (Capabilities(**YES), set()),
    ],
)  # fmt: skip
def test_what_is_known_better_already_is_left_as_it_is(known: Capabilities, left: set[str]) -> None:
    verdicts = [Verdict(name, {name: value}, "it was so") for name, value in YES.items()]
    assert news(verdicts, known)[0].keys() == left


def test_no_such_probe() -> None:
    with pytest.raises(ConfigError, match="no probe 'smell'"):
        chosen(["smell"])
