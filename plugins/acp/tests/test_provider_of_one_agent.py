"""A provider that is one agent, by a manifest alone (N-180)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import hamr_provider_acp
from hamr.api import NoSuchModel, Settings
from hamr.builtin import Builtin
from hamr.calls.pipeline import Pipeline
from hamr.compose import Hooks
from hamr.plugins.manifest import check
from hamr.types import Model, Request, Route
from hamr_testkit.colours import Colour

AGENT = Path(__file__).with_name("fake_agent.py")
MANIFEST = {
    "id": "codex_acp",
    "name": "Codex",
    "transport": "acp",
    "wire": "acp",
    "auth": {"style": "none"},
    "models": {"chat": "default"},
    "compat": {"command": sys.executable, "args": ["-S", str(AGENT), "options"], "cwd": ".", "mcp_servers": []},
}


def pipeline(model: str) -> Pipeline:
    provider = check(MANIFEST, "the test").provider({}, "the test")
    return Hooks(Builtin(), ("codex", hamr_provider_acp)).compile(Route(provider, Model(model), lambda: None))


def asking(**options: object) -> Request:
    from hamr.messages import messages

    return Request(messages("hello", None), options=options)


@pytest.mark.parametrize(("model", "served"), [("default", "small"), ("large", "large")])
def test_its_models_are_the_agents(colour: Colour, model: str, served: str) -> None:
    made = pipeline(model)
    _, response = colour.run(made.flow(asking(), Settings()), made.transport)
    assert (response.text, response.model) == ("you said 1: hello", served)
    made.transport.close()


def test_a_call_overrides_it_under_its_own_name(colour: Colour, tmp_path: Path) -> None:
    """N-182: the key of the options is the provider's name."""
    made, log = pipeline("default"), tmp_path / "log"
    own = {"args": ["-S", str(AGENT), "echo", str(log)], "cwd": str(tmp_path), "mcpServers": []}
    _, response = colour.run(made.flow(asking(codex_acp=own), Settings()), made.transport)
    assert response.text == "you said 1: hello"
    session = next(each for each in map(json.loads, log.read_text().splitlines()) if each["method"] == "session/new")
    assert session["params"]["cwd"] == str(tmp_path)
    made.transport.close()


def test_its_models_are_listed(colour: Colour) -> None:
    made = pipeline("")
    models = colour.result(made.list_models(Settings()), made.transport)
    assert [(info.selector, info.name) for info in models] == [
        ("codex_acp/small", "Small"),
        ("codex_acp/large", "Large"),
    ]
    made.transport.close()


def test_a_model_that_it_has_not(colour: Colour) -> None:
    made = pipeline("huge")
    with pytest.raises(NoSuchModel, match="codex_acp has no model 'huge': it offers small, large"):
        colour.run(made.flow(asking(), Settings()), made.transport)
