"""`hamr config`, `hamr trust` and `hamr untrust`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
CANARY = "sk-canary-0123456789"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HAMR_AGENT_DIR", "HAMR_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path


def check(name: str, document: Any) -> None:
    jsonschema.validate(document, json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")))


def models(here: Path, **entry: object) -> Path:
    file = here / "own" / "models.json"
    file.write_text(json.dumps({"providers": {"mine": {"baseUrl": "http://127.0.0.1:9/v1", **entry}}}))
    return file


def test_it_tells_the_files_and_what_they_bring(hamr: Any, here: Path) -> None:
    file = models(here, apiKey=CANARY)
    (here / "own" / "providers.toml").write_text('[aliases]\nfast = "mine/m"\n')
    ran = hamr("config")
    assert (ran.code, ran.err) == (0, "")
    assert f"{file}: mine\n" in ran.out
    assert f"{here}/project/hamr.toml: not there\n" in ran.out
    assert "alias fast = mine/m\n" in ran.out
    assert CANARY not in ran.out


def test_what_does_not_count_is_told_and_makes_it_fail(hamr: Any, here: Path) -> None:
    file = models(here, oops=1)
    ran = hamr("config")
    assert ran.code == 1
    assert ran.err == f"warning: {file}: providers.mine.oops: unknown field; it is passed over\n"
    told = hamr("config", "--json").json
    check("config", told)
    assert told["problems"] == [
        {"file": str(file), "path": "providers.mine.oops", "reason": "unknown field; it is passed over"}
    ]


def test_a_provider_is_shown_with_the_place_of_each_field(hamr: Any, here: Path) -> None:
    file = models(here, apiKey=CANARY, headers={"X-Key": CANARY})
    ran = hamr("config", "show", "mine")
    assert f"base_url   http://127.0.0.1:9/v1  (from {file})" in ran.out
    assert CANARY not in ran.out
    told = hamr("config", "show", "mine", "--json")
    check("config-show", told.json)
    assert told.json["fields"]["headers"] == {"value": ["X-Key"], "from": str(file)}
    assert CANARY not in told.out


TABLES = """
default_model = "fast"
[aliases]
fast = { id = "m", provider = "mine", tool_format = "text" }
[model_roles.merge]
model = "fast"
temperature = 0.1
[tier_defaults]
small = "fast"
[model_defaults."mine/*"]
top_p = 0.5
_unset = ["seed"]
[patch.models."mine/m"]
context_window = 5
[suppress]
routes = ["mine:old"]
[[inference_rules]]
pattern = "mine-*"
provider = "mine"
"""


def test_what_files_say_of_models_is_shown_with_its_place(hamr: Any, here: Path) -> None:
    """N-125."""
    models(here, models=[{"id": "m", "cost": {"input": 1}}])
    file = here / "own" / "providers.toml"
    file.write_text(TABLES)
    assert "8 more of models and their names: hamr config show\n" in hamr("config").out
    said = [" ".join(line.split()) for line in hamr("config", "show").out.splitlines()]
    assert {
        f"alias fast mine/m, tools as text (from {file})",
        f'role merge {{"model": "fast", "temperature": 0.1}} (from {file})',
        f"tier small fast (from {file})",
        f'default of mine/* {{"top_p": 0.5, "_unset": ["seed"]}} (from {file})',
        f'patch mine/m {{"context_window": 5}} (from {file})',
        f"suppressed mine/old in no list (from {file})",
        f"inference_rules[0] mine-* is mine (from {file})",
    } <= set(said)
    told = hamr("config", "show", "mine", "--json").json
    check("config-show", told)
    assert [each["table"] for each in told["tables"]] == ["alias", "default of", "patch", "suppressed", "model"]
    check("config", hamr("config", "--json").json)
    check("config-show", hamr("config", "show", "--json").json)


def test_tables_of_a_package_are_listed_with_it(hamr: Any, install: Any, here: Path) -> None:
    package = install("acme", dist="acme-tables", group="hamr.tables", code="raise RuntimeError")
    (package / "hamr.toml").write_text('[llm.providers.acme]\nbase_url = "http://127.0.0.1:9"\n')
    assert "hamr.toml of acme-tables 1.2.3: acme\n" in hamr("config").out
    check("config", hamr("config", "--json").json)
    assert "base_url   http://127.0.0.1:9  (from hamr.toml of acme-tables 1.2.3)" in hamr("config", "show", "acme").out
    assert "tables acme" in hamr("plugins").out
    (piece,) = [
        each for each in hamr("plugins", "--check", "--json").json["plugins"] if each["distribution"] == "acme-tables"
    ]
    assert piece["brings"][0]["works"] is True
    assert hamr("plugins", "disable", "acme").code == 0
    assert "acme-tables" not in hamr("config").out


def test_what_fits_nothing_that_is_known_is_told(hamr: Any, here: Path) -> None:
    """It counts all the same: a model need not be in a list, nor a plugin be installed yet."""
    models(here, models=[{"id": "m"}])
    file = here / "own" / "providers.toml"
    file.write_text(
        '[aliases]\na = { id = "m", provider = "nobody" }\nb = { id = "m", provider = "mine" }\n'
        '[[inference_rules]]\npattern = "x-*"\nprovider = "none"\n'
        '[patch.models.novel]\ncontext_window = 5\n[patch.models."mine/m"]\ncontext_window = 5\n'
        '[suppress]\nroutes = ["mine:old", "mine:m", "mine:*", "gone:x"]\n[model_roles.r]\nprovider = "never"\n'
    )
    ran = hamr("config")
    assert ran.code == 0
    assert ran.err.splitlines() == [
        f"note: {file}: aliases.a: 'nobody' is no provider that is there",
        f"note: {file}: inference_rules[0]: 'none' is no provider that is there",
        f"note: {file}: model_roles.r: 'never' is no provider that is there",
        f"note: {file}: patch.models.novel: no list has this model",
        f"note: {file}: suppress.routes[0]: no list has this model",
        f"note: {file}: suppress.routes[3]: 'gone' is no provider that is there",
    ]
    told = hamr("config", "--json").json
    check("config", told)
    assert len(told["idle"]) == 6


def test_a_key_that_is_the_name_of_a_variable_is_told(hamr: Any, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C-4: it is that text and no variable, which was another program's way to write one."""
    monkeypatch.setenv("MINE_KEY", "sk-canary-1")
    models(here, apiKey="MINE_KEY", headers={"X-One": "MINE_KEY", "X-Two": "$MINE_KEY", "X-Three": "NO_VARIABLE"})
    ran = hamr("config")
    said = "it is the text MINE_KEY; the variable of that name is written $MINE_KEY"
    place = f"note: {here / 'own' / 'models.json'}: providers.mine"
    assert ran.err.splitlines() == [f"{place}.api_key: {said}", f"{place}.headers.X-One: {said}"]
    assert "canary" not in ran.out + ran.err


