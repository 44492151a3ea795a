"""What stands in the wheels and sdists that were built: `pytest tests/check_wheels.py --dists <folder>`.

Not collected with the tests, for it needs the built files; the session `build` runs it.
"""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = [ROOT / "core", *sorted(file.parent for file in (ROOT / "plugins").glob("*/pyproject.toml"))]
METADATA = {"METADATA", "RECORD", "WHEEL", "entry_points.txt"}


def built(config: pytest.Config, ending: str) -> dict[str, Path]:
    """The built files with this ending, by the name of their distribution."""
    folder = Path(config.getoption("--dists"))
    return {file.name.partition("-")[0]: file for file in sorted(folder.glob(f"*{ending}"))}


def package(folder: Path) -> str:
    """The name of a member's one Python package."""
    return next(found.name for found in (folder / "src").iterdir() if (found / "__init__.py").exists())


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    """Each member of the workspace."""
    found: Path = request.param
    return found


@pytest.fixture
def names(folder: Path, pytestconfig: pytest.Config) -> list[PurePosixPath]:
    """What stands in the member's wheel."""
    with zipfile.ZipFile(built(pytestconfig, ".whl")[package(folder)]) as wheel:
        return [PurePosixPath(name) for name in wheel.namelist() if not name.endswith("/")]


def test_wheel_holds_its_own_package_and_metadata_alone(folder: Path, names: list[PurePosixPath]) -> None:
    """No `.pth`, no script, no file in anybody else's package (pain 10)."""
    own = package(folder)
    foreign = [name for name in names if name.parts[0] != own and not name.parts[0].startswith(f"{own}-")]
    assert foreign == []
    metadata = {name.relative_to(name.parts[0]) for name in names if name.parts[0].endswith(".dist-info")}
    assert {str(name) for name in metadata if name.parts[0] != "licenses"} <= METADATA
    assert [name for name in names if name.suffix in {".pth", ".pyc", ".so", ".exe"}] == []


def test_wheel_holds_every_file_of_the_package(folder: Path, names: list[PurePosixPath]) -> None:
    source = folder / "src"
    files = {
        PurePosixPath(file.relative_to(source).as_posix())
        for file in (source / package(folder)).rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    assert {name for name in names if name.parts[0] == package(folder)} == files
    assert PurePosixPath(package(folder), "py.typed") in files


def test_sdist_is_there_with_the_source(folder: Path, pytestconfig: pytest.Config) -> None:
    with tarfile.open(built(pytestconfig, ".tar.gz")[package(folder)]) as archive:
        inside = archive.getnames()
    assert any(name.endswith(f"/src/{package(folder)}/__init__.py") for name in inside)
    assert any(name.endswith("/README.md") for name in inside)
    assert [name for name in inside if "__pycache__" in name] == []
