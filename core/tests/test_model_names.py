"""The names of all models: found without their lists, and made anew when a list changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from hamr import model_names
from hamr.client import Hamr
from hamr.errors import ConfigError

MANIFEST = 'id = "acme"\nname = "Acme"\nbase_url = "https://acme.test/v1"\nwire = "openai-completions"\n'


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hamr" / model_names.FILE


def picked(tmp_path: Path, name: str) -> str:
    with Hamr(environ={"XDG_CONFIG_HOME": str(tmp_path)}, folder=None) as client:
        chosen = client.selection(name)
    return f"{chosen.provider}/{chosen.model}"


def write(tmp_path: Path, text: str, file: str = "models.toml") -> None:
    (tmp_path / "hamr").mkdir(exist_ok=True)
    (tmp_path / "hamr" / file).write_text(text, "utf-8")


def test_a_list_of_the_users_own_counts_and_a_change_is_seen(install: Any, tmp_path: Path, cache: Path) -> None:
    install("acme", manifest=MANIFEST)
    write(tmp_path, '[[model]]\nid = "acme/Quux-1"\nname = "The First"\naliases = ["quux"]\n')
    assert [picked(tmp_path, name) for name in ("quux-1", "quux", "the first")] == [
        "acme/Quux-1", "acme/quux", "acme/Quux-1"]  # fmt: skip
    kept = cache.read_bytes()
    assert picked(tmp_path, "QUUX-1") == "acme/Quux-1"
    assert cache.read_bytes() == kept
    write(tmp_path, '[[model]]\nid = "acme/quux-22"\n')
    assert picked(tmp_path, "quux-22") == "acme/quux-22"
    assert picked(tmp_path, "quux") == "acme/quux-22"


def test_a_spoilt_cache_is_made_anew(install: Any, tmp_path: Path, cache: Path) -> None:
    install("acme", manifest=MANIFEST)
    write(tmp_path, '[[model]]\nid = "acme/quux-1"\n')
    for spoilt in (b"", b"[]", b'{"format": 2}', b"\xff"):
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_bytes(spoilt)
        assert picked(tmp_path, "quux-1") == "acme/quux-1"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no folders without rights here")
def test_without_a_cache_names_are_found_all_the_same(
    install: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("acme", manifest=MANIFEST)
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null/nowhere")
    write(tmp_path, '[[model]]\nid = "acme/quux-1"\n')
    assert picked(tmp_path, "quux-1") == "acme/quux-1"


def test_models_of_files_of_configuration_count(tmp_path: Path) -> None:
    """M-14: what is dedicated is never picked by itself."""
    write(
        tmp_path,
        '[providers.mine]\nbase_url = "http://localhost:1/v1"\nmodels = [{ id = "mine-7b", name = "My Seven" }]\n'
        '[models."big-one"]\nprovider = "mine"\navailability = "dedicated"\n',
        "providers.toml",
    )
    assert [picked(tmp_path, name) for name in ("mine-7b", "my seven")] == ["mine/mine-7b"] * 2
    assert picked(tmp_path, "mine/big-one") == "mine/big-one"
    with Hamr(environ={"XDG_CONFIG_HOME": str(tmp_path)}, folder=None) as client:
        steps = client.selection("big-one").steps
    assert ("mine/big-one", "it is dedicated") in [each for step in steps for each in step.refused]


def test_rules_and_defaults_of_the_users_files_count(tmp_path: Path) -> None:
    write(
        tmp_path,
        'default_model = "best"\ninference_rules = [{ pattern = "gpt-*", provider = "groq" }]\n'
        '[aliases]\nbest = "xai/grok-4:high"\n',
        "providers.toml",
    )
    told: list[str] = []
    with Hamr(
        environ={"XDG_CONFIG_HOME": str(tmp_path)}, folder=None, tell=lambda text, _: told.append(text)
    ) as client:
        assert client.selection("gpt-9").provider == "groq"
        assert client.selection().provider == "xai"
    assert told == []


def test_rules_awry_are_told_once_and_hamrs_own_count(tmp_path: Path) -> None:
    write(tmp_path, 'inference_rules = [{ patern = "gpt-*", provider = "groq" }]\n', "providers.toml")
    told: list[str] = []
    with Hamr(
        environ={"XDG_CONFIG_HOME": str(tmp_path)}, folder=None, tell=lambda text, _: told.append(text)
    ) as client:
        assert [client.selection(name).provider for name in ("gpt-9", "claude-9")] == ["openai", "anthropic"]
    assert len(told) == 1
    assert "inference_rules[0]" in told[0]


def test_a_variable_of_everybodys_makes_no_provider_one_that_can_be_called(tmp_path: Path) -> None:
    """C-19."""
    write(tmp_path, '[[model]]\nid = "github_models/both"\n[[model]]\nid = "together/both"\n')
    around = {"XDG_CONFIG_HOME": str(tmp_path)}
    with Hamr(environ={"GITHUB_MODELS_TOKEN": "made-up", **around}, folder=None) as client:
        assert client.selection("both").provider == "github_models"
    with Hamr(environ={"GITHUB_TOKEN": "made-up", **around}, folder=None) as client:
        assert client.selection("github_models/both").provider == "github_models"
        with pytest.raises(ConfigError, match="github_models/both, together/both"):
            client.selection("both")


@pytest.mark.parametrize(
    "auth", ['style = "acme_chain"', 'style = "acme_chain", env = ["ACME_TOKEN"], optional = true']
)
def test_who_only_may_have_credentials_is_not_taken_for_the_maker(install: Any, tmp_path: Path, auth: str) -> None:
    """M-15: a style of a plugin's own finds its credentials when it is called, and nobody knows before."""
    install("acme", manifest=f"{MANIFEST}auth = {{ {auth} }}\n")
    write(tmp_path, '[[model]]\nid = "acme/gpt-9"\n[[model]]\nid = "openai/gpt-9"\n[[model]]\nid = "acme/quux"\n')
    assert picked(tmp_path, "gpt-9") == "openai/gpt-9"
    assert picked(tmp_path, "quux") == "acme/quux"


def test_a_configured_default_that_nobody_has_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hamr.resolver.Resolver.defaults", ())
    write(tmp_path, 'default_model = "novel"\n', "providers.toml")
    with Hamr(environ={"XDG_CONFIG_HOME": str(tmp_path)}, folder=None) as client, pytest.raises(ConfigError):
        client.selection()
