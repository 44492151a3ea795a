"""Every JSON document that `hamr` prints is of the schema in docs/schemas, and every schema describes one."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hamr.cli import install as install_command
from hamr.cli import sync, uninstall

DOCS = Path(__file__).parents[3] / "docs"
TOOL_CALL = {"index": 0, "id": "t1", "type": "function", "function": {"name": "weather", "arguments": "{]"}}


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HAMR_STATE_DIR", str(tmp_path / "state"))


def check(name: str, document: Any) -> None:
    schema = json.loads((DOCS / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)


Documents = Callable[..., Any]


def test_call(server: Any, hamr: Any) -> None:
    server.pieces = [{"reasoning_content": "Hmm."}, "Hello", {"tool_calls": [TOOL_CALL]}]
    for way in ("--stream", "--no-stream"):
        check("call", hamr("-m", "loop/m", "--json", way, "-o", "top_k=3", "hi").json)


def test_errors(server: Any, hamr: Any) -> None:
    for ran in (hamr("-m", "nobody/any/m", "--json", "hi"), hamr("call", "--json", "--bogus", "hi")):
        check("error", json.loads(ran.err))
    server.pieces, server.reason = ["Hel"], None
    cut = json.loads(hamr("-m", "loop/m", "--json", "hi").err)
    assert cut["error"]["partial"]["text"] == "Hel"
    check("error", cut)


def test_chat(server: Any, hamr: Any) -> None:
    check("chat", json.loads(hamr("chat", "-m", "loop/m", "--json", stdin=b"hi\n").out))
    server.status, server.error = 500, {"message": "down"}
    check("chat", json.loads(hamr("chat", "-m", "loop/m", "--json", "--retries", "0", stdin=b"hi\n").out))


def test_explain(server: Any, hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    check("explain", hamr("explain", "-m", "loop/m", "--json", "--top-k", "3").json)
    monkeypatch.setenv("HAMR_RATE_LIMIT_LOOP", "9")
    check("explain", hamr("explain", "-m", "loop/m", "--json").json)
    check("explain", hamr("explain", "-m", "loop/m", "--json", "--file", "https://example.org/a.pdf").json)


def test_capabilities(hamr: Any) -> None:
    check("capabilities", hamr("capabilities", "--json").json)
    check("capabilities", hamr("capabilities", "-p", "anthropic", "claude-opus-4-7", "--json").json)


def test_providers(install: Any, hamr: Any) -> None:
    install("acme", manifest="id = ")
    install("locked", manifest='id = "locked"\nname = "x"\nbase_url = "http://x/v1"\nwire = "openai-completions"\n'
            'auth = { style = "bearer", env = ["LOCKED_KEY"] }\n')  # fmt: skip
    check("providers", hamr("providers", "--json").json)


def test_plugins(install: Any, hamr: Any) -> None:
    install("acme", code="import nothing_of_this_name")
    for more in ([], ["--check"], ["--time", "--check"]):
        check("plugins", hamr("plugins", "--json", *more).json)


def test_choices_about_plugins(install: Any, hamr: Any) -> None:
    install("acme")
    install("acme", dist="other-acme")
    for arguments in (["disable", "acme"], ["prefer", "acme", "other-acme"], ["enable", "acme"]):
        check("plugins-change", told := hamr("plugins", *arguments, "--json").json)
        assert told["disabled"] == (["acme"] if arguments[0] != "enable" else [])
    assert told["prefer"] == {"acme": "other-acme"}


def test_installing(with_index: Any, tmp_path: Path) -> None:
    check("install", with_index(install_command.command, "--dry-run", "--json", "fast").json)
    check("install", with_index(install_command.command, "--json", "fast").json)
    shutil.rmtree(tmp_path / "hamr-provider-fast")
    check("install", with_index(sync.command, "--dry-run", "--json").json)
    check("install", with_index(sync.command, "--json").json)
    check("uninstall", with_index(uninstall.command, "--dry-run", "--json", "fast").json)
    check("uninstall", with_index(uninstall.command, "--json", "fast").json)


def test_verifying(install: Any, hamr: Any, tmp_path: Path) -> None:
    install("acme")
    check("plugins-verify", hamr("plugins", "verify", "--json").json)


def test_spend_and_budget(hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    check("spend", hamr("spend", "--json").json)
    check("budget", hamr("budget", "set", "all", "5", "--per", "total", "--json").json)
    check("budget", hamr("budget", "--json").json)
    monkeypatch.setenv("HAMR_PROJECT", "web")
    hamr("-m", "sim/echo", "hi")
    for by in ("key", "model"):
        check("spend", hamr("spend", "--json", "--by", by, "--by", "day", "--until", "today").json)


def test_every_schema_is_named_on_the_page() -> None:
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\]\(schemas/([a-z-]+)\.json\)", page))
    assert named == {file.stem for file in (DOCS / "schemas").glob("*.json")}
