"""`hamr uninstall`: a plugin goes, and is in the list no longer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hamr.cli import install, uninstall
from hamr.install.installed import Installed


def listed(tmp_path: Path) -> list[str]:
    plugins = Installed.read({"HAMR_CONFIG_DIR": str(tmp_path / "config")}).plugins
    return [kept.distribution for kept in plugins]


@pytest.mark.parametrize("name", ["acme", "acme-llm", "Acme_LLM"])
def test_a_plugin_goes_by_either_name(with_index: Any, index: Any, hamr: Any, name: str) -> None:
    with_index(install.command, "--exact", "acme-llm")
    ran = with_index(uninstall.command, name)
    assert (ran.code, ran.out) == (0, "uninstalled acme-llm 1.2.3\n")
    assert index.commands[-1][-3:] == ["uninstall", "--yes", "acme-llm"]
    assert "acme-llm" not in hamr("plugins").out + hamr("plugins").err


def test_a_broken_plugin_goes(with_index: Any, index: Any, tmp_path: Path) -> None:
    """Pain 4."""
    with_index(install.command, "--exact", "broken-llm")
    assert listed(tmp_path) == ["broken-llm"]
    assert with_index(uninstall.command, "--json", "broken").json == {
        "uninstalled": [{"distribution": "broken-llm", "version": None, "before": "1.2.3"}]
    }
    assert listed(tmp_path) == []


def test_what_is_gone_already_leaves_the_list(with_index: Any, index: Any, tmp_path: Path) -> None:
    with_index(install.command, "fast")
    index(["pip", "uninstall", "hamr-provider-fast"])
    ran = with_index(uninstall.command, "fast")
    assert ran.out == "hamr-provider-fast was not there; it is in the list no longer\n"
    assert len(index.commands) == 2
    assert listed(tmp_path) == []


def test_only_plugins_are_uninstalled(with_index: Any, index: Any) -> None:
    for name, told in {
        "click": "no plugin 'click' is installed",
        "hamr": "does not uninstall itself",
        "": "''",
    }.items():
        ran = with_index(uninstall.command, name)
        assert ran.code == 2
        assert told in ran.err
    assert index.commands == []


def test_of_two_that_bring_a_provider_one_is_named(with_index: Any, install: Any, index: Any) -> None:
    install("acme", dist="one-acme")
    install("acme", dist="two-acme")
    ran = with_index(uninstall.command, "acme")
    assert ran.code == 2
    assert "'acme' comes from one-acme and two-acme" in ran.err
    assert with_index(uninstall.command, "--dry-run", "two-acme").out.endswith("uninstall --yes two-acme\n")
    assert index.commands == []


def test_an_installer_that_left_it_there_is_told(with_index: Any, index: Any, tmp_path: Path) -> None:
    with_index(install.command, "fast")
    index.ending = (0, "Not uninstalling: it is outside of the environment")
    ran = with_index(uninstall.command, "fast")
    assert ran.code == 1
    assert "hamr-provider-fast is still there" in ran.err
    assert listed(tmp_path) == ["hamr-provider-fast"]
