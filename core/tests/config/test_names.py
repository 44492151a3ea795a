"""The names that files give to models: aliases, roles and tiers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hamr import ConfigError, Hamr
from hamr.config.configuration import Configuration
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour

REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
TEXT = """
[providers.acme]
base_url = "{url}/v1"

[aliases]
fast = "acme/small"
worded = {{ id = "small", provider = "acme", tool_format = "text" }}
again = {{ id = "worded", tool_format = "json" }}
round = "about"
about = "round"

[model_roles]
plain = "fast"
empty = {{ temperature = 1 }}
[model_roles.merge]
provider = "acme"
model = "merger"
temperature = 0.1
reasoning_effort = "low"
tool_format = "text"
options = {{ top_k = 3, min_p = 0.5 }}

[tier_defaults]
default = "mid"
small = "fast"
[[tier_rules]]
pattern = "big-*"
tier = "frontier"
[models.odd]
provider = "acme"
tier = "reasoning"
"""
Make = Callable[..., Hamr]


@pytest.fixture
def make(tmp_path: Path, provider: Canned) -> Make:
    (tmp_path / "providers.toml").write_text(TEXT.format(url=provider.url))

    def made(**environ: str) -> Hamr:
        return Hamr(environ={"HAMR_CONFIG_DIR": str(tmp_path), **environ}, folder=None)

    return made


@pytest.mark.parametrize(
    ("name", "model", "steps"),
    [
        ("fast", "small", ["alias", "name"]),
        ("worded", "small", ["alias", "name"]),
        ("again", "small", ["alias", "alias", "name"]),
        ("role:merge", "merger", ["role", "name"]),
        ("role:plain", "small", ["role", "alias", "name"]),
        ("tier:small", "small", ["tier", "alias", "name"]),
        ("tier:worded", "small", ["tier", "alias", "name"]),
        (" fast ", "small", ["alias", "name"]),
    ],
)
def test_each_name_on_the_way_is_a_step(make: Make, tmp_path: Path, name: str, model: str, steps: list[str]) -> None:
    """M-12, N-122, N-125, N-202."""
    with make() as client:
        chosen = client.selection(name)
    assert (chosen.provider, chosen.model, [each.name for each in chosen.steps]) == ("acme", model, steps)
    assert f"in {tmp_path}/providers.toml: " in chosen.steps[0].why


@pytest.mark.parametrize(
    ("name", "form", "place"),
    [("fast", None, ""), ("worded", "text", "aliases.worded"), ("again", "json", "aliases.again"),
     ("role:merge", "text", "model_roles.merge")],
)  # fmt: skip
def test_the_tool_format_of_a_name_counts_before_the_matrix(
    make: Make, name: str, form: str | None, place: str
) -> None:
    """N-106: the outermost name's."""
    with make() as client:
        client.capabilities.install('[[provider.acme]]\nmodel_match = "*"\nnative_tools = true\nmax_tools = 7\n')
        pipeline, chosen = client.pipeline(name), client.selection(name)
        known = client.capabilities.of("acme", pipeline.route.model.id, chosen.tool_format).capabilities
        asked = pipeline.known() if pipeline.known else None
        plain = client.pipeline("acme/small").route.model.tool_format
    assert pipeline.route.model.tool_format == form
    assert (known.tool_format, known.max_tools) == (form or "native", 7)
    assert asked is not None
    assert asked.capabilities == known
    assert chosen.asked is not None
    assert chosen.asked.tool_origin.endswith(place)
    assert plain is None


def test_tools_that_are_not_offered_as_a_name_wants_are_told(make: Make, provider: Canned) -> None:
    """N-107: nothing here writes tools as text."""
    tool = {"name": "f", "parameters": {"type": "object"}}
    provider.answer(REPLY)
    provider.answer(REPLY)
    with make() as client:
        told = client.call("hi", "worded", tools=[tool]).adaptations
        assert client.call("hi", "fast", tools=[tool]).adaptations == ()
    assert [(each.kind, each.field) for each in told] == [("changed", "tools")]


def test_a_role_brings_options_that_the_call_may_say_otherwise(colour: Colour, make: Make, provider: Canned) -> None:
    for _ in range(3):
        provider.answer(REPLY)
    with make() as client:
        colour.call(client, "hi", "role:merge")
        colour.call(client, "hi", "role:merge", temperature=0.9, thinking="high", options={"min_p": 0.9})
        colour.call(client, "hi", "role:merge:high")
    bodies = [asked.json for asked in provider.asked]
    assert [body["temperature"] for body in bodies] == [0.1, 0.9, 0.1]
    assert [body["reasoning_effort"] for body in bodies] == ["low", "high", "high"]
    assert [(body["top_k"], body["min_p"]) for body in bodies] == [(3, 0.5), (3, 0.9), (3, 0.5)]


