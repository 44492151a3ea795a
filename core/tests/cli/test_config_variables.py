"""`hamr config set GROQ_MODEL ...`: variables in a `.env` file (M-7)."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
CANARY = "sk-canary-0123456789abcdef"


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HAMR_AGENT_DIR", "HAMR_CONFIG_DIR", "HAMR_STATE_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "own"))
    for name in ("GROQ_MODEL", "ROTATION_MODE", "HAMR_ROTATION_MODE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "own"


def conforms(told: Any, name: str) -> Any:
    jsonschema.validate(told, json.loads((SCHEMAS / f"{name}.json").read_text()))
    return told


def test_a_variable_is_set_got_explained_and_unset(process: Any, own: Path) -> None:
    file = own / ".env"
    own.mkdir()
    file.write_text("# mine\nGROQ_MODEL=old\nnonsense\n")
    file.chmod(0o600)
    ran = process("config", "set", "GROQ_MODEL", "a,b")
    assert (ran.code, ran.out) == (0, f"GROQ_MODEL = a,b in {file}:2 (was old)\n")
    assert file.read_text() == "# mine\nGROQ_MODEL=a,b\nnonsense\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert process("config", "get", "GROQ_MODEL").out == "a,b\n"
    assert process("config", "explain", "GROQ_MODEL").out == f"* {file}:2: a,b\n"
    conforms(process("config", "explain", "GROQ_MODEL", "--json").json, "config-explain")
    conforms(process("config", "get", "GROQ_MODEL", "--json").json, "config-get")
    told = conforms(process("config", "set", "ROTATION_MODE", "sequential", "--json").json, "config-change")
    assert (told["line"], told["before"], told["after"], told["changed"]) == (4, None, "sequential", True)
    assert process("config", "unset", "GROQ_MODEL").code == 0
    assert file.read_text() == "# mine\nnonsense\nROTATION_MODE=sequential\n"
    assert process("config", "get", "GROQ_MODEL").code == 1
    assert process("config", "unset", "GROQ_MODEL").code == 2


def test_the_environment_counts_instead_and_that_is_told(process: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_MODEL", "shell")
    ran = process("config", "set", "GROQ_MODEL", "file")
    assert ran.err == "warning: the environment variable GROQ_MODEL counts instead\n"
    assert process("config", "get", "GROQ_MODEL").out == "shell\n"


def test_of_a_project_it_counts_once_the_folder_is_trusted(process: Any, tmp_path: Path) -> None:
    ran = process("config", "set", "GROQ_MODEL", "theirs", "--project")
    assert (tmp_path / "project" / ".env").read_text() == "GROQ_MODEL=theirs\n"
    assert "until this folder is trusted" in ran.err
    assert process("config", "get", "GROQ_MODEL").code == 1
    assert "until this folder is trusted" in process("config").out
    assert process("trust").code == 0
    assert process("config", "get", "GROQ_MODEL").out == "theirs\n"
    assert f"{tmp_path / 'project' / '.env'}: GROQ_MODEL\n" in process("config").out
    conforms(process("config", "--json").json, "config")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GROQ_API_KEY", CANARY, "hamr auth add"),
        ("GROQ_API_KEYS", "a,b", "hamr auth add"),
        ("GROQ_API_KEY_2", "a", "hamr auth add"),
        ("GROQ_MODEL", CANARY, "hamr auth add"),
        ("GROK_MODEL", "x", "GROQ_MODEL"),
        ("HAMR_AGENT_DIR", "/tmp", "export HAMR_AGENT_DIR"),
        ("LD_PRELOAD", "/tmp/x", "export LD_PRELOAD"),
        ("GROQ_MODEL", " ", "hamr config unset GROQ_MODEL"),
    ],
)
def test_what_may_not_stand_there_is_refused(process: Any, own: Path, name: str, value: str, said: str) -> None:
    ran = process("config", "set", name, value)
    assert (ran.code, said in ran.err, CANARY in ran.err, (own / ".env").exists()) == (2, True, False, False)


def test_what_it_says_counts_for_calls(process: Any) -> None:
    process("config", "set", "HAMR_LLM_MODEL", "sim/echo")
    assert process("hello").out == "[sim] hello\n"


def test_explain_tells_the_files_that_variables_come_from(process: Any, own: Path) -> None:
    process("config", "set", "HAMR_LLM_MODEL", "sim/echo")
    told = conforms(process("explain", "--json").json, "explain")
    assert told["env_files"] == {"value": str(own / ".env"), "origin": None}
