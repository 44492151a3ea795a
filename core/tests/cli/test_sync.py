"""`hamr plugins sync`: what was installed and is gone comes back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from hamr.cli import install, plugins
from hamr.install.installed import Installed, Kept


@pytest.fixture
def upgraded(with_index: Any, index: Any, tmp_path: Path) -> None:
    """fast and acme-llm were installed, and an upgrade has taken them away."""
    assert with_index(install.command, "fast").code == 0
    assert with_index(install.command, "--exact", "acme-llm").code == 0
    for name in ("hamr-provider-fast", "acme-llm"):
        shutil.rmtree(tmp_path / name)
    index.commands.clear()


@pytest.mark.usefixtures("upgraded")
def test_what_is_missing_is_told_with_the_remedy(hamr: Any) -> None:
    """Pain 5."""
    ran = hamr("plugins")
    assert ran.code == 0
    assert "missing: acme-llm 1.2.3, hamr-provider-fast 1.2.3\n" in ran.err
    assert "hamr plugins sync" in ran.err
    assert hamr("plugins", "--json").json["missing"][0] == {
        "distribution": "acme-llm", "requirement": "acme-llm", "version": "1.2.3"
    }  # fmt: skip


@pytest.mark.usefixtures("upgraded")
def test_all_comes_back(with_index: Any, index: Any, hamr: Any) -> None:
    """Pain 5."""
    ran = with_index(plugins.command, "sync")
    assert ran.code == 0
    assert "installed acme-llm 1.2.3; it brings provider acme\n" in ran.out
    (asked,) = index.commands
    assert asked[-3:-1] == ["acme-llm", "hamr-provider-fast"]
    assert hamr("plugins").err == ""
    assert with_index(plugins.command, "sync").out == "nothing is missing\n"
    assert len(index.commands) == 1


@pytest.mark.usefixtures("upgraded")
def test_one_that_fails_does_not_keep_the_others_away(with_index: Any, index: Any) -> None:
    del index.on_offer["acme-llm"]
    ran = with_index(plugins.command, "sync", "--json")
    assert ran.code == 1
    assert [told["distribution"] for told in ran.json["installed"]] == ["hamr-provider-fast"]
    assert "No matching distribution" in ran.json["failed"]["acme-llm"]
    ran = with_index(plugins.command, "sync")
    assert ran.code == 1
    assert "Error: acme-llm: installing acme-llm failed" in ran.err


@pytest.mark.usefixtures("upgraded")
def test_a_folder_that_is_gone_does_not_keep_the_others_away(with_index: Any, tmp_path: Path) -> None:
    environ = {"HAMR_CONFIG_DIR": str(tmp_path / "config")}
    Installed.read(environ).with_([Kept("mine", str(tmp_path / "mine"), "1")]).write(environ)
    ran = with_index(plugins.command, "sync")
    assert ran.code == 1
    assert "installed acme-llm 1.2.3" in ran.out
    assert f"Error: mine: {tmp_path / 'mine'} is not there" in ran.err


@pytest.mark.usefixtures("upgraded")
def test_a_dry_run(with_index: Any, index: Any) -> None:
    assert " install acme-llm hamr-provider-fast hamr==" in with_index(plugins.command, "sync", "--dry-run").out
    assert index.commands == []


def test_a_list_that_was_tampered_with_gives_the_installer_no_option(
    with_index: Any, index: Any, tmp_path: Path
) -> None:
    kept = {"distribution": "x", "requirement": "--index-url=https://evil.example", "version": "1"}
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "installed.json").write_text(json.dumps({"plugins": [kept]}))
    ran = with_index(plugins.command, "sync")
    assert ran.code == 1
    assert "is no name of a plugin" in ran.err
    assert index.commands == []
