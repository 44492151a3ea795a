"""`hamr import harn`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hamr_testkit.pages import Pages

PROXY = """
[llm.providers.house_proxy]
base_url = "https://llm.house.example/v1"
chat_endpoint = "/chat/completions"
auth_style = "bearer"
auth_env = "HOUSE_KEY"

[llm.providers.fixer]
protocol = "acp"
command = "fixer-acp"
auth_style = "none"

[llm.aliases]
quick = { id = "acme/quick-1", provider = "house_proxy" }
"""
USER = """
default_provider = "azure_openai"

[providers.azure_openai]
rpm = 60
retry_count = 3

[providers.house]
base_url = "http://localhost:9000/v1"
rate_limits = { tpm = 1000, notes = "ours" }
healthcheck = { method = "GET", path = "/health" }

[aliases]
deep = { id = "o", provider = "azure_openai", tool_format = "text" }

[[inference_rules]]
pattern = "house-*"
provider = "house"

[telemetry]
on = true
"""


@pytest.mark.parametrize("of", ["my_proxy", "codex_acp", "Qwen/Qwen3-Coder-Next-FP8", "my-proxy"])
def test_every_example_of_its_page_is_taken(take: Any, hamr: Any, pages: Pages, of: str) -> None:
    """N-120 to N-125, N-160, N-180."""
    made = take("harn", {"harn.toml": pages.example("s4", of)})
    assert (made.code, made.left, made.told["written"]) == (0, [], True)
    told = hamr("config").err.splitlines()
    assert all("completion_endpoint: hamr asks for chats alone" in line for line in told), "and nothing is wrong"


def test_an_alias_and_an_agent_are_used(take: Any, hamr: Any) -> None:
    take("harn", {"harn.toml": PROXY})
    told = hamr("explain", "-m", "quick", "--json", "hi").json
    assert (told["provider"]["value"], told["model"]["value"]) == ("house_proxy", "acme/quick-1")
    assert hamr("explain", "-m", "fixer/default", "--json", "hi").json["transport"]["value"] == "acp"


def test_what_hamr_calls_otherwise_or_has_not_is_told(take: Any) -> None:
    made = take("harn", {"providers.toml": USER})
    assert made.toml["default_provider"] == "azure"
    assert made.toml["providers"] == {
        "azure": {"rpm": 60, "retry_count": 3},
        "house": {
            "base_url": "http://localhost:9000/v1",
            "rate_limits": {"tpm": 1000, "notes": "ours"},
            "healthcheck": {"method": "GET", "path": "/health"},
        },
    }
    assert made.toml["aliases"]["deep"]["provider"] == "azure"
    assert made.toml["inference_rules"] == [{"pattern": "house-*", "provider": "house"}]
    assert "telemetry" in " ".join(made.left)


def test_of_a_folder_only_its_own_files_are_read_and_of_a_path_any(take: Any, tmp_path: Path) -> None:
    made = take("harn", {"harn.toml": PROXY, "pyproject.toml": "[project]\nname = 'x'\n", "other.toml": USER})
    assert [Path(file).name for file in made.told["files"]] == ["harn.toml"]
    assert "house" in take("harn", {}, path="other.toml").toml["providers"]


def test_files_count_in_harns_order(hamr: Any, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """N-120."""
    work = tmp_path / "work"
    package = work / ".harn" / "packages" / "one"
    package.mkdir(parents=True)
    text = '[llm]\ndefault_provider = "{0}"\n[llm.providers.{0}]\nbase_url = "http://{0}/v1"\n[package]\nname = "x"\n'
    (work / "harn.toml").write_text(text.format("project"))
    (package / "harn.toml").write_text(text.format("package"))
    (work / "inner").mkdir()
    monkeypatch.chdir(work / "inner")
    user = home / "mine.toml"
    user.write_text('default_provider = "user"\n[providers.project]\nbase_url = "http://other/v1"\n')
    monkeypatch.setenv("HARN_PROVIDERS_CONFIG", str(user))
    told = hamr("import", "harn", "--dry-run", "--json").json
    assert told["files"] == [str(work / "harn.toml"), str(package / "harn.toml"), str(user)]
    values = {".".join(step["path"]): step["value"] for step in told["steps"]}
    assert values["default_provider"] == "project"
    assert values["providers.project"] == {"base_url": "http://project/v1"}
    assert "providers.package" in values


@pytest.mark.parametrize(
    "text", ["", "llm = 3", "[llm]\nproviders = 3\naliases = 4", "[llm.providers]\nx = 3", "[aliases]\nx = 1"]
)
def test_tables_of_other_kinds_are_passed_over(take: Any, text: str) -> None:
    made = take("harn", {"harn.toml": text})
    assert (made.code, made.told["written"]) == (0, False)
