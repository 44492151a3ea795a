"""`hamr providers`: every installed provider on a line, without importing one."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

KEYED = """id = "acme"
name = "Acme"
base_url = "https://api.acme.example/v1"
base_url_env = ["ACME_BASE_URL"]
wire = "openai-completions"
auth = { style = "bearer", env = ["ACME_KEY", "ACME_OLD_KEY"] }
models = { chat = "acme-large" }
key_url = "https://acme.example/keys"
"""


def line(ran: Any, id: str) -> str:
    (found,) = (line for line in ran.out.splitlines() if line.startswith(f"{id} "))
    return " ".join(found.split())


def row(ran: Any, id: str) -> dict[str, Any]:
    (found,) = (row for row in ran.json["providers"] if row["id"] == id)
    return dict(found)


def test_a_line_for_each_and_no_import(install: Any, hamr: Any) -> None:
    """Pain 3."""
    install("acme", manifest=KEYED, code="raise RuntimeError('imported')")
    ran = hamr("providers")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0].split("  ")[0] == "provider"
    assert line(ran, "acme") == (
        "acme Acme hamr-provider-acme 1.2.3 missing: ACME_KEY acme-large https://api.acme.example/v1"
    )
    assert "hamr_provider_acme" not in sys.modules


def test_the_key_is_told_by_its_variable_and_never_shown(
    install: Any, hamr: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("acme", manifest=KEYED)
    monkeypatch.setenv("ACME_OLD_KEY", "sk-made-up-for-this-test")
    for arguments in ([], ["-v"], ["--json"]):
        assert "made-up" not in hamr("providers", *arguments).out
    assert "ACME_OLD_KEY is set" in line(hamr("providers"), "acme")
    key = row(hamr("providers", "--json"), "acme")["key"]
    assert key == {
        "status": "set",
        "variable": "ACME_OLD_KEY",
        "variables": ["ACME_KEY", "ACME_OLD_KEY"],
        "url": "https://acme.example/keys",
        "source": "environment",
        "place": None,
        "chain": None,
    }


@pytest.mark.parametrize(
    ("written", "status"), [("sk-made-up", "set"), ("$ACME_OWN", "unusable"), ("!touch run", "set"), (7, "unusable")]
)
def test_a_stored_key_is_told_and_no_command_is_run(
    install: Any, hamr: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: Any, status: str
) -> None:
    """H-65, H-73."""
    install("acme", manifest=KEYED)
    monkeypatch.setenv("ACME_KEY", "sk-made-up-too")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "agent" / "auth.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"acme": {"type": "api_key", "key": written}}))
    key = row(hamr("providers", "--json"), "acme")["key"]
    assert (key["status"], key["source"], key["place"]) == (status, "stored", str(path))
    told = f"stored in {path}" if status == "set" else f"{path} holds no usable key"
    assert told in line(hamr("providers"), "acme")
    explained = hamr("explain", "-m", "acme", "hi")
    assert told in explained.out
    assert "made-up" not in explained.out
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("auth", "value", "state"),
    [
        ('{ style = "none" }', "", ("none", "none needed")),
        ('{ style = "bearer", env = ["ACME_KEY"] }', "", ("missing", "missing: ACME_KEY")),
        ('{ style = "bearer", env = ["ACME_KEY"] }', "  ", ("missing", "missing: ACME_KEY")),
        ('{ style = "bearer", env = ["ACME_KEY"] }', "two\nlines", ("unusable", "ACME_KEY holds no usable key")),
        ('{ style = "bearer", env = ["ACME_KEY"], optional = true }', "", ("optional", "not set, not needed")),
        ('{ style = "bearer" }', "", ("missing", "missing")),
    ],
)
def test_the_states_of_a_key(
    install: Any, hamr: Any, monkeypatch: pytest.MonkeyPatch, auth: str, value: str, state: tuple[str, str]
) -> None:
    lines = [f"auth = {auth}" if text.startswith("auth") else text for text in KEYED.splitlines()]
    install("acme", manifest="\n".join(lines))
    monkeypatch.setenv("ACME_KEY", value)
    status, told = state
    assert row(hamr("providers", "--json"), "acme")["key"]["status"] == status
    assert told in line(hamr("providers"), "acme")


AMBIENT = """
[auth]
style = "acme"
env = ["ACME_KEY"]
optional = true
[auth.ambient]
name = "Acme's own chain"
place = [{ env = ["ACME_ID", "ACME_SECRET"] }, { file = "$ACME_FOLDER/keys" }, { file = "~/.acme/keys" }]
"""


@pytest.fixture
def home(install: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home with a provider whose credentials may be another program's."""
    install("acme", manifest="\n".join(line for line in KEYED.splitlines() if not line.startswith("auth")) + AMBIENT)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


