"""Every distribution in this repository is built, named and bounded alike."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hamr.plugins import manifest

ROOT = Path(__file__).parents[1]
CORE = tomllib.loads((ROOT / "core" / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = sorted(file.parent for file in (ROOT / "plugins").glob("*/pyproject.toml"))
PROVIDERS = [folder for folder in FOLDERS if list(folder.glob("src/hamr_provider_*/provider.toml"))]

# Distributions that are more, or other, than a provider's manifest, and why each is here.
OTHERS = {
    "keys_encrypted": "a store of keys, which is no provider",
    "sim": "a server that simulates providers, a command that starts it, and a provider that reaches it",
    "state_redis": "a store of state for many machines, which is no provider",
    "testkit": "tests and fixtures for whoever writes a plugin",
}

# What a plugin may depend on beside the core, and why.
MORE_DEPENDENCIES = {
    "acp": {"agent-client-protocol>=0.12.1": "the protocol's own models say what is wrong with a message"},
    "bedrock": {"botocore>=1.34": "AWS's signatures, event streams and ways to credentials, as AWS has them"},
    "keys_encrypted": {"cryptography>=42": "AES-GCM, which Python's own library has not"},
    "ollama": {"click>=8.1.7": "it adds a command to hamr's"},
    "sim": {"click>=8.1.7": "it adds a command to hamr's"},
    "state_redis": {"redis>=5.0.1": "the protocol of Redis over TCP and TLS, as its makers read and write it"},
    "vertex": {"google-auth>=2.30": "the signature of a service account's key, as Google makes it"},
    "testkit": {
        "hypothesis>=6.100": "strategies and assertions for the property tests of a wire",
        "pytest>=9": "it is a pytest plugin",
    },
}

# What a provider's plugin may register beside itself, and why.
MORE_ENTRY_POINTS = {
    "cohere": {"hamr.dialects": "its wire is its own, and it is served"},
    "bedrock": {"hamr.dialects": "its wire is its own, and it is served"},
    "ollama": {
        "hamr.dialects": "its wire is its own, and it is served",
        "hamr.commands": "what is installed and in memory is looked after from the command line",
    },
}


def read(folder: Path) -> dict[str, Any]:
    """The plugin's pyproject.toml."""
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


def package(folder: Path) -> Path:
    """The folder of the plugin's one Python package."""
    name = folder.name.replace("-", "_")
    return folder / "src" / (f"hamr_provider_{name}" if folder in PROVIDERS else f"hamr_{name}")


def core_bound() -> str:
    """The same line of the core: what a plugin of this version must ask for."""
    major, minor = CORE["project"]["version"].split(".")[:2]
    return f"hamr>={major}.{minor},<{major}.{int(minor) + 1}"


every = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
provider = pytest.mark.parametrize("folder", PROVIDERS, ids=lambda folder: folder.name)


def test_there_are_providers() -> None:
    assert {"groq", "local", "openai"} <= {folder.name for folder in PROVIDERS}


def test_whatever_is_no_provider_is_listed_with_its_reason() -> None:
    assert {folder.name for folder in FOLDERS if folder not in PROVIDERS} <= set(OTHERS)
    assert set(OTHERS) | set(MORE_DEPENDENCIES) | set(MORE_ENTRY_POINTS) <= {folder.name for folder in FOLDERS}


@every
def test_metadata_agrees_with_the_cores(folder: Path) -> None:
    mine, core = read(folder), CORE
    assert mine["build-system"] == core["build-system"]
    for field in ("requires-python", "license", "readme"):
        assert mine["project"][field] == core["project"][field], field


@every
def test_version_is_on_the_cores_line(folder: Path) -> None:
    major_minor = CORE["project"]["version"].rpartition(".")[0]
    assert read(folder)["project"]["version"].startswith(f"{major_minor}.")


@every
def test_depends_on_the_cores_line_and_on_nothing_without_a_reason(folder: Path) -> None:
    """Bounds and never `==`, so that a release of the core forces none of the plugins (pain 8)."""
    more = MORE_DEPENDENCIES.get(folder.name, {})
    assert read(folder)["project"]["dependencies"] == [core_bound(), *more]


@every
def test_is_short_and_sets_no_tool(folder: Path) -> None:
    assert "tool" not in read(folder)
    if folder in PROVIDERS:
        most = 15 + 2 * len(MORE_ENTRY_POINTS.get(folder.name, {}))
        assert len((folder / "pyproject.toml").read_text(encoding="utf-8").splitlines()) <= most


@every
def test_has_a_readme_types_and_tests(folder: Path) -> None:
    assert (folder / "README.md").read_text(encoding="utf-8").strip()
    assert (package(folder) / "py.typed").exists()
    assert list((folder / "tests").glob("test_*.py"))


@provider
def test_provider_is_named_after_its_folder(folder: Path) -> None:
    project = read(folder)["project"]
    id = folder.name
    assert project["name"] == f"hamr-provider-{id.replace('_', '-')}"
    points = dict(project["entry-points"])
    assert points.pop("hamr.providers") == {id: package(folder).name}
    assert set(points) == set(MORE_ENTRY_POINTS.get(id, {}))
    assert [found.name for found in (folder / "src").iterdir() if found.suffix != ".egg-info"] == [package(folder).name]


@provider
def test_manifest_is_valid_and_has_the_right_id(folder: Path) -> None:
    file = package(folder) / "provider.toml"
    checked = manifest.check(manifest.read(file), str(file))
    assert checked.id == folder.name


@provider
def test_readme_tells_how_to_get_in(folder: Path) -> None:
    readme = (folder / "README.md").read_text(encoding="utf-8")
    tables = manifest.read(package(folder) / "provider.toml")
    wanted = [f"hamr-provider-{folder.name.replace('_', '-')}", *tables.get("auth", {}).get("env", [])[:1]]
    assert [word for word in wanted if word not in readme] == []