def test_what_was_found_out_is_a_file_too(hamr: Any, here: Path) -> None:
    file = here / "own" / "capabilities.toml"
    assert str(file) not in hamr("config").out
    file.write_text("[[provider.mine]]\nmax_tools = 3\n")
    assert f"{file}: what was found out about models\n" in hamr("config").out
    check("config", hamr("config", "--json").json)


def test_the_paths_are_told(hamr: Any, here: Path) -> None:
    assert f"{here}/own/models.json  (not there)\n" in hamr("config", "path").out
    told = hamr("config", "path", "--json").json
    assert [file["kind"] for file in told["files"]] == ["providers", "models", "project"]


def test_a_project_is_trusted_and_no_longer(hamr: Any, here: Path) -> None:
    project = here / "project"
    (project / "hamr.toml").write_text('[llm]\ndefault_provider = "mine"\n')
    assert "the project is not trusted. To allow it: hamr trust" in hamr("config").err
    assert hamr("trust").out == f"trusted: {project}\n"
    assert hamr("config").code == 0
    assert hamr("untrust").out == f"not trusted: {project}\n"
    assert hamr("config").code == 1
    told = hamr("untrust", "--forget", "--json").json
    check("trust", told)
    assert told == {"folder": str(project), "trusted": None, "file": str(here / "own" / "trust.json")}