NOT_SEEN = ("ambient", "Acme's own chain, asked when called")


@pytest.mark.parametrize(
    ("environ", "file", "state"),
    [
        ({}, None, NOT_SEEN),
        ({"ACME_ID": "x"}, None, NOT_SEEN),
        ({"ACME_ID": "x", "ACME_SECRET": " "}, None, NOT_SEEN),
        ({"ACME_ID": "x", "ACME_SECRET": "y"}, None, ("set", "Acme's own chain: ACME_ID")),
        ({}, ".acme/keys", ("set", "Acme's own chain: ~/.acme/keys")),
        ({"ACME_FOLDER": "{home}/other"}, "other/keys", ("set", "Acme's own chain: $ACME_FOLDER/keys")),
        ({"ACME_FOLDER": "{home}/other"}, "other/keys/none", NOT_SEEN),
        ({"ACME_KEY": "k", "ACME_ID": "x", "ACME_SECRET": "y"}, None, ("set", "ACME_KEY is set")),
    ],
)
def test_another_programs_credentials_are_told_of_where_they_are_seen(
    hamr: Any,
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    environ: dict[str, str],
    file: str | None,
    state: tuple[str, str],
) -> None:
    """H-75; no file is read, and no server asked."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value.format(home=home))
    if file is not None:
        (home / file).parent.mkdir(parents=True)
        (home / file).write_text("secret")
    status, told = state
    assert row(hamr("providers", "--json"), "acme")["key"]["status"] == status
    assert told in line(hamr("providers"), "acme")


def test_a_broken_manifest_is_a_row_with_its_error(install: Any, hamr: Any) -> None:
    install("acme", manifest="id = ")
    install("other", manifest=KEYED.replace('"acme"', '"other"'))
    ran = hamr("providers")
    assert ran.code == 0
    assert "provider.toml: Invalid value" in line(ran, "acme")
    assert "missing: ACME_KEY" in line(ran, "other")
    told = row(hamr("providers", "--json"), "acme")
    assert told["distribution"] == "hamr-provider-acme"
    assert "Invalid value" in told["error"]


def test_a_base_url_of_the_environment_is_told(install: Any, hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    install("acme", manifest=KEYED)
    monkeypatch.setenv("ACME_BASE_URL", "http://localhost:1/v1")
    told = row(hamr("providers", "--json"), "acme")
    assert told["base_url"] == "http://localhost:1/v1"
    assert told["base_url_from"] == "the environment variable ACME_BASE_URL"
    monkeypatch.setenv("ACME_BASE_URL", "nonsense")
    assert "'nonsense' is no http(s) URL" in row(hamr("providers", "--json"), "acme")["error"]


def test_two_distributions_of_one_provider_are_named(install: Any, hamr: Any) -> None:
    install("acme", dist="one-acme")
    install("acme", dist="two-acme")
    ran = hamr("providers")
    assert ran.code == 0
    assert "'acme' comes from one-acme 1.2.3 and two-acme 1.2.3" in line(ran, "acme")


def test_one_that_is_switched_off_says_so(install: Any, hamr: Any) -> None:
    """Pain 4."""
    install("acme", manifest=KEYED)
    assert hamr("plugins", "disable", "acme").code == 0
    assert "switched off" in line(hamr("providers"), "acme")
    told = row(hamr("providers", "--json"), "acme")
    assert (told["enabled"], told["name"], told["error"]) == (False, "Acme", None)


def test_verbose_tells_all(install: Any, hamr: Any) -> None:
    install("acme", manifest=KEYED)
    shown = " ".join(hamr("providers", "-v").out.split())
    for words in ["provider acme name Acme", "key variables ACME_KEY, ACME_OLD_KEY", "wire openai-completions",
                  "get a key at https://acme.example/keys", "default model acme-large", "transport http"]:  # fmt: skip
        assert words in shown


@pytest.mark.parametrize("more", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_it_fits_a_terminal_of_sixty_columns(install: Any, terminal: Any, more: dict[str, str]) -> None:
    install("acme", manifest=KEYED)
    shown = terminal("providers", columns=60, **more).out
    assert max(map(len, re.sub("\x1b\\[[0-9;]*m", "", shown).splitlines()[:-1])) <= 60
    assert "ACME_KEY" in shown
    assert "no room for: distribution, base URL" in shown
    assert ("\x1b[" in shown) == (not more)


def test_a_wide_terminal_shows_all_columns(install: Any, terminal: Any) -> None:
    install("acme", manifest=KEYED)
    shown = terminal("providers", columns=400).out
    assert "no room" not in shown
    assert "https://api.acme.example/v1" in shown
