"""What `hamr explain` prints of how a name is read: ten names that users give, and what each of them comes to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

MANIFEST = """id = "{id}"
name = "x"
base_url = "https://{id}.test/v1"
wire = "openai-completions"
auth = {{ style = "bearer", env = ["{variable}"] }}
"""
OWN = """
[aliases]
fast = "acme/acme-small"
[model_roles]
merge = { provider = "acme", model = "acme-small", temperature = 0 }
[models.acme-apart]
provider = "acme"
availability = "dedicated"
"""
PROJECT = """
[llm]
default_provider = "acme"
[llm.providers.acme]
base_url = "https://evil.test"
"""
LIST = '[[model]]\nid = "{id}-small"\n[[model]]\nid = "shared-one"\n'
UNSET = "environment passed: HAMR_LLM_PROVIDER is not set"
NO_SERVER = "own server passed: LOCAL_LLM_BASE_URL and HIVELOOM_OPENAI_BASE_URL are not set"
NO_PREFIX = "name passed: it begins with no provider"
NO_DEFAULT = "configured default passed: no default is configured"
ANTHROPIC = "not anthropic, it has no key (ANTHROPIC_OAUTH_TOKEN or ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN)"


@pytest.fixture(autouse=True)
def own(install: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two providers with lists, a user's file, and a project that is not trusted."""
    for id in ("acme", "beta"):
        package = install(id, manifest=MANIFEST.format(id=id, variable=f"{id.upper()}_KEY"))
        (package / "models.toml").write_text(LIST.format(id=id))
    for name, folder in (("HAMR_CONFIG_DIR", "own"), ("HAMR_AGENT_DIR", "own"), ("HAMR_STATE_DIR", "state")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "providers.toml").write_text(OWN)
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "own" / "providers.toml"


def steps(ran: Any) -> list[str]:
    """The lines of the steps: those before the first empty one."""
    return [" ".join(line.split()) for line in ran.out.split("\n\n")[0].splitlines()]


def facts(ran: Any) -> list[str]:
    return [" ".join(line.split()) for line in ran.out.splitlines()]


def test_an_alias(hamr: Any, own: Path) -> None:
    """M-12."""
    ran = hamr("explain", "-m", "fast")
    assert steps(ran) == [
        f"alias acme/acme-small: 'fast' in {own}: aliases.fast",
        "name acme/acme-small: it begins with a provider",
    ]
    assert "base URL https://acme.test/v1 (from provider.toml of hamr-provider-acme 1.2.3)" in facts(ran)


def test_a_role(hamr: Any, own: Path) -> None:
    ran = hamr("explain", "-m", "role:merge")
    assert steps(ran)[0] == f"role acme/acme-small: 'role:merge' in {own}: model_roles.merge"
    assert f"default temperature 0 (from 'role:merge' in {own}: model_roles.merge)" in facts(ran)


def test_a_provider_and_a_model(hamr: Any) -> None:
    """M-11."""
    assert steps(hamr("explain", "-m", "acme/anything")) == ["name acme/anything: it begins with a provider"]