def test_trust_in_a_folder_that_is_gone_is_taken_back(hamr: Any, here: Path) -> None:
    (here / "gone").mkdir()
    assert hamr("trust", str(here / "gone")).code == 0
    (here / "gone").rmdir()
    assert hamr("untrust", "--forget", str(here / "gone")).code == 0
    assert json.loads((here / "own" / "trust.json").read_text()) == {}
    assert hamr("untrust", str(here / "gone")).code == 2


def test_what_is_no_folder_is_refused(hamr: Any, here: Path) -> None:
    ran = hamr("trust", "nowhere")
    assert (ran.code, "nowhere is no folder" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("key", "environ", "state"),
    [
        (CANARY, {}, "set in "),
        ("$MINE_KEY", {}, "holds no usable key"),
        ("$MINE_KEY", {"MINE_KEY": CANARY}, "set in "),
        ("!touch ran", {}, "set in "),
    ],
)
def test_providers_tell_of_a_key_in_a_file_and_run_no_command(
    hamr: Any, here: Path, monkeypatch: pytest.MonkeyPatch, key: str, environ: dict[str, str], state: str
) -> None:
    """H-65, H-73."""
    file = models(here, apiKey=key)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    ran = hamr("providers", "-v")
    assert state in ran.out
    assert str(file) in ran.out
    assert CANARY not in ran.out
    assert not (here / "project" / "ran").exists()


def test_variables_are_told_and_those_at_odds_are_warned_of(hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARN_LLM_MODEL", "sim/echo")
    ran = hamr("config")
    assert "variable HARN_LLM_MODEL = sim/echo (the model where none is named)\n" in ran.out
    monkeypatch.setenv("HAMR_LLM_MODEL", "sim/other")
    at_odds = "warning: HAMR_LLM_MODEL and HARN_LLM_MODEL say different things; HAMR_LLM_MODEL counts\n"
    assert hamr("config").err == at_odds
    assert hamr("explain", "hi").err == at_odds
    told = hamr("config", "--json").json
    check("config", told)
    assert [(each["name"], each["counts"]) for each in told["variables"] if "LLM" in each["name"]] == [
        ("HAMR_LLM_MODEL", True), ("HARN_LLM_MODEL", False),
    ]  # fmt: skip
    assert hamr("explain", "--json", "hi").json["conflicts"] == [{"counts": "HAMR_LLM_MODEL", "over": "HARN_LLM_MODEL"}]


def test_a_providers_variables_at_odds_are_warned_of(hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """V-3, C-2."""
    monkeypatch.setenv("HIVELOOM_OPENAI_COMPAT_BASE_URL", "http://127.0.0.1:9/v1")
    ran = hamr("config", "show", "litellm")
    assert "(from the environment variable HIVELOOM_OPENAI_COMPAT_BASE_URL)" in ran.out
    assert ran.err == ""
    monkeypatch.setenv("HIVELOOM_OPENAI_BASE_URL", "http://127.0.0.1:8/v1")
    told = hamr("config", "show", "litellm", "--json").json
    check("config-show", told)
    assert told["fields"]["base_url"]["value"] == "http://127.0.0.1:8/v1"
    assert told["conflicts"] == [{"counts": "HIVELOOM_OPENAI_BASE_URL", "over": "HIVELOOM_OPENAI_COMPAT_BASE_URL"}]
    assert "HIVELOOM_OPENAI_BASE_URL counts" in hamr("explain", "-m", "litellm/m", "hi").err
