"""Every provider that is nothing but data, called through its own plugin."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hamr import Hamr, NotLetIn, ResponseFormat, Tool
from hamr.config.foreign import PROGRAMS, SERVICES
from hamr.plugins import manifest
from hamr.wires.openai_completions.compat import Compat
from hamr_sim.lease import Lease

if TYPE_CHECKING:
    from hamr.plugins.manifest import Manifest
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour

ROOT = Path(__file__).parents[1]
KEY = "made-up-key-0123456789"
ANSWER = {"id": "1", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}}]}

SCHEMA = {
    "type": "object",
    "properties": {"sky": {"type": "string"}},
    "required": ["sky"],
    "additionalProperties": False,
}
WEATHER = Tool("weather", "The weather of a place.", SCHEMA)


def manifests() -> Iterator[Manifest]:
    """The manifests of the plugins that are data alone, and speak the wire of OpenAI."""
    for file in sorted((ROOT / "plugins").glob("*/src/hamr_provider_*/provider.toml")):
        checked = manifest.check(manifest.read(file), str(file))
        if checked.wire == "openai-completions" and len(list(file.parent.glob("*.py"))) == 1:
            yield checked


PROVIDERS = {each.id: each for each in manifests()}
every = pytest.mark.parametrize("id", PROVIDERS)


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    """Where the simulator listens."""
    lease = Lease()
    yield lease.origin()
    lease.release()


def client(id: str, origin: str, **environ: str) -> Hamr:
    """A client that finds this provider at another address, and a key for it."""
    said = PROVIDERS[id]
    return Hamr(environ={said.base_url_env[0]: f"{origin}/v1", said.auth.env[0]: KEY, **environ})


def told(response: Any) -> set[str]:
    """The fields that were adapted."""
    return {each.field.partition(".")[0] for each in response.adaptations}


def test_there_are_as_many_as_were_promised() -> None:
    assert len(PROVIDERS) >= 26


@every
def test_text_whole_and_streamed(id: str, colour: Colour, simulator: str) -> None:
    with client(id, simulator) as hamr:
        whole = colour.call(hamr, "one two", f"{id}/echo", system="Be brief.", max_tokens=50)
        events = colour.events(hamr, "one two", f"{id}/echo", system="Be brief.", max_tokens=50)
    assert (whole.text, whole.provider) == ("[sim] one two", id)
    assert "".join(event.text for event in events if event.type == "text_delta") == whole.text
    assert events[-1].type == "finished"


@every
def test_tools(id: str, colour: Colour, simulator: str) -> None:
    """Where a provider has none the response says that they were left out."""
    with client(id, simulator) as hamr:
        response = colour.call(hamr, "weather", f"{id}/tools", tools=[WEATHER], tool_choice="required")
    assert ([call.name for call in response.tool_calls] == ["weather"]) is ("tools" not in told(response))


@every
@pytest.mark.parametrize("level", ["high", "off"])
def test_thinking(id: str, level: Any, colour: Colour, simulator: str) -> None:
    with client(id, simulator) as hamr:
        response = colour.call(hamr, "hello", f"{id}/thinking", thinking=level)
    assert response.text == "[sim] hello"
    assert response.thinking or level == "off"


@every
def test_structured_answer(id: str, colour: Colour, simulator: str) -> None:
    """Where a provider takes no schema the prompt holds it, and the response says so."""
    with client(id, simulator) as hamr:
        response = colour.call(hamr, "hello", f"{id}/structured", response_format=ResponseFormat(SCHEMA))
    said = json.loads(response.text)
    assert (set(said) == {"sky"}) is ("response_format" not in told(response))


@every
def test_every_variable_that_may_hold_the_key_does(id: str, colour: Colour, provider: Canned) -> None:
    """N-135, M-20: the key goes in its header, to the address that the variable names."""
    said = PROVIDERS[id]
    for name in said.auth.env:
        provider.answer(ANSWER)
        with Hamr(environ={said.base_url_env[-1]: f"{provider.url}/v1", name: f"{KEY}-{name}"}) as hamr:
            assert colour.call(hamr, "hello", f"{id}/m").text == "Hello."
        assert provider.asked[-1].headers["authorization"] == f"Bearer {KEY}-{name}"
        assert provider.asked[-1].path == "/v1/chat/completions"


@every
def test_every_variable_that_may_name_the_model_does(id: str) -> None:
    """R-45."""
    said = PROVIDERS[id]
    for name in said.model_env:
        assert said.provider({name: "one, two"}, "test").models["chat"] == "one"
    for name in said.embed_model_env:
        assert said.provider({name: "one"}, "test").models["embeddings"] == "one"
    assert said.model_env
    assert said.embed_model_env or "embeddings" not in said.models


@every
def test_no_key_in_an_error(id: str, colour: Colour, provider: Canned) -> None:
    provider.answer({"error": {"message": f"{KEY} is wrong", "type": KEY, "code": KEY}}, status=401)
    with client(id, provider.url) as hamr, pytest.raises(NotLetIn) as caught:
        colour.call(hamr, "hello", f"{id}/m")
    assert KEY not in f"{caught.value} {caught.value!r} {caught.value.body} {caught.value.code} {caught.value.hint}"
    assert caught.value.provider == id


@every
def test_a_missing_key_is_told_with_where_to_get_one(id: str) -> None:
    said = PROVIDERS[id]
    assert said.auth.env
    assert said.auth.optional or (said.key_url or "").startswith("https://")


@every
def test_every_flag_is_known_to_the_wire(id: str) -> None:
    """Those of its models too, laid over the provider's."""
    said = PROVIDERS[id]
    Compat.read(said.compat, id)
    for rule in said.model:
        assert rule.wire is None
        Compat.read({**said.compat, **rule.compat}, f"{id}: {rule.match}")


