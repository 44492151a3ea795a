"""`embed` and `aembed` as programs use them, against the simulator."""

from __future__ import annotations

import asyncio
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import hamr
from hamr import BadRequest, ConfigError, Hamr, NoAnswer, NoSuchModel, Settings
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install


def test_a_text_and_a_list(colour: Colour) -> None:
    with Hamr() as client:
        one = colour.embed(client, "the cat sat", "sim/embed")
        many = colour.embed(client, ["the cat sat", "markets fell"], "sim/embed")
    assert len(one.vectors) == 1
    assert one.vector == many.vectors[0] != many.vectors[1]
    assert math.isclose(math.hypot(*one.vector), 1, rel_tol=1e-5)
    assert (one.provider, one.model, len(one.vector)) == ("sim", "sim-embed", 256)
    assert many.usage is not None
    assert many.usage.input == many.usage.total == 5


def test_the_functions_of_the_module() -> None:
    vector = hamr.embed("hi", "sim/embed", dimensions=8).vector
    assert len(vector) == 8
    assert asyncio.run(hamr.aembed("hi", "sim/embed", dimensions=8)).vector == vector


def test_options_reach_the_provider(colour: Colour) -> None:
    with Hamr() as client:
        numbers = colour.embed(client, "hi", "sim/embed", dimensions=16)
        base64 = colour.embed(client, "hi", "sim/embed", dimensions=16, options={"encoding_format": "base64"})
        assert numbers.vectors == base64.vectors
        with pytest.raises(BadRequest, match="dimensions"):
            colour.embed(client, "hi", "sim/embed", dimensions=0)
        with pytest.raises(ConfigError, match="Did you mean dimensions"):
            colour.embed(client, "hi", "sim/embed", dimension=16)


def test_tokens(colour: Colour) -> None:
    with Hamr() as client:
        tokens = colour.embed(client, [1, 2, 3], "sim/embed")
        assert tokens.vectors == colour.embed(client, [[1, 2, 3]], "sim/embed").vectors
    assert len(tokens.vectors) == 1


def test_more_inputs_than_the_provider_takes(colour: Colour) -> None:
    texts = [f"text {number}" for number in range(2049)]
    with Hamr() as client:
        found = colour.embed(client, texts, "sim/embed", dimensions=4)
        assert len(found.vectors) == 2049
        assert found.vectors[2048] == colour.embed(client, texts[2048], "sim/embed", dimensions=4).vector
    assert [told.field for told in found.adaptations] == ["inputs"]
    assert found.usage is not None
    assert found.usage.input == 2 * 2049


def test_a_provider_that_fails_at_first_is_asked_again(colour: Colour) -> None:
    with Hamr(settings=Settings(retry_wait=0.01)) as client:
        found = colour.embed(client, f"{colour} once", "sim/500", options={"sim": {"times": 2}})
    assert found.timings.attempts == 3
    assert len(found.warnings) == 2


def test_a_provider_that_hangs_is_left(colour: Colour) -> None:
    with Hamr() as client, pytest.raises(NoAnswer):
        colour.embed(client, "hi", "sim/hang", timeout=0.3)


def test_a_model_that_chats_does_not_embed(colour: Colour) -> None:
    with Hamr() as client, pytest.raises(NoSuchModel, match="makes no vectors"):
        colour.embed(client, "hi", "sim/echo")


def test_the_default_comes_from_the_manifest_or_the_environment(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-13, R-46."""
    with Hamr(environ={"HAMR_LLM_MODEL": "sim/echo"}) as client:
        assert colour.embed(client, "hi").model == "sim-embed"
        assert colour.call(client, "hi", "sim").model == "sim-echo"
    with Hamr(environ={"HAMR_EMBED_MODEL": "sim/embed"}) as client:
        assert colour.embed(client, "hi").provider == "sim"
    monkeypatch.setattr("hamr.resolver.Resolver.defaults", ("anthropic",))
    with Hamr(environ={}) as client, pytest.raises(ConfigError, match="HAMR_EMBED_MODEL"):
        colour.embed(client, "hi")


def test_a_provider_of_data_alone_embeds(colour: Colour, install: Install, provider: Canned) -> None:
    manifest = f"""
api = 1
id = "acme"
name = "Acme"
base_url = "{provider.url}/v1"
wire = "openai-completions"
auth = {{ style = "bearer", env = ["ACME_API_KEY"] }}
embed_model_env = ["ACME_EMBED_MODEL"]
compat = {{ max_embedding_inputs = 2, unsupported = ["user"] }}
"""
    install("acme", manifest=manifest)
    for rows in ([[1, 0], [2, 0]], [[3, 0]]):
        provider.answer({"data": [{"index": place, "embedding": row} for place, row in enumerate(rows)]})
    environ = {"ACME_API_KEY": "made-up-key", "ACME_EMBED_MODEL": "embed-1"}
    with Hamr(environ=environ) as client:
        found = colour.embed(client, ["a", "b", "c"], "acme", user="me")
    assert [vector[0] for vector in found.vectors] == [1, 2, 3]
    assert [asked.json for asked in provider.asked] == [
        {"model": "embed-1", "input": ["a", "b"]},
        {"model": "embed-1", "input": ["c"]},
    ]
    assert [told.field for told in found.adaptations] == ["user", "inputs"]
    assert {asked.headers["authorization"] for asked in provider.asked} == {"Bearer made-up-key"}
    with Hamr(environ={**environ, "ACME_EMBED_MODEL": ""}) as client, pytest.raises(ConfigError, match="embeddings"):
        colour.embed(client, "a", "acme")


def test_many_threads_share_a_client() -> None:
    with Hamr() as client, ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda n: client.embed(f"{n}", "sim/embed", dimensions=8).vector, range(64)))
        assert found[63] == client.embed("63", "sim/embed", dimensions=8).vector
    assert len({tuple(vector) for vector in found}) == 64


def test_vectors_come_from_the_first_model_for_as_long_as_it_is_up(colour: Colour, tmp_path: Path) -> None:
    """R-117: in the order that was given, and from the next only where the first fails."""
    with Hamr(environ={"HAMR_STATE_DIR": str(tmp_path)}, settings=Settings(retries=0)) as client:
        found = [colour.embed(client, "a", ["sim/embed", "local/other"], dimensions=8) for _ in range(3)]
        instead = colour.embed(client, "a", ["sim/500", "sim/embed"], dimensions=8)
    assert {each.model for each in found} == {instead.model}
    assert {tuple(each.vector) for each in found} == {tuple(instead.vector)}
