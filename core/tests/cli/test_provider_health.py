"""`hamr providers --check`, and what files say of providers for people to know (N-123, N-124, N-201, N-50, N-51)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hamr.config.local_memory import LocalMemory
from hamr_testkit.canned import Canned

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
CANARY = "sk-canary-0123456789abcdef"
MODELS = {"object": "list", "data": [{"id": "m", "object": "model"}]}


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HAMR_AGENT_DIR", "HAMR_CONFIG_DIR", "HAMR_STATE_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINE_API_KEY", CANARY)
    return tmp_path / "own" / "providers.toml"


def described(own: Path, url: str, more: str = "") -> None:
    own.write_text(f'[providers.mine]\nbase_url = "{url}/v1"\nauth_env = "MINE_API_KEY"\n{more}')


def health(ran: Any) -> Any:
    jsonschema.validate(ran.json, json.loads((SCHEMAS / "providers.json").read_text()))
    (row,) = ran.json["providers"]
    return row["health"]


def test_without_a_healthcheck_the_list_of_models_is_asked_for(hamr: Any, own: Path, provider: Canned) -> None:
    described(own, provider.url)
    provider.answer(MODELS)
    ran = hamr("providers", "--check", "mine", "--json")
    told = health(ran)
    assert (ran.code, told["state"], told["asked"], told["problem"]) == (0, "answers", "its list of models", None)
    assert isinstance(told["milliseconds"], int)
    assert provider.asked[0].path == "/v1/models"


@pytest.mark.parametrize(
    ("table", "sent"),
    [
        ('{ path = "/health" }', ("GET", "/v1/health", b"")),
        ('{ method = "POST", path = "ping", body = "{}" }', ("POST", "/v1/ping", b"{}")),
        ('{ url = "URL/up?deep=1" }', ("GET", "/up?deep=1", b"")),
    ],
)
def test_a_healthcheck_is_asked_with_the_key(
    hamr: Any, own: Path, provider: Canned, table: str, sent: tuple[str, str, bytes]
) -> None:
    described(own, provider.url, f"healthcheck = {table.replace('URL', provider.url)}\n")
    provider.answer({"ok": True})
    ran = hamr("providers", "mine", "--check")
    assert (ran.code, "answers (" in ran.out) == (0, True)
    (asked,) = provider.asked
    assert (asked.method, asked.path, asked.body) == sent
    assert asked.headers["authorization"] == f"Bearer {CANARY}"


def test_at_another_host_it_is_asked_without_the_key(hamr: Any, own: Path, provider: Canned) -> None:
    """C-5: a key goes to its own provider alone."""
    more = f'headers = {{ x-mine = "{CANARY}" }}\nhealthcheck = {{ url = "{provider.url}/up" }}\n'
    described(own, "http://127.0.0.1:9", more)
    provider.answer({"ok": True})
    assert hamr("providers", "mine", "--check").code == 0
    assert CANARY not in str(provider.asked[0].headers)


@pytest.mark.parametrize(("status", "state"), [(401, "refuses"), (503, "fails"), (404, "fails")])
def test_who_does_not_answer_well_is_told_once(hamr: Any, own: Path, provider: Canned, status: int, state: str) -> None:
    described(own, provider.url, 'retry_count = 5\nhealthcheck = { path = "health" }\n')
    provider.answer({"error": {"message": f"no {CANARY}"}}, status=status)
    ran = hamr("providers", "mine", "--check", "--json")
    assert (ran.code, health(ran)["state"], len(provider.asked)) == (1, state, 1)
    assert CANARY not in ran.out + ran.err


def test_who_has_no_key_is_not_asked(hamr: Any, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described(own, "http://127.0.0.1:9")
    monkeypatch.delenv("MINE_API_KEY")
    ran = hamr("providers", "mine", "--check")
    assert (ran.code, "not asked" in ran.out) == (0, True)
    assert hamr("providers", "mine", "--json").json["providers"][0]["health"] is None
    assert hamr("providers", "nobody", "--check").code == 2


REMARKS = 'icon = "M"\nfeatures = ["native_tools", "thinking"]\nlatency_p50_ms = 1800\n'
MEMORY = """[models.m]
provider = "mine"
context_window = 8192
serving_tiers = ["standard", "priority"]
local_memory = { base_resident_gib = 19.0, kv_cache_gib_per_1k_ctx = 0.5, default_cache_type = "q8_0", MORE }
"""


def test_what_is_for_people_to_know_is_shown(hamr: Any, own: Path) -> None:
    described(own, "http://127.0.0.1:9", REMARKS + MEMORY.replace("MORE", "cache_type_multipliers = { q8_0 = 2 }"))
    row = hamr("providers", "mine", "--json").json["providers"][0]
    assert (row["icon"], row["features"], row["latency_p50_ms"]) == ("M", ["native_tools", "thinking"], 1800)
    shown = hamr("providers", "mine", "-v").out
    assert all(word in shown for word in ("native_tools, thinking", "1,800 ms"))
    told = hamr("explain", "-m", "mine/m", "--json").json
    jsonschema.validate(told, json.loads((SCHEMAS / "explain.json").read_text()))
    assert told["usual_latency"] == {"value": "1,800 ms", "origin": str(own)}
    assert told["memory"] == {"value": "27.2 GiB with 8,192 tokens of context, and 4 GiB to spare", "origin": str(own)}
    assert told["serving_tiers"] == {"value": "standard, priority", "origin": str(own)}


def test_how_much_memory_a_model_takes() -> None:
    """N-50, N-51, N-54."""
    qwen = LocalMemory(19.0, 19.5, 8192, "q8_0", 0.0135, "q8_0", {"q8_0": 1, "f16": 2}, max_recommended_context=262144)
    assert qwen.gib(262144) == pytest.approx(19.0 + 262.144 * 0.0135)
    assert qwen.told(None) == "22.5 GiB with 262,144 tokens of context, and 4 GiB to spare"
    assert str(qwen.told(500_000)).endswith("; no more than 262,144 are recommended")
    assert LocalMemory(base_resident_gib=1).told(1000) is None
    assert LocalMemory(measured_resident_gib=2, kv_cache_gib_per_1k_ctx=1).gib(1000) == 3