@every
def test_every_rule_for_models_can_be_reached(id: str) -> None:
    """No pattern is hidden behind an equal one of a rule before it."""
    rules = PROVIDERS[id].provider({}, "test").rules
    for place, rule in enumerate(rules):
        for pattern in rule.match:
            example = pattern.replace("*", "x")
            assert next(n for n, each in enumerate(rules) if each.fits(example)) == place, pattern


def test_the_readme_lists_them() -> None:
    """The table in README.md names each, with its variables and its default model."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [row for id, said in PROVIDERS.items() if (row := listed(id, said)) not in readme]
    assert rows == []


def listed(id: str, said: Manifest) -> str:
    """The row of one provider."""
    key = f"`{said.auth.env[0]}`" if not said.auth.optional else "none needed"
    model = said.models.get("chat")
    return f"| [{id}](plugins/{id}) | {said.name} | {key} | {f'`{model}`' if model else '-'} |"


@pytest.mark.parametrize(
    ("id", "environ", "told"),
    [
        ("bedrock", {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}, "AWS_ACCESS_KEY_ID"),
        ("bedrock", {"AWS_PROFILE": "work"}, "AWS_PROFILE"),
        ("bedrock", {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"}, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
        ("bedrock", {"AWS_ACCESS_KEY_ID": "x"}, None),
        ("vertex", {"GOOGLE_APPLICATION_CREDENTIALS": "/x"}, "GOOGLE_APPLICATION_CREDENTIALS"),
        ("vertex", {}, None),
        ("azure", {"IDENTITY_ENDPOINT": "http://x"}, "IDENTITY_ENDPOINT"),
        ("azure", {"AZURE_TENANT_ID": "x", "AZURE_CLIENT_ID": "y"}, None),
    ],
)
def test_what_is_seen_of_a_clouds_own_credentials(id: str, environ: dict[str, str], told: str | None) -> None:
    """H-75."""
    file = ROOT / "plugins" / id / "src" / f"hamr_provider_{id}" / "provider.toml"
    provider = manifest.check(manifest.read(file), str(file)).provider(environ, str(file))
    assert provider.auth.ambient is not None
    assert provider.auth.ambient.seen(environ) == told


def test_no_untrusted_project_takes_the_key_of_a_provider_whose_plugin_is_not_there() -> None:
    """C-5: the beginnings of all variables that hold keys are known to the core."""
    files = [*(ROOT / "plugins").glob("*/src/hamr_provider_*/provider.toml")]
    manifests = [manifest.check(manifest.read(file), str(file)) for file in files]
    held = {name for each in manifests for name in (*each.auth.env, *each.auth.more_env)}
    held -= {"IDENTITY_HEADER"}  # Azure gives it to its own machines
    assert len(held) > 30
    assert {name.split("_")[0] for name in held} - PROGRAMS - SERVICES == set()
