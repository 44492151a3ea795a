"""Every example on the pages that describe these files and variables loads as it stands and does what its page says."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from hamr import Hamr
from hamr.config.configuration import Configuration
from hamr_testkit.pages import Pages, described

PAGES = ("s0", "s1", "s2", "s3", "s4")
COVERED = {
    "relay": "test_relay_needs_no_key_and_takes_any_model, test_keys_and_headers_come_from_the_environment, "
    "test_a_models_own_name_and_bounds_are_known",
    "lm-studio": "test_a_server_of_ones_own_has_the_first_model_by_default",
    "llama.cpp": "test_flags_are_those_of_the_wire",
    "custom-proxy": "test_a_header_may_be_what_a_command_prints",
    "my-provider": "test_prices_are_for_a_million_tokens",
    "my_proxy": "test_a_proxy_of_a_project_is_called",
    "my-proxy": "test_the_rules_of_the_page_count_before_those_of_plugins",
    "codex_acp": "test_an_agent_of_a_project_is_started_as_the_page_says",
    "Qwen/Qwen3-Coder-Next-FP8": "test_the_dedicated_model_of_the_page_is_never_picked_by_itself",
}
"""What an example of JSON or TOML describes, and the tests that show its effect (core/tests/config, and here)."""


@pytest.mark.parametrize("name", PAGES)
def test_each_example_loads_as_it_stands(pages: Pages, tmp_path: Path, name: str) -> None:
    environ, seen = {"HAMR_AGENT_DIR": str(tmp_path), "HAMR_PROJECT_TRUST": "always"}, set()
    for document in pages.documents(name):
        (tmp_path / "models.json").write_text(document)
        assert Configuration(environ).problems == []
        seen.update(described(json.loads(document)))
    (tmp_path / "models.json").unlink(missing_ok=True)
    for piece in pages.tables(name):
        (tmp_path / "hamr.toml").write_text(piece)
        there = Configuration(environ, str(tmp_path))
        assert there.problems == []
        assert any((layer.providers, layer.models, layer.settings) for layer in there.layers)
        seen.update(described(tomllib.loads(piece)))
    assert seen <= COVERED.keys(), "an example whose effect no test shows"
    assert len(seen) == {"s0": 5, "s1": 1, "s4": 4}.get(name, 0)


@pytest.mark.parametrize("names", COVERED.values())
def test_each_test_that_is_named_is_there(names: str) -> None:
    places = (Path(__file__), *Path(__file__).parent.parent.glob("core/tests/config/test_*.py"))
    there = "".join(each.read_text(encoding="utf-8") for each in places)
    assert all(f"def {name}(" in there for name in names.split(", "))


def test_the_rules_of_the_page_count_before_those_of_plugins(pages: Pages, tmp_path: Path) -> None:
    """N-103, M-53."""
    (tmp_path / "hamr.toml").write_text(pages.example("s4", "my-proxy"))
    environ = {"HAMR_PROJECT_TRUST": "always"}
    with Hamr(environ=environ, folder=str(tmp_path)) as client:
        proxy = client.provider_capabilities("my-proxy", "anything")
        opus = client.provider_capabilities("anthropic", "claude-opus-4-7")
        sonnet = client.provider_capabilities("anthropic", "claude-sonnet-4-6")
    assert (proxy.native_tools, proxy.defer_loading, proxy.tool_search) == (True, True, ("hosted",))
    assert (proxy.prompt_caching, proxy.thinking_modes) == (True, ("effort",))
    assert (opus.tool_search, opus.defer_loading, opus.thinking_modes) == ((), False, ("enabled",))
    assert sonnet.tool_search == ("bm25", "regex")


def test_the_answer_of_the_page_about_a_model() -> None:
    """What `provider_capabilities("anthropic", "claude-opus-4-7")` gives there."""
    with Hamr(environ={}, folder=None) as client:
        known = client.provider_capabilities("anthropic", "claude-opus-4-7").document()
    wanted = {
        "native_tools": True,
        "text_tool_wire_format_supported": True,
        "preferred_tool_format": "native",
        "tool_mode_parity": "unknown",
        "tools": True,
        "defer_loading": True,
        "tool_search": ("bm25", "regex"),
        "max_tools": 10000,
        "prompt_caching": True,
        "thinking": True,
        "vision_supported": True,
        "interleaved_thinking_supported": True,
        "message_wire_format": "anthropic",
        "native_tool_wire_format": "anthropic",
        "prefers_xml_scaffolding": True,
        "structured_output_mode": "xml_tagged",
        "supports_assistant_prefill": False,
        "prefers_xml_tools": True,
        "thinking_block_style": "thinking_blocks",
    }
    assert {name: known[name] for name in wanted} == wanted


def test_an_agent_of_a_project_is_started_as_the_page_says(pages: Pages, tmp_path: Path) -> None:
    """N-180."""
    (tmp_path / "hamr.toml").write_text(pages.example("s4", "codex_acp"))
    with Hamr(environ={"HAMR_PROJECT_TRUST": "always"}, folder=str(tmp_path)) as client:
        route = client.pipeline("codex_acp/default").route
    assert (route.wire, route.provider.transport, route.provider.auth.style) == ("acp", "acp", "none")
    assert (route.compat["command"], route.compat["cwd"]) == ("codex-acp", ".")


def test_the_dedicated_model_of_the_page_is_never_picked_by_itself(pages: Pages, tmp_path: Path) -> None:
    """N-160, M-14."""
    (tmp_path / "hamr.toml").write_text(pages.example("s4", "Qwen/Qwen3-Coder-Next-FP8"))
    environ = {"HAMR_PROJECT_TRUST": "always", "TOGETHER_API_KEY": "sk-1"}
    with Hamr(environ=environ, folder=str(tmp_path), tell=lambda *_: None) as client:
        chosen = client.selection("Qwen/Qwen3-Coder-Next-FP8")
        assert chosen.provider != "together"
        refused = [tuple(each) for step in chosen.steps for each in step.refused]
        assert ("together/Qwen/Qwen3-Coder-Next-FP8", "it is dedicated") in refused
        assert client.selection("together/Qwen/Qwen3-Coder-Next-FP8").provider == "together"


@pytest.mark.parametrize(
    ("environ", "selector", "url", "model"),
    [
        ({"LOCAL_LLM_BASE_URL": "http://192.168.86.250:8000"}, "local/qwen2.5-coder-32b",
         "http://192.168.86.250:8000/v1/chat/completions", "qwen2.5-coder-32b"),
        ({"LOCAL_LLM_BASE_URL": "http://192.168.86.250:8000", "LOCAL_LLM_MODEL": "qwen2.5-coder-32b"}, None,
         "http://192.168.86.250:8000/v1/chat/completions", "qwen2.5-coder-32b"),
        ({"LOCAL_BASE_URL": "http://localhost:11434/v1", "LOCAL_MODEL": "llama3.1"}, "local",
         "http://localhost:11434/v1/chat/completions", "llama3.1"),
        ({"LLAMACPP_BASE_URL": "http://127.0.0.1:8001"}, "llamacpp/m",
         "http://127.0.0.1:8001/v1/chat/completions", "m"),
        ({"MLX_BASE_URL": "http://127.0.0.1:8002"}, "mlx/m", "http://127.0.0.1:8002/v1/chat/completions", "m"),
        ({"KIMI_BASE_URL": "https://api.moonshot.ai/v1", "KIMI_MODEL": "kimi-k2-0905-preview", "KIMI_API_KEY": "sk-1"},
         "kimi", "https://api.moonshot.ai/v1/chat/completions", "kimi-k2-0905-preview"),
        ({"HUGGINGFACE_MODEL": "a/b:cheapest", "HF_TOKEN": "hf_1"}, "huggingface",
         "https://router.huggingface.co/v1/chat/completions", "a/b:cheapest"),
        ({"HARN_LLM_MODEL": "gpt-4o", "OPENAI_API_KEY": "sk-1"}, None,
         "https://api.openai.com/v1/chat/completions", "gpt-4o"),
        *(({"HIVELOOM_OPENAI_BASE_URL": base}, name, f"{base}/chat/completions", name) for base, name in [
            ("https://openrouter.ai/api/v1", "anthropic/claude-sonnet-4"),
            ("https://openrouter.ai/api/v1", "meta-llama/llama-3.1-70b-instruct"),
            ("https://api.groq.com/openai/v1", "llama-3.1-70b-versatile"),
            ("https://api.together.xyz/v1", "meta-llama/Llama-3.1-70B-Instruct-Turbo"),
            ("https://api.deepseek.com/v1", "deepseek-chat"),
            ("https://api.mistral.ai/v1", "mistral-large-latest"),
            ("http://127.0.0.1:11434/v1", "llama3:70b"),
        ]),
    ],
)  # fmt: skip
def test_what_the_pages_set_in_the_environment(
    environ: dict[str, str], selector: str | None, url: str, model: str
) -> None:
    """S2, S3 and S4: N-10 to N-12, N-132, C-6, C-10, C-70."""
    with Hamr(environ=environ, folder=None, tell=lambda *_: None) as client:
        call = client.preview("hi", selector)
    assert call.url == url
    assert json.loads(call.body)["model"] == model
