"""`fallback` of a provider: who serves where it cannot (R-12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr, NoSuchModel
from hamr_testkit.canned import Canned, canned
from hamr_testkit.colours import Colour

REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
TEXT = """
[aliases]
spare = "two/other"
asked = {{ id = "m", provider = "one", tool_format = "text" }}
[providers.one]
base_url = "{one}/v1"
fallback = {fallback}
default_model = "m"
[providers.two]
base_url = "{two}/v1"
fallback = "one"
[providers.keyless]
base_url = "{two}/v1"
auth_env = "KEYLESS_KEY"
"""
Make = Callable[..., Hamr]


@pytest.fixture
def spare() -> Iterator[Canned]:
    with canned() as server:
        yield server


@pytest.fixture
def make(tmp_path: Path, provider: Canned, spare: Canned) -> Make:
    def made(fallback: str, **more: Any) -> Hamr:
        text = TEXT.format(one=provider.url, two=spare.url, fallback=fallback)
        (tmp_path / "providers.toml").write_text(text)
        environ = {"HAMR_CONFIG_DIR": str(tmp_path), "HAMR_STATE_DIR": str(tmp_path), **more}
        return Hamr(environ=environ, folder=None, tell=lambda *_: None)

    return made


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (('"two"', "one/m"), "m"),
        (('"two"', "one"), "m"),
        (('["two/x"]', "one/m"), "x"),
        (('["keyless", "spare"]', "asked"), "other"),
    ],
)
def test_who_cannot_serve_is_stood_in_for(
    colour: Colour, make: Make, provider: Canned, spare: Canned, said: tuple[str, str], asked: str
) -> None:
    """N-123: a provider alone is asked for the same model."""
    provider.answer({"error": {"message": "down"}}, status=503)
    spare.answer(REPLY)
    fallback, model = said
    with make(fallback) as client:
        response = colour.call(client, "hi", model, retries=0)
    assert (response.text, response.provider) == ("hi", "two")
    assert spare.asked[-1].json["model"] == asked


def test_a_model_that_is_named_with_others_has_these_alone(make: Make, provider: Canned, spare: Canned) -> None:
    provider.answer({"error": {"message": "no such model"}}, status=404)
    provider.answer({"error": {"message": "no such model"}}, status=404)
    with make('"two"') as client, pytest.raises(NoSuchModel):
        client.call("hi", "one/a,one/b", retries=0)
    assert spare.asked == []


def test_nobody_stands_in_for_vectors(make: Make) -> None:
    """R-117: those of two models do not go together."""
    with make('"two"') as client:
        assert client.selection("one/m", "embeddings").fallbacks == ()


def test_a_fallback_is_a_step_with_who_is_refused(make: Make, tmp_path: Path) -> None:
    with make('["keyless", "two", "nobody/x"]') as client:
        step = client.selection("one/m").steps[-1]
        assert (step.name, step.found) == ("fallback", "two/m")
        assert step.why == f"where one cannot serve ({tmp_path}/providers.toml: providers.one.fallback)"
        assert [each.candidate for each in step.refused] == ["keyless/m", "nobody/x"]
    with make('["keyless"]', KEYLESS_KEY="sk-1") as client:
        assert client.selection("one/m").fallbacks == ("keyless/m",)


def test_a_project_that_is_not_trusted_diverts_nobody(tmp_path: Path) -> None:
    """C-5."""
    (tmp_path / "hamr.toml").write_text('[llm.providers.groq]\nfallback = "mine"\n')
    with Hamr(environ={"HAMR_AGENT_DIR": str(tmp_path)}, folder=str(tmp_path)) as client:
        assert client.selection("groq/m").fallbacks == ()
        assert [each.path for each in client.providers.configuration.problems] == ["llm.fallback"]
