"""The shell's completion, in real shells, set up as the documentation says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "command-line.md"
TIMEOUT = 30
MANIFEST = """id = "acme"
name = "Acme"
base_url = "http://127.0.0.1:9/v1"
wire = "openai-completions"
models = { chat = "lab/large-1", router = "small" }
"""
CASES = {
    "hamr prov": {"providers"},
    "hamr chat --thinking m": {"minimal", "medium", "max"},
    "hamr call -m acm": {"acme"},
    "hamr call -m acme/l": {"acme/lab/large-1"},
    "hamr models -p acm": {"acme"},
    "hamr call --dr": {"--dry-run"},
}


@pytest.fixture(autouse=True)
def environment(install: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install("acme", manifest=MANIFEST, code="raise RuntimeError('imported')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "dumb")
    for name in ("one.txt", "other.txt"):
        (tmp_path / name).write_text("x")
    monkeypatch.chdir(tmp_path)


def setup(shell: str) -> str:
    """The line that the documentation puts into this shell's start-up file."""
    found = re.search(rf"^\| {shell} \| `(.*)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    return found[1].replace("\\|", "|")


def needs(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")


def output(*command: str) -> list[str]:
    ran = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert ran.stderr == ""
    return ran.stdout.splitlines()


@pytest.mark.parametrize("line", CASES)
def test_bash(line: str) -> None:
    needs("bash")
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    script = (
        f"COMP_WORDS=({quoted}) COMP_CWORD={len(words) - 1}; _hamr_completion hamr; printf '%s\\n' ${{COMPREPLY[@]}}"
    )
    found = output("bash", "--norc", "-c", f"{setup('bash')}\n{script}")
    assert found
    assert set(found) <= CASES[line]


@pytest.mark.parametrize("line", CASES)
def test_fish(line: str) -> None:
    needs("fish")
    found = output("fish", "--no-config", "-c", f"{setup('fish')}; complete -C '{line}'")
    assert found
    assert {row.partition("\t")[0] for row in found} <= CASES[line]


@pytest.mark.parametrize(
    ("typed", "completed"),
    [("hamr prov\t", "hamr providers "), ("hamr call -m acme/l\t", "hamr call -m acme/lab/large-1 ")],
)
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_tab_key(person: Any, shell: str, typed: str, completed: str) -> None:
    needs(shell)
    options = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}[shell]
    at = person(program=[shell, *options], TERM="dumb", PS1="$ ", INPUTRC="/dev/null")
    at.type(f"{setup(shell)}; echo se\\t\\ up\n")
    at.see("\nset up\n")
    at.type(typed)
    at.see(completed)