def test_a_name_that_two_lists_have(hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """C-10: who can be called, and where both can an error that names them."""
    monkeypatch.setenv("BETA_KEY", "sk-b")
    found = "lists beta/shared-one: the list of beta has shared-one; not acme/shared-one, it has no key (ACME_KEY)"
    assert steps(hamr("explain", "-m", "shared-one")) == [NO_PREFIX, UNSET, NO_SERVER, found]
    monkeypatch.setenv("ACME_KEY", "sk-a")
    ran = hamr("explain", "-m", "shared-one")
    assert steps(ran) == [
        NO_PREFIX, UNSET, NO_SERVER, "lists passed: 'shared-one' may be acme/shared-one, beta/shared-one",
    ]  # fmt: skip
    assert (ran.code, "Name one of them as provider/model." in ran.err) == (2, True)


def test_a_name_that_nobody_knows(hamr: Any) -> None:
    """M-10, M-15: hamr's own defaults, and a warning."""
    ran = hamr("explain", "-m", "novelty")
    assert steps(ran) == [
        NO_PREFIX,
        UNSET,
        NO_SERVER,
        "lists passed: no list has a model of this name",
        "rules passed: no rule fits the name",
        "near names passed: it stands in no name of a list",
        NO_DEFAULT,
        f"default ollama/novelty: the first default that can be called; {ANTHROPIC}",
    ]
    assert "nothing says whose model 'novelty' is: ollama is asked" in ran.err


def test_a_slip_of_a_providers_name(hamr: Any) -> None:
    ran = hamr("explain", "-m", "acmee/acme-small")
    assert ran.code == 2
    assert steps(ran)[:2] == ["name passed: 'acmee' is no provider that is there", UNSET]
    assert "no plugin for the provider 'acmee' is installed" in ran.err
    assert "Did you mean acme" in ran.err


def test_a_model_that_must_be_set_up_first(hamr: Any) -> None:
    """M-14, N-160: it is never picked by itself."""
    refused = "lists passed: no list has a model of this name; not acme/acme-apart, it is dedicated"
    assert refused in steps(hamr("explain", "-m", "acme-apart"))
    assert steps(hamr("explain", "-m", "acme/acme-apart")) == ["name acme/acme-apart: it begins with a provider"]


def test_no_name_and_no_key_at_all(hamr: Any) -> None:
    """N-130, N-131."""
    ran = hamr("explain")
    assert steps(ran)[0] == "name passed: no model was named"
    assert steps(ran)[-1] == f"default ollama: the first default that can be called; {ANTHROPIC}"
    assert "warning: no model was named: ollama is asked" in ran.err


def test_a_pool(hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BETA_KEY", "sk-b")
    ran = hamr("explain", "-m", "acme/a,beta/b")
    assert steps(ran) == ["name acme/a: it begins with a provider"]
    assert {"candidate 1 acme/a", "candidate 2 beta/b"} <= {line[: len("candidate 2 beta/b")] for line in facts(ran)}


def test_a_project_that_is_not_trusted(hamr: Any, own: Path) -> None:
    """C-5: what it may not say is told, and does not count."""
    project = own.parent.parent / "project"
    (project / "hamr.toml").write_text(PROJECT)
    ran = hamr("explain", "-m", "acme/m")
    assert "base URL https://acme.test/v1 (from provider.toml of hamr-provider-acme 1.2.3)" in facts(ran)
    assert "llm.providers.acme: it would change a provider that is there already" in ran.err
    assert NO_DEFAULT in steps(hamr("explain"))
    hamr("trust")
    assert f"base URL https://evil.test (from {project / 'hamr.toml'})" in facts(hamr("explain", "-m", "acme/m"))
    default = f"configured default acme: {project / 'hamr.toml'} says so"
    assert hamr("explain").code == 2
    assert default in steps(hamr("explain"))


def test_the_steps_are_told_where_nobody_can_be_called_by_them(hamr: Any, install: Any) -> None:
    url = 'base_url = "https://{place}.test/v1"\n[parameters.place]\nenv = ["GAMMA_PLACE"]\n'
    install("gamma", manifest=f'id = "gamma"\nname = "x"\nwire = "openai-completions"\n{url}')
    ran = hamr("explain", "-m", "gamma/m")
    assert steps(ran) == ["name gamma/m: it begins with a provider"]
    assert "no place for gamma" in ran.err


def test_programs_are_told_the_steps_of_a_failure(hamr: Any) -> None:
    schema = json.loads((Path(__file__).parents[3] / "docs" / "schemas" / "error.json").read_text(encoding="utf-8"))
    ran = hamr("explain", "-m", "acmee/m", "--json")
    told = json.loads(ran.err[ran.err.index("{") :])
    jsonschema.validate(told, schema)
    assert told["error"]["steps"][0]["why"] == "'acmee' is no provider that is there"
