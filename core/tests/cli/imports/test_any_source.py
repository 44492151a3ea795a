"""What holds of the import from any program: whatever its files hold, nothing breaks, and no secret is shown."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamr.cli.imports import SOURCES
from hamr.config.config_file import ConfigFile
from hamr.config.providers_toml import NAMES
from hamr.imports.found import Found
from hamr.imports.plan import Target, plan
from hamr.imports.source import source

WORDS = [
    "providers", "models", "id", "baseUrl", "base_url", "api", "apiKey", "api_key", "headers", "type", "key", "oauth",
    "access", "refresh", "active", "provider", "model", "kind", "llm", "aliases", "model_list", "litellm_params",
    "model_name", "model_id", "api_base", "api_key_name", "router_settings", "model_group_alias", "codex_accounts",
    "access_token", "groq", "openai/m", "azure/x", "defaultModel", "defaultProvider", "Environment", "default_model",
    "http://127.0.0.1:9/v1", "$NAME", "!run", "os.environ/NAME", "api_key", "cost", "env", "codex_accounts", "thinking",
    "http://[x", *NAMES,
]  # fmt: skip
ODD = st.sampled_from([float("nan"), float("inf"), "\ud800", 10**30, date(2026, 1, 1)])
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(WORDS), st.text(max_size=3), ODD)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=5)),
    max_leaves=25,
)


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=VALUES)
def test_whatever_a_file_holds_a_plan_is_made_and_can_be_written(name: str, held: Any) -> None:
    for pattern, reader in source(name).readers.items():
        if pattern.endswith((".env", ".txt", ".conf")):
            text = str(held)
            value: Any = {"A": text, "GROQ_API_KEYS": text, "LOCAL_MODEL": text} if "env" in pattern else text
        else:
            value = held
        found = Found()
        reader(found, "there", value)
        with tempfile.TemporaryDirectory() as folder:
            files = ConfigFile("providers", f"{folder}/p.toml"), ConfigFile("models", f"{folder}/m.json")
            made = plan(found, Target(*files, "auth", lambda _: (set(), set())), overwrite=False)
            for file in files:
                values = [(step.path, step.value) for step in made.of(file.path)]
                text = file.put_all("", values)
                assert not file.layer(text).problems


@pytest.mark.parametrize("odd", ["\\ud800", float("nan"), None, date(2026, 1, 1), {"a": float("nan")}, [None]])
def test_a_value_that_a_file_cannot_hold_is_left_with_its_reason(odd: Any) -> None:
    found = Found()
    held = {"model_roles": {"a": {"options": {"b": odd}}, "c": {"model": "m"}}}
    source("harn").readers["providers.toml"](found, "there", held)
    with tempfile.TemporaryDirectory() as folder:
        files = ConfigFile("providers", f"{folder}/p.toml"), ConfigFile("models", f"{folder}/m.json")
        made = plan(found, Target(*files, "auth", lambda _: (set(), set())), overwrite=False)
        assert [step.path for step in made.steps][-1:] == [("model_roles", "c")]
        files[0].put_all("", [(step.path, step.value) for step in made.steps]).encode()


LEVELS = "".join(f"l{n}: &l{n} [{','.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
BOMBS = ["a: &a [*a]\n", f"l0: &l0 [x, x, x, x, x, x, x, x, x]\n{LEVELS}providers: {{a: {{compat: {{b: *l11}}}}}}\n"]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_file_that_unfolds_without_end_is_refused(hamr: Any, home: Path, tmp_path: Path, bomb: str) -> None:
    (tmp_path / "models.yaml").write_text(bomb)
    ran = hamr("import", "hiveloom", str(tmp_path / "models.yaml"), "--dry-run")
    assert (ran.code, "its anchors unfold to more than" in ran.err) == (1, True)


@pytest.mark.parametrize("name", SOURCES)
def test_help_names_the_programs_files(hamr: Any, name: str) -> None:
    ran = hamr("import", name, "--help")
    assert (ran.code, SOURCES[name] in " ".join(ran.out.split())) == (0, True)


@pytest.mark.parametrize("name", SOURCES)
def test_a_secret_in_any_of_its_files_is_never_shown(hamr: Any, home: Path, tmp_path: Path, name: str) -> None:
    canary = "sk-canary-0123456789abcdef"
    folder = tmp_path / "theirs"
    folder.mkdir()
    held = dict.fromkeys(WORDS, canary) | {"providers": {"x": {"baseUrl": "http://x/v1", "apiKey": canary}}}
    for file in source(name).readers:
        if "*" not in file:
            (folder / file).write_text(
                json.dumps(held) if file.endswith(("json", "yaml", "yml")) else f"[x]\nk = '{canary}"
            )
    for more in ((), ("--json",)):
        ran = hamr("import", name, str(folder), "--dry-run", *more)
        assert ran.code in (0, 1)
        assert canary not in ran.out + ran.err
