"""What a user may name, and what an installer is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.errors import ConfigError
from hamr.plugins.requirement import Requirement, canonical, read

INSTALLED = {"acme": "acme-llm", "beta-llm": "beta-llm"}


@pytest.mark.parametrize(
    ("text", "argument", "dist"),
    [
        ("groq", "hamr-provider-groq", "hamr-provider-groq"),
        ("Groq", "hamr-provider-groq", "hamr-provider-groq"),
        ("my_own", "hamr-provider-my-own", "hamr-provider-my-own"),
        ("sim", "hamr-sim", "hamr-sim"),
        ("hamr-sim", "hamr-sim", "hamr-sim"),
        ("hamr_provider_groq", "hamr-provider-groq", "hamr-provider-groq"),
        ("acme", "acme-llm", "acme-llm"),
        ("acme==2.1", "acme-llm==2.1", "acme-llm"),
        ("groq==1.0.0", "hamr-provider-groq==1.0.0", "hamr-provider-groq"),
        ("Groq >= 1, <2", "hamr-provider-groq >= 1, <2", "hamr-provider-groq"),
        ("groq[x]", "hamr-provider-groq[x]", "hamr-provider-groq"),
        ("hamr-provider-groq==1.0", "hamr-provider-groq==1.0", "hamr-provider-groq"),
        ("beta-llm==2", "beta-llm==2", "beta-llm"),
        ("acme @ https://acme.example/a.whl", "acme @ https://acme.example/a.whl", "acme"),
        ("acme @ git+ssh://git@acme.example/a@v1", "acme @ git+ssh://git@acme.example/a@v1", "acme"),
    ],
)
def test_what_names_stand_for(text: str, argument: str, dist: str) -> None:
    assert read(text, INSTALLED) == Requirement(argument, dist)


def test_an_exact_name_is_that_of_a_distribution() -> None:
    assert read("acme", INSTALLED, exact=True) == Requirement("acme", "acme")
    text = "Acme.LLM[x, y] >= 2.1, <3.*"
    assert read(text, INSTALLED, exact=True) == Requirement(text, "acme-llm")


def test_what_was_read_is_read_again_from_the_list(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "acme_llm-2.1-py3-none-any.whl").touch()
    for text in ("groq", "acme-llm == 2", str(tmp_path), f"{tmp_path}/acme_llm-2.1-py3-none-any.whl"):
        first = read(text, INSTALLED)
        assert read(first.argument, {}, exact=True) == first


def test_paths_are_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "-my-plugin").mkdir()
    (tmp_path / "-my-plugin" / "pyproject.toml").touch()
    for name in ("acme_llm-2.1-py3-none-any.whl", "Acme-llm-2.1.tar.gz"):
        (tmp_path / name).touch()
        assert read(name, {}) == Requirement(str(tmp_path / name), "acme-llm")
    for text in ("./-my-plugin", "-my-plugin/", "~/-my-plugin"):
        assert read(text, {}) == Requirement(str(tmp_path / "-my-plugin"), None)


@pytest.mark.parametrize(
    "text", ["", "-x", "a;b", "a==", "==1", "a b", "a[", "https://acme.example/a.whl", "a; x", "é"]
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="name of a plugin"):
        read(text, {})


def test_paths_that_lead_nowhere_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not there"):
        read("./gone", {})
    with pytest.raises(ConfigError, match=r"no Python project: it has no pyproject\.toml"):
        read(str(tmp_path), {})


@pytest.mark.parametrize("user", ["canary@", "me:canary@", ":canary@"])
def test_an_address_with_a_password_is_refused_and_not_shown(user: str) -> None:
    with pytest.raises(ConfigError, match="holds a user's name or a password") as caught:
        read(f"acme @ https://{user}acme.example/a.whl", {})
    assert "canary" not in str(caught.value)


@settings(deadline=None)
@given(st.text())
def test_nothing_becomes_an_option(text: str) -> None:
    for exact in (True, False):
        try:
            argument = read(text, {}, exact=exact).argument
        except ConfigError:
            continue
        assert not argument.startswith("-")
        assert "\n" not in argument


def test_names_compare_in_one_spelling() -> None:
    assert canonical("My._-Own_LLM") == "my-own-llm"
