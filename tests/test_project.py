"""The project says the same thing everywhere, and nothing about anybody's machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEFT_OUT = {".git", ".nox", ".venv", "__pycache__", "uv.lock", "dist", "site"}
CACHES = re.compile(r"\.\w+_cache|\.hypothesis|.*\.egg-info|\.coverage.*")
BINARY = {".png", ".gz", ".whl"}

# Put together here, so that this file does not hold what it forbids.
MACHINE_PATHS = ["/" + folder + "/" for folder in ("root", "work", "home", "Users", "opt/wheels", "opt/pypi")]
INDEX_HOSTS = ["pypi" + ".org", "pythonhosted" + ".org", "[[tool.uv." + "index]]"]


def left_out(name: str) -> bool:
    """Whether a file or folder of this name is no part of the project."""
    return name in LEFT_OUT or CACHES.fullmatch(name) is not None


def walk(folder: Path) -> list[Path]:
    """The project's own text files."""
    inside = [path for path in sorted(folder.iterdir()) if not left_out(path.name)]
    files = [path for path in inside if path.is_file() and path.suffix not in BINARY]
    return files + [file for path in inside if path.is_dir() for file in walk(path)]


FILES = walk(ROOT)


def holders(words: list[str]) -> list[str]:
    """Which file holds which of these words."""
    texts = {file: file.read_text(encoding="utf-8") for file in FILES}
    return [f"{file.relative_to(ROOT)}: {word}" for file, text in texts.items() for word in words if word in text]


def test_the_walk_finds_the_project() -> None:
    found = {file.relative_to(ROOT).as_posix() for file in FILES}
    assert {".ci/run", "README.md", "core/src/hamr/__init__.py", "plugins/groq/pyproject.toml"} <= found


def test_no_path_of_a_machine() -> None:
    assert holders(MACHINE_PATHS) == []


def test_no_package_index() -> None:
    assert holders(INDEX_HOSTS) == []


def test_the_lock_file_is_not_kept() -> None:
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_ci_runs_the_readmes_test_command_word_for_word() -> None:
    command = "python -m pip install nox uv && python -m nox -s tests"
    assert command in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == command


def test_readme_has_the_demo_command() -> None:
    command = "python -m pip install nox uv && python -m nox -s demo"
    assert command in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


def test_ci_is_executable_and_stops_at_the_first_failure() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("word", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"])
def test_what_stands_beside_the_code(word: str) -> None:
    assert (ROOT / word).read_text(encoding="utf-8").strip()


def test_changelog_has_the_version() -> None:
    version = tomllib.loads((ROOT / "core" / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(version)}\] - (unreleased|\d{{4}}-\d\d-\d\d)$", changelog, re.MULTILINE)


def test_every_dependency_has_its_reason() -> None:
    """Each name in the core's and the root's tables has a row in docs/decisions/dependencies.md, with its bound."""
    core = tomllib.loads((ROOT / "core" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    wanted = [*core["dependencies"], *(each for extra in core["optional-dependencies"].values() for each in extra)]
    wanted += [word for group in groups.values() for word in group if isinstance(word, str)]
    page = (ROOT / "docs" / "decisions" / "dependencies.md").read_text(encoding="utf-8")
    bounds = [word.partition(";")[0].strip() for word in wanted]
    assert [bound for bound in bounds if f"| `{bound}` |" not in page] == []
