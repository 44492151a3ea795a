"""What the user chose about plugins, kept in a file that is written whole."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from hamr.errors import ConfigError
from hamr.plugins.choices import Choices


def test_choices_come_back_as_they_were_written(tmp_path: Path) -> None:
    environ = {"HAMR_CONFIG_DIR": str(tmp_path / "config")}
    choices = Choices(("acme",), {"groq": "acme-groq"})
    path = choices.write(environ)
    again = Choices.read(environ)
    assert (again.disabled, again.prefer) == (choices.disabled, choices.prefer)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_without_a_file_nothing_is_chosen(tmp_path: Path) -> None:
    for environ in ({"HAMR_CONFIG_DIR": str(tmp_path)}, {"HOME": str(tmp_path)}, {}):
        choices = Choices.read(environ)
        assert (choices.disabled, choices.prefer) == ((), {})


def test_without_a_place_nothing_is_written() -> None:
    with pytest.raises(ConfigError, match="no place for configuration"):
        Choices().write({})


def test_the_environment_comes_over_the_file(tmp_path: Path) -> None:
    environ = {"HAMR_CONFIG_DIR": str(tmp_path)}
    Choices((), {"groq": "one", "other": "two"}).write(environ)
    assert Choices.read({**environ, "HAMR_PREFER": "groq = three,"}).prefer == {"groq": "three", "other": "two"}


@pytest.mark.parametrize("text", ["{", "[]", '{"disabled": "acme"}', '{"prefer": {"a": 1}}', '{"more": 1}', "\x00"])
def test_a_file_that_makes_no_sense_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "plugins.json").write_text(text)
    with pytest.raises(ConfigError, match=r"plugins\.json"):
        Choices.read({"HAMR_CONFIG_DIR": str(tmp_path)})


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "plugins.json").mkdir()
    environ = {"HAMR_CONFIG_DIR": str(tmp_path)}
    with pytest.raises(ConfigError, match=r"plugins\.json"):
        Choices.read(environ)
    with pytest.raises(ConfigError, match=r"plugins\.json cannot be written"):
        Choices().write(environ)
    assert [path.name for path in tmp_path.iterdir()] == ["plugins.json"]


def test_a_link_is_written_through(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text("{}")
    (tmp_path / "plugins.json").symlink_to(kept)
    Choices(("acme",)).write({"HAMR_CONFIG_DIR": str(tmp_path)})
    assert (tmp_path / "plugins.json").is_symlink()
    assert "acme" in kept.read_text()
