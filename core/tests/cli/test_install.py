"""`hamr install`: from a name to a plugin that is there, in the list, and told of."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from hamr.cli.install import command
from hamr.install.installed import Installed, Kept


def listed(tmp_path: Path) -> tuple[Kept, ...]:
    return Installed.read({"HAMR_CONFIG_DIR": str(tmp_path / "config")}).plugins


def test_a_provider_is_installed_listed_and_told_of(with_index: Any, index: Any, tmp_path: Path) -> None:
    """Pain 5: what was installed is on record."""
    ran = with_index(command, "fast")
    assert (ran.code, ran.err) == (0, "installing hamr-provider-fast ...\n")
    assert ran.out.splitlines()[0] == "installed hamr-provider-fast 1.2.3; it brings provider fast"
    assert ran.out.splitlines()[1] == "fast: none needed"
    assert "fast" in ran.out.splitlines()[-1].removeprefix("providers now: ").split(", ")
    (asked,) = index.commands
    assert asked[:5] == ["/env/bin/python", "-P", "-m", "pip", "--disable-pip-version-check"]
    assert asked[6:-1] == ["install", "hamr-provider-fast"]
    assert asked[-1].startswith("hamr==")
    assert listed(tmp_path) == (Kept("hamr-provider-fast", "hamr-provider-fast", "1.2.3"),)


def test_what_to_set_is_told(with_index: Any, index: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = """id = "acme"
name = "Acme"
base_url = "https://acme.example/v1"
wire = "openai-completions"
auth = { style = "bearer", env = ["ACME_API_KEY"] }
key_url = "https://acme.example/keys"
"""
    index.on_offer["acme-llm"]["manifest"] = manifest
    assert (
        "acme: set ACME_API_KEY (get a key at https://acme.example/keys)\n"
        in with_index(command, "--exact", "acme-llm==1").out
    )
    monkeypatch.setenv("ACME_API_KEY", "sk-canary-0123456789")
    ran = with_index(command, "acme")
    assert "acme-llm 1.2.3 is installed; it brings provider acme\nacme: ACME_API_KEY is set\n" in ran.out
    assert "canary" not in ran.out + ran.err


@pytest.fixture(autouse=True)
def acme_with_a_version(index: Any) -> None:
    """`acme-llm==1` too is on offer."""
    index.on_offer["acme-llm==1"] = index.on_offer["acme-llm"]


def test_json(with_index: Any) -> None:
    ran = with_index(command, "--json", "fast")
    assert ran.err == ""
    outcome = {"distribution": "hamr-provider-fast", "version": "1.2.3", "before": None}
    assert ran.json["installed"] == [{**outcome, "brings": [{"kind": "provider", "name": "fast"}]}]
    assert "fast" in {row["id"] for row in ran.json["providers"]}


def test_a_dry_run_prints_the_command_and_runs_nothing(with_index: Any, index: Any, tmp_path: Path) -> None:
    ran = with_index(command, "--dry-run", "-U", "fast", "acme == 2")
    assert ran.out.startswith("/env/bin/python -P -m pip --disable-pip-version-check --no-input install --upgrade ")
    assert " hamr-provider-fast 'hamr-provider-acme == 2' hamr==" in ran.out
    assert with_index(command, "--dry-run", "--json", "fast").json["command"][-2] == "hamr-provider-fast"
    assert (index.commands, listed(tmp_path)) == ([], ())


def test_a_broken_plugin_is_installed_like_any_other(with_index: Any, tmp_path: Path) -> None:
    """Pain 4: it is not imported."""
    ran = with_index(command, "--exact", "broken-llm")
    assert ran.code == 0
    assert "installed broken-llm 1.2.3; it brings provider broken" in ran.out
    assert "broken_llm" not in sys.modules
    assert with_index(command, "fast").code == 0
    assert [kept.distribution for kept in listed(tmp_path)] == ["broken-llm", "hamr-provider-fast"]


@pytest.mark.parametrize("code", ["raise ImportError('gone')", "raise SystemExit(3)"])
def test_beside_broken_plugins(install: Any, with_index: Any, code: str) -> None:
    """Pain 4."""
    install("bad", code=code)
    install("worse", manifest="id = ")
    ran = with_index(command, "fast")
    assert ran.code == 0
    assert "installed hamr-provider-fast 1.2.3" in ran.out


def test_what_is_no_plugin_is_uninstalled_again(with_index: Any, index: Any, tmp_path: Path) -> None:
    index.on_offer["plain"] = {"id": "x", "dist": "plain", "group": "other.group"}
    ran = with_index(command, "--exact", "plain")
    assert (ran.code, ran.out) == (1, "")
    assert "plain is no plugin of hamr: it has none of its entry points, and was uninstalled again\n" in ran.err
    assert "hamr install hamr-provider-plain." in ran.err
    assert index.commands[-1][-3:] == ["uninstall", "--yes", "plain"]
    assert not (tmp_path / "plain").exists()
    assert listed(tmp_path) == ()


def test_a_plugin_beside_what_is_none_stays(with_index: Any, index: Any, tmp_path: Path) -> None:
    index.on_offer["plain"] = {"id": "x", "dist": "plain", "group": "other.group"}
    ran = with_index(command, "--exact", "plain", "hamr-provider-fast")
    assert ran.code == 1
    assert "plain is no plugin of hamr" in ran.err
    assert [kept.distribution for kept in listed(tmp_path)] == ["hamr-provider-fast"]
    assert (tmp_path / "hamr-provider-fast").exists()


def test_what_was_there_before_and_is_no_plugin_is_left(with_index: Any, index: Any, install: Any) -> None:
    index.on_offer["plain"] = {"id": "x", "dist": "plain", "group": "other.group"}
    install(**index.on_offer["plain"])
    ran = with_index(command, "--exact", "plain")
    assert "plain is no plugin of hamr: it has none of its entry points, and was here before" in ran.err
    assert len(index.commands) == 1


def test_an_id_with_a_version_is_the_plugin_of_that_provider(with_index: Any, index: Any) -> None:
    """The distribution of the very name is the provider's own SDK, and no plugin."""
    ran = with_index(command, "--dry-run", "groq==1.0.0")
    assert " install hamr-provider-groq==1.0.0 hamr==" in ran.out


