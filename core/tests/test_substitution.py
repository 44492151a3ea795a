"""Another model in the place of one that is gone (R-111, M-54)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.catalog.rating import answers, rating
from hamr.errors import BudgetSpent, NoSuchModel
from hamr.types import Image, Message, ModelInfo, Request, Settings, Text, Tool, Warned
from hamr_testkit.canary import KEYS
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install
from hamr_testkit.scripted import HI, SCRIPTED, Answer, ScriptedTransport

GONE = Answer((b'{"error": {"message": "no such model", "code": "model_not_found"}}',), 404)
ASKED = Request((Message("user", (Text("hi"),)),))
NOW = 1_800_000_000.0


def listed(*ids: str) -> Answer:
    return Answer((json.dumps({"data": [{"id": id} for id in ids]}).encode(),))


def bodies(transport: ScriptedTransport) -> list[str | None]:
    """The models that were asked, None for a list."""
    return [json.loads(call.body)["model"] if call.body else None for call in transport.calls]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {**SCRIPTED, "HAMR_STATE_DIR": str(tmp_path), "HAMR_CONFIG_DIR": str(tmp_path)}


@pytest.fixture
def client(environ: dict[str, str], scripted: ScriptedTransport) -> Hamr:
    return Hamr(environ=environ, folder=None, settings=Settings(retries=0))


def test_by_itself_a_model_that_is_gone_is_an_error(client: Hamr, scripted: ScriptedTransport, colour: Colour) -> None:
    """C-61."""
    scripted.play(GONE)
    with pytest.raises(NoSuchModel):
        colour.call(client, "hi", "local/gone")
    assert bodies(scripted) == ["gone"]


def test_the_best_rated_of_the_list_takes_its_place_and_that_is_told(
    client: Hamr, scripted: ScriptedTransport, colour: Colour
) -> None:
    scripted.play(GONE, listed("tiny-1b", "gone", "llama-3.3-70b", "text-embedding-9-opus", "mistral-7b"), HI)
    response = colour.call(client, "hi", "local/gone", substitute=True)
    assert bodies(scripted) == ["gone", None, "llama-3.3-70b"]
    (change, *_), told = response.adaptations, "local/gone is gone: local/llama-3.3-70b has taken its place"
    assert (change.kind, change.field) == ("changed", "model")
    assert change.why.startswith(told)
    assert told in response.warnings


def test_what_was_found_is_asked_at_once_for_a_day(
    environ: dict[str, str], client: Hamr, scripted: ScriptedTransport, colour: Colour
) -> None:
    """R-42: by other processes too."""
    scripted.play(GONE, listed("other"), HI, HI)
    colour.call(client, "hi", "local/gone", substitute=True)
    later = Hamr(environ={**environ, "HAMR_SUBSTITUTE": "1"}, folder=None)
    events = colour.events(later, "hi", "local/gone")
    assert bodies(scripted) == ["gone", None, "other", "other"]
    assert isinstance(events[0], Warned)
    old = Hamr(environ={**environ, "ROUTER_STATE_TTL_HOURS": "0"}, folder=None)
    scripted.play(HI)
    assert not colour.call(old, "hi", "local/gone", substitute=True).warnings
    assert bodies(scripted) == ["gone"]


def test_one_that_is_gone_as_well_is_replaced_in_turn(
    client: Hamr, scripted: ScriptedTransport, colour: Colour
) -> None:
    scripted.play(GONE, listed("second"), HI)
    colour.call(client, "hi", "local/first", substitute=True)
    scripted.play(GONE, GONE, listed("third"), HI)
    response = colour.call(client, "hi", "local/first", substitute=True)
    assert bodies(scripted) == ["second", "first", None, "third"]
    assert "local/third" in response.adaptations[0].why


def test_where_none_may_the_error_says_why(client: Hamr, scripted: ScriptedTransport, colour: Colour) -> None:
    scripted.play(GONE, listed("gone", "whisper-1"))
    with pytest.raises(NoSuchModel, match=r"No other model of local takes its place: none of its list may\."):
        colour.call(client, "hi", "local/gone", substitute=True)
    scripted.play(GONE, Answer((b"down",), 500))
    with pytest.raises(NoSuchModel, match="No other model of local takes its place: down"):
        colour.call(client, "hi", "local/gone", substitute=True)


def test_where_free_and_paid_are_mixed_only_free_ones_count(scripted: ScriptedTransport, colour: Colour) -> None:
    for provider in ("openrouter", "naga"):
        environ = {**SCRIPTED, f"{provider.upper()}_API_KEY": KEYS[0], "HAMR_STATE_DIR": "/dev/null/x"}
        client = Hamr(environ=environ, folder=None, settings=Settings(retries=0, substitute=True), tell=_silent)
        scripted.play(GONE, listed("a/claude-opus", "b/mistral-small:free", "c/tiny-1b:free"), HI)
        colour.call(client, "hi", f"{provider}/gone:free")
        assert bodies(scripted)[-1] == "b/mistral-small:free"
        scripted.play(GONE, listed("a/claude-opus"))
        with pytest.raises(NoSuchModel):
            colour.call(client, "hi", f"{provider}/other:free")


def _silent(text: str, link: str | None) -> None:
    """Nobody is told."""


def test_budgets_hold_for_the_other_model(environ: dict[str, str], scripted: ScriptedTransport, colour: Colour) -> None:
    client = Hamr(environ=environ, folder=None, budgets={"all": 1}, settings=Settings(retries=0, substitute=True))
    Path(environ["HAMR_CONFIG_DIR"], "models.toml").write_text(
        '[[model]]\nid = "local/dear-opus"\n[[model.price]]\ninput = 1e6\noutput = 1e6\n'
    )
    scripted.play(GONE, listed("dear-opus"))
    with pytest.raises(BudgetSpent, match="has no room") as caught:
        colour.call(client, "hi", "local/gone", max_tokens=10)
    assert "local/dear-opus has taken its place" in caught.value.hint


def test_a_pool_of_keys_asks_the_other_with_the_same_key(
    environ: dict[str, str], scripted: ScriptedTransport, colour: Colour
) -> None:
    client = Hamr(environ={**environ, "LOCAL_API_KEYS": ",".join(KEYS[:2])}, folder=None)
    scripted.play(GONE, listed("other"), HI)
    response = colour.call(client, "hi", "local/gone", substitute=True)
    assert len({call.headers["authorization"] for call in scripted.calls}) == 1
    assert "local/other" in response.adaptations[0].why


MODELS = """
[[model]]
id = "alone-opus"
availability = "dedicated"
[[model]]
id = "past-opus"
shutdown = "2026-01-01"
"""
MANIFEST = """
api = 1
id = "acme"
name = "Acme"
base_url = "https://acme.invalid/v1"
wire = "openai-completions"
"""


@pytest.mark.parametrize(
    ("request_", "best"),
    [
        (ASKED, "seeing-sonnet"),
        (Request(ASKED.messages, tools=(Tool("f", "", {}),)), "usual"),
        (Request((Message("user", (Image(data=b"x", media_type="image/png"),)),)), "seeing-sonnet"),
    ],
)
def test_who_cannot_or_may_not_is_left_out(install: Install, tmp_path: Path, request_: Request, best: str) -> None:
    (install("acme", manifest=MANIFEST) / "models.toml").write_text(MODELS)
    (tmp_path / "providers.toml").write_text('[suppress]\nroutes = ["acme:secret-opus"]\n')
    models: list[dict[str, Any]] = [
        {"id": "alone-opus"}, {"id": "past-opus"}, {"id": "ended-opus", "shutdown_date": "2026-01-01"},
        {"id": "secret-opus"}, {"id": "opus-tts"}, {"id": "seeing-sonnet", "input": ("text", "image"), "tools": False},
        {"id": "usual", "input": ("text",)},
    ]  # fmt: skip
    infos = [ModelInfo(provider="acme", name="", **each) for each in models]
    environ = {"HAMR_STATE_DIR": str(tmp_path), "HAMR_CONFIG_DIR": str(tmp_path)}
    with Hamr(environ=environ, folder=None) as client:
        others = client.pipeline("acme/gone").others
        assert others is not None
        assert others().best(infos, request_, NOW) == best


def test_of_equals_the_one_most_like_it_counts(install: Install) -> None:
    install("acme", manifest=MANIFEST)
    with Hamr(environ={}, folder=None) as client:
        others = client.pipeline("acme/quux-2025-01").others
        assert others is not None
        infos = [ModelInfo(id, "acme", "") for id in ("abc", "quux-2026-01", "zzz")]
        assert others().best(infos, ASKED, NOW) == "quux-2026-01"
        assert others().best(infos[:0], ASKED, NOW) is None


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("gpt-4o", 1), ("gpt-4o-mini", 3), ("anthropic/claude-opus-4", 1), ("gemini-2.5-flash-lite", 3),
        ("gemini-2.5-pro", 1), ("x-405b", 1), ("some-70b", 2), ("some-8b", 4), ("some-128b", 3), ("tiny-1b", 5),
        ("nova-pro", 2), ("unheard-of", 3), ("mistral-7b-instruct", 4), ("qwen3-235b-a22b", 1), ("gemini-x", 3),
    ],
)  # fmt: skip
def test_a_rating_is_by_name(name: str, rate: int) -> None:
    """R-74: the longest known name, else the words in it, else the middle."""
    assert rating(name) == rating(name.upper()) == rate


def test_what_is_for_something_else_than_talk_is_known_by_its_name() -> None:
    assert answers("llama-3.3-70b")
    for name in ("text-embedding-3-small", "whisper-large", "gpt-image-1", "bge-m3", "llama-guard-4", "TTS-1"):
        assert not answers(name)
