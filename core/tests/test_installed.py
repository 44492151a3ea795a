"""The list of what was installed, kept in a file that is written whole."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hamr.errors import ConfigError
from hamr.install.installed import Installed, Kept

ACME = Kept("acme-llm", "acme-llm==2.1", "2.1")
FIELDS = {"distribution": "a", "requirement": "a", "version": "1"}


def test_the_list_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Pain 5."""
    environ = {"HAMR_CONFIG_DIR": str(tmp_path / "config")}
    path = Installed((ACME,)).write(environ)
    assert Installed.read(environ) == Installed((ACME,))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_distribution_is_in_it_once() -> None:
    newer = Kept("acme-llm", "acme-llm", "2.2")
    beta = Kept("a-beta", "a-beta", "1")
    assert Installed((ACME,)).with_([newer, beta]) == Installed((beta, newer))
    assert Installed((beta, newer)).without(["acme-llm", "gone"]) == Installed((beta,))


def test_missing_is_what_this_environment_lacks(install: Any) -> None:
    install("acme", dist="acme-llm")
    gone = Kept("gone-llm", "gone-llm", "1")
    assert Installed((ACME, gone)).missing() == (gone,)
    assert Installed().missing() == ()


def test_without_a_place_nothing_is_kept() -> None:
    assert Installed.read({}) == Installed()
    with pytest.raises(ConfigError, match="no place for configuration"):
        Installed().write({})


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"plugins": {}}',
        '{"plugins": [1]}',
        '{"plugins": [{"distribution": "a"}]}',
        json.dumps({"plugins": [{**FIELDS, "version": 1}]}),
        json.dumps({"plugins": [FIELDS], "more": 1}),
    ],
)
def test_a_file_that_makes_no_sense_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "installed.json").write_text(text)
    with pytest.raises(ConfigError, match=r"installed\.json"):
        Installed.read({"HAMR_CONFIG_DIR": str(tmp_path)})


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "installed.json").mkdir()
    with pytest.raises(ConfigError, match=r"installed\.json cannot be written"):
        Installed().write({"HAMR_CONFIG_DIR": str(tmp_path)})


def test_many_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    """Pain 5."""
    environ = {"HAMR_CONFIG_DIR": str(tmp_path / "config")}
    code = (
        "import sys; from hamr.install.installed import Installed, Kept\n"
        "for n in range(8):\n"
        "    kept = Kept(f'p{sys.argv[2]}-{n}', 'x', '1')\n"
        "    Installed.change({'HAMR_CONFIG_DIR': sys.argv[1]}, lambda listed: listed.with_([kept]))\n"
    )
    folder = environ["HAMR_CONFIG_DIR"]
    running = [subprocess.Popen([sys.executable, "-c", code, folder, str(process)]) for process in range(5)]
    assert [process.wait(60) for process in running] == [0] * 5
    listed = [kept.distribution for kept in Installed.read(environ).plugins]
    assert listed == sorted(f"p{process}-{n}" for process in range(5) for n in range(8))


def test_a_change_that_fails_leaves_the_list_and_lets_go_of_it(tmp_path: Path) -> None:
    environ = {"HAMR_CONFIG_DIR": str(tmp_path)}
    Installed((ACME,)).write(environ)

    def fail(listed: Installed) -> Installed:
        raise ConfigError("no")

    with pytest.raises(ConfigError, match="no"):
        Installed.change(environ, fail)
    Installed.change(environ, lambda listed: listed)
    assert Installed.read(environ) == Installed((ACME,))