@pytest.mark.parametrize(
    ("environ", "found", "origin"),
    [
        ({"HAMR_LLM_ROLE_MERGE_MODEL": "fast"}, "acme/small", "HAMR_LLM_ROLE_MERGE_MODEL"),
        ({"HARN_LLM_ROLE_MERGE_PROVIDER": "acme", "HARN_LLM_ROLE_MERGE_MODEL": "x"}, "acme/x",
         "HARN_LLM_ROLE_MERGE_MODEL"),
    ],
)  # fmt: skip
def test_the_environment_says_who_serves_a_role(
    make: Make, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], found: str, origin: str
) -> None:
    with make(**environ) as client:
        chosen = client.selection("role:merge")
    assert f"{chosen.provider}/{chosen.model}" == found
    assert origin in chosen.steps[0].why
    assert chosen.defaults["temperature"] == 0.1


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("role:nobody", "no file describes the role 'nobody'"),
        ("role:nobody:high", "no file describes the role 'nobody'"),
        ("role:empty", "model_roles.empty names no model"),
        ("tier:nobody", "no file describes the tier 'nobody'"),
        ("round", "aliases go round in a circle: round -> about -> round"),
    ],
)
def test_a_name_that_stands_for_nothing_is_told(make: Make, name: str, told: str) -> None:
    with make() as client, pytest.raises(ConfigError, match=told):
        client.selection(name)


@pytest.mark.parametrize(
    ("model", "tier", "place"),
    [("odd", "reasoning", ""), ("big-one", "frontier", "tier_rules[0]"), ("other", "mid", "tier_defaults")],
)
def test_the_tier_of_a_model(make: Make, tmp_path: Path, model: str, tier: str, place: str) -> None:
    """N-124."""
    make()
    found = Configuration({"HAMR_CONFIG_DIR": str(tmp_path)}).tier("acme", model)
    assert found is not None
    assert found[0] == tier
    assert place in found[1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model_roles = 3", "model_roles: it must be a table"),
        ("[model_roles]\na = 3", "model_roles.a: it must be a table"),
        ("[model_roles.a]\nmodl = 'x'", "model_roles.a: modl: unknown field (did you mean model?)"),
        ("tier_defaults = 3", "tier_defaults: it must be a table"),
        ("[tier_defaults]\nsmall = 3", "tier_defaults.small: it must be a text"),
        ("tier_rules = 3", "tier_rules: it must be a list of tables"),
        ("tier_rules = [3]", "tier_rules[0]: it must be a table"),
        ("tier_rules = [{ pattern = 'x' }]", "tier_rules[0]: tier: missing"),
        ("inference_rules = [{ provider = 'x' }]", "inference_rules[0]: it says of no name that it fits"),
        ("inference_rules = 3", "inference_rules: it must be a list of tables"),
        ("[aliases]\na = { id = 'x', tool_format = 'prose' }", "aliases.a: tool_format must be one of"),
    ],
)
def test_what_is_awry_is_told_and_the_rest_counts(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "providers.toml").write_text(f"{text}\n[providers.good]\nbase_url = 'http://127.0.0.1:9'\n")
    there = Configuration({"HAMR_CONFIG_DIR": str(tmp_path)})
    (problem,) = there.problems
    assert str(problem).startswith(f"{tmp_path}/providers.toml: {told}")
    assert there.ids == ["good"]


def test_of_two_files_the_later_ones_rules_come_first_and_roles_are_merged(tmp_path: Path) -> None:
    """N-120: overlays."""
    rule = '[[inference_rules]]\npattern = "acme-*"\nprovider = "{}"\n'
    role = "[model_roles.merge]\nmodel = '{}'\n"
    (tmp_path / "providers.toml").write_text(rule.format("one") + role.format("a/b") + "seed = 4\n")
    project = (rule.format("two") + role.format("c/d")).replace("[model_roles", "[llm.model_roles")
    (tmp_path / "hamr.toml").write_text(project.replace("[[inference", "[[llm.inference"))
    there = Configuration({"HAMR_CONFIG_DIR": str(tmp_path), "HAMR_PROJECT_TRUST": "always"}, str(tmp_path))
    own: Any = [rules for rules, _ in reversed(there.said("inference_rules"))]
    assert [each[0].provider for each in own] == ["two", "one"]
    role_found, place = there.roles["merge"]
    assert (role_found.selector, role_found.seed, place) == ("c/d", 4, str(tmp_path / "hamr.toml"))


@pytest.mark.parametrize(("name", "temperature", "form"), [("role:merge", 0.1, "text"), ("worded", None, "text")])
def test_a_default_model_may_be_one_of_these_names(
    make: Make, tmp_path: Path, name: str, temperature: float | None, form: str
) -> None:
    """It brings its options and its format of tools, as where it is named itself."""
    file = tmp_path / "providers.toml"
    make()
    file.write_text(f'default_model = "{name}"\n{file.read_text()}')
    with Hamr(environ={"HAMR_CONFIG_DIR": str(tmp_path)}, folder=None) as client:
        chosen = client.selection()
        assert client.pipeline().route.model.tool_format == form
    assert (chosen.provider, chosen.defaults.get("temperature")) == ("acme", temperature)
    assert [each.name for each in chosen.steps][-1] == "configured default"
