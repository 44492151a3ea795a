"""Nothing is imported before it is used, and plugins import nothing but what is promised to them."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLUGINS = sorted(file.parent for file in (ROOT / "plugins").glob("*/pyproject.toml"))

HEAVY = (
    "asyncio",
    "click",
    "httpx2",
    "importlib.metadata",
    "keyring",
    "pluggy",
    "pydantic",
    "rich",
    "ssl",
    "stevedore",
)

# Who may import more of the core than hamr.api, and why.
MORE_OF_THE_CORE = {
    "ollama": {
        "hamr": "its command has a client as a user has",
        "hamr.drive": "it runs flows of its own",
        "hamr.cli": "it prints as hamr's own commands do",
        "hamr.cli.table": "it prints as hamr's own commands do",
    },
    "testkit": {
        "hamr": "it makes calls as a user does",
        "hamr.admission": "it has a call's limits without the call",
        "hamr.drive": "it runs a flow",
        "hamr.gates": "it has a call's limits without the call",
        "hamr.streams": "in both colours",
        "hamr.transports.http": "it has connections that are real",
    },
}

WATCH = """
import sys
seen = []
sys.addaudithook(lambda event, told: seen.append((event, *map(str, told))) if event.startswith("socket.") else None)
writes = []
sys.addaudithook(
    lambda event, told: writes.append(told[0]) if event == "open" and set(str(told[1])) & set("wax+") else None
)
"""


def run(code: str) -> str:
    """What the code prints, run in a Python of its own that writes no bytecode."""
    command = [sys.executable, "-B", "-W", "error", "-c", WATCH + code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def imported(file: Path) -> Iterator[str]:
    """Every module that a file names in an import."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def test_import_hamr_imports_nothing_heavy() -> None:
    """Pain 1."""
    assert run(f"import hamr; print([name for name in {HEAVY} if name in sys.modules])") == "[]"


def test_import_hamr_opens_no_socket_and_writes_no_file() -> None:
    """Pain 2."""
    assert run("import hamr; hamr.Hamr; print(seen, writes)") == "[] []"


def test_the_watch_sees_sockets_and_files() -> None:
    told = run("import os, socket; socket.socket().close(); open(os.devnull, 'w').close(); print(len(seen), writes)")
    assert told == "1 ['/dev/null']"


def test_listing_and_reading_manifests_imports_no_plugin() -> None:
    """Pain 3: every installed provider is listed and read, and none of them imported."""
    code = """
import hamr
plugins = hamr.Hamr(environ={}).plugins
print(*(plugins.manifest(id).id for id in plugins.providers))
print(*(name for name in sys.modules if name.startswith("hamr_")))
"""
    listed, modules = run(code + "print('.')").split("\n")[:2]
    assert {folder.name for folder in PLUGINS if list(folder.glob("src/*/provider.toml"))} <= set(listed.split())
    assert modules == ""


def test_listing_providers_and_what_they_say_imports_next_to_nothing() -> None:
    """What docs/decisions/start-up.md says; the second start finds the index that the first has written."""
    code = """
from hamr.plugins.discover import Plugins
plugins = Plugins()
assert len([plugins.tables(id) for id in plugins.providers]) > 30
dear = {"collections.abc", "contextlib", "dataclasses", "enum", "inspect", "json", "pathlib", "re", "typing"}
print(sorted(dear & sys.modules.keys()))
"""
    run(code)
    assert run(code) == "[]"


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
def test_plugin_imports_only_the_api_and_no_other_plugin(folder: Path) -> None:
    allowed = {"hamr.api", "hamr.wirekit", *MORE_OF_THE_CORE.get(folder.name, {})}
    own = {package.name for package in (folder / "src").iterdir()}
    foreign = {
        f"{file.name}: {name}"
        for file in folder.glob("src/**/*.py")
        for name in imported(file)
        if name.startswith("hamr") and name not in allowed and name.partition(".")[0] not in own
    }
    assert foreign == set()
