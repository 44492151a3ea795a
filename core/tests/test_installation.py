"""Which distributions are meant by the names that a user gives."""

from __future__ import annotations

from typing import Any

import pytest

from hamr.errors import ConfigError, PluginError
from hamr.install.installation import named, wanted
from hamr.install.installed import Installed, Kept
from hamr.plugins.choices import Choices
from hamr.plugins.requirement import Requirement

LISTED = Installed((Kept("gone-llm", "gone-llm", "1"), Kept("hamr-provider-gone", "hamr-provider-gone", "1")))


def test_a_provider_that_is_there_stands_for_what_brings_it(install: Any) -> None:
    install("acme", dist="acme-llm")
    llm = Requirement("acme-llm", "acme-llm")
    other = Requirement("hamr-provider-other", "hamr-provider-other")
    assert wanted(["acme", "acme-llm", "other"], Choices(disabled=("acme",))) == [llm, llm, other]
    assert wanted(["acme"], Choices(), exact=True) == [Requirement("acme", "acme")]


def test_of_two_that_bring_a_provider_the_preferred_one_is_meant(install: Any) -> None:
    install("acme", dist="one-acme")
    install("acme", dist="two-acme")
    with pytest.raises(PluginError, match=r"'acme' comes from one-acme 1\.2\.3 and two-acme"):
        wanted(["acme"], Choices())
    assert wanted(["acme"], Choices(prefer={"acme": "two-acme"})) == [Requirement("two-acme", "two-acme")]
    assert wanted(["two-acme"], Choices()) == [Requirement("two-acme", "two-acme")]


def test_hamr_is_no_plugin() -> None:
    for name in ("hamr", "hamr==0.1", "Hamr>=0"):
        with pytest.raises(ConfigError, match="hamr installs plugins, not itself"):
            wanted([name], Choices())
    with pytest.raises(ConfigError, match="hamr does not uninstall itself"):
        named("hamr", LISTED)


@pytest.mark.parametrize(
    ("name", "dist"), [("gone-llm", "gone-llm"), ("Gone_LLM", "gone-llm"), ("gone", "hamr-provider-gone")]
)
def test_what_is_only_in_the_list_has_its_name(name: str, dist: str) -> None:
    assert named(name, LISTED) == dist


@pytest.mark.parametrize("name", ["", "-x", "click", "./gone-llm", "gone-llm==1"])
def test_nothing_else_is_meant(name: str) -> None:
    with pytest.raises(ConfigError, match="is installed"):
        named(name, LISTED)
