"""A plugin as the scaffold begins it."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from hamr.plugins import manifest
from hamr_testkit import scaffold

GROQ = Path(__file__).parents[2] / "groq"


def test_it_is_built_and_bounded_as_the_others_are(tmp_path: Path) -> None:
    folder = scaffold.write("acme", tmp_path)
    mine = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    groq = tomllib.loads((GROQ / "pyproject.toml").read_text(encoding="utf-8"))
    assert mine["build-system"] == groq["build-system"]
    assert mine["project"].keys() == groq["project"].keys()
    for field in ("version", "readme", "requires-python", "license", "dependencies"):
        assert mine["project"][field] == groq["project"][field], field


@pytest.mark.parametrize("id", ["acme", "acme-ai", "acme_ai"])
def test_its_manifest_is_valid(tmp_path: Path, id: str) -> None:
    file = next(scaffold.write(id, tmp_path).glob("src/*/provider.toml"))
    assert manifest.check(manifest.read(file), str(file)).id == id


def test_its_python_compiles(tmp_path: Path) -> None:
    files = list(scaffold.write("acme-ai", tmp_path).rglob("*.py"))
    assert {file.name for file in files} == {"__init__.py", "test_acme_ai.py"}
    for file in files:
        compile(file.read_text(encoding="utf-8"), file, "exec")


@pytest.mark.parametrize("id", ["", "Acme", "acme.ai", "../acme", "acme--ai", "1acme"])
def test_an_id_that_is_none_is_refused(tmp_path: Path, id: str) -> None:
    with pytest.raises(ValueError, match="is no id"):
        scaffold.write(id, tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    scaffold.write("acme", tmp_path)
    with pytest.raises(FileExistsError):
        scaffold.write("acme", tmp_path)


def test_the_command_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["scaffold", "Not An Id"])
    with pytest.raises(SystemExit):
        scaffold.main()
    assert "small letters" in capsys.readouterr().err
