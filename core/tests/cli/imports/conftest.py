"""What the tests of imports share: a home with another program's files in it, and what an import made of them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hamr.config import jsonc

SCHEMA = json.loads((Path(__file__).parents[4] / "docs" / "schemas" / "import.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Imported:
    """What is there after an import: hamr's files as they are read, and what was told."""

    code: int
    told: dict[str, Any]
    text: str
    toml: dict[str, Any]
    models: dict[str, Any]
    auth: dict[str, Any]

    @property
    def left(self) -> list[str]:
        """What was not carried, without the places."""
        return [f"{each['what']}: {each['why']}" for each in self.told["left"]]


Import = Callable[..., Imported]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's home, with no program's files in it."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return home


@pytest.fixture
def take(hamr: Any, home: Path, tmp_path: Path) -> Import:
    """Import files of these names and texts from a folder of their own, unasked."""

    def run(source: str, files: Mapping[str, str | bytes], *more: str, path: str | None = None) -> Imported:
        folder = tmp_path / "theirs"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        before = {file: file.read_bytes() for file in folder.iterdir() if file.is_file()}
        ran = hamr("import", source, str(folder / path if path else folder), "--yes", "--json", *more)
        assert {file: file.read_bytes() for file in folder.iterdir() if file.is_file()} == before
        told = json.loads(ran.out) if ran.out else {"left": [], "error": json.loads(ran.err)["error"]}
        if ran.out:
            jsonschema.validate(told, SCHEMA)
        toml, models, auth = (
            tmp_path / each for each in ("config/providers.toml", "agent/models.json", "agent/auth.json")
        )
        if auth.exists():
            assert auth.stat().st_mode & 0o777 == 0o600
        return Imported(
            ran.code,
            told,
            ran.out + ran.err,
            tomllib.loads(toml.read_text()) if toml.exists() else {},
            jsonc.loads(models.read_text()) if models.exists() else {},
            json.loads(auth.read_text()) if auth.exists() else {},
        )

    return run