def test_a_failure_tells_what_the_installer_said(with_index: Any, index: Any, tmp_path: Path) -> None:
    index.ending = (1, "Collecting x\nERROR: No matching distribution found for hamr-provider-fast\n")
    ran = with_index(command, "fast")
    assert (ran.code, ran.out) == (1, "")
    assert "installing hamr-provider-fast failed (exit code 1):\nERROR: No matching distribution" in ran.err
    assert "hamr install --exact NAME" in ran.err
    assert "Collecting" not in ran.err
    assert listed(tmp_path) == ()


def test_an_installer_that_installed_elsewhere_is_told(with_index: Any, index: Any, tmp_path: Path) -> None:
    index.ending = (0, "")
    ran = with_index(command, "fast")
    assert ran.code == 1
    assert "not into the environment of /env/bin/python" in ran.err
    assert listed(tmp_path) == ()


@pytest.mark.parametrize(
    "name", ["", " ", "--", "-rfile", "fast; rm -rf ~", "$(id)", "a b", "`id`", "fast|cat", "a\nb"]
)
def test_a_name_that_is_none_reaches_no_installer(with_index: Any, index: Any, name: str) -> None:
    ran = with_index(command, "--", name)
    assert ran.code == 2
    assert "name of a plugin" in ran.err
    assert index.commands == []


def test_an_option_of_the_installer_is_no_option_of_ours(hamr: Any) -> None:
    ran = hamr("install", "--index-url=https://evil.example", "fast")
    assert ran.code == 2
    assert "No such option" in ran.err


def test_hamr_does_not_install_itself(with_index: Any, index: Any) -> None:
    assert with_index(command, "hamr>=0").code == 2
    assert with_index(command, "--exact", "HAMR").code == 2
    assert index.commands == []


def test_a_list_that_cannot_be_read_is_told_before_anything_is_done(
    with_index: Any, index: Any, tmp_path: Path
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "installed.json").write_text("{")
    ran = with_index(command, "fast")
    assert ran.code == 2
    assert "installed.json" in ran.err
    assert index.commands == []


def test_a_folder_is_found_by_where_it_was_installed_from(with_index: Any, index: Any, tmp_path: Path) -> None:
    project = tmp_path / "my plugin"
    project.mkdir()
    (project / "pyproject.toml").write_text("")
    index.on_offer[str(project)] = {"id": "mine", "dist": "my-llm"}
    package = index.lay("mine", dist="my-llm")
    origin = {"url": project.as_uri(), "dir_info": {}}
    (package.parent / "my_llm-1.2.3.dist-info" / "direct_url.json").write_text(json.dumps(origin))
    index.on_offer[str(project)] = {"id": "unused", "dist": "unused"}
    ran = with_index(command, f"{tmp_path}/./my plugin")
    assert "my-llm 1.2.3 is installed; it brings provider mine" in ran.out
    assert listed(tmp_path) == (Kept("my-llm", str(project), "1.2.3"),)


@pytest.mark.parametrize("name", ["install", "uninstall", "plugins verify"])
def test_help_with_examples(hamr: Any, name: str) -> None:
    ran = hamr(*name.split(), "--help")
    assert ran.code == 0
    assert "Examples:" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
