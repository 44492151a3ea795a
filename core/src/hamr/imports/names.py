"""What other programs call the providers that hamr has by other names."""

from __future__ import annotations

from collections.abc import Mapping

PI: Mapping[str, str] = {
    "amazon-bedrock": "bedrock",
    "azure-openai-responses": "azure",
    "github-copilot": "github_copilot",
    "google": "gemini",
    "google-vertex": "vertex",
    "kimi-coding": "kimi",
    "lm-studio": "lm_studio",
    "llama.cpp": "llamacpp",
    "moonshotai": "moonshot",
    "openai-codex": "codex",
}
"""Those of pi and of Hamr. Source: pi, docs/providers.md, November 2026; inventory 1.10."""

HARN: Mapping[str, str] = {"azure_openai": "azure"}

HIVELOOM: Mapping[str, str] = {"claude": "anthropic"}
"""Source: hiveloom, docs/models.md, November 2026."""

LITELLM: Mapping[str, str] = {
    "azure_ai": "azure",
    "bedrock_converse": "bedrock",
    "cohere_chat": "cohere",
    "fireworks_ai": "fireworks",
    "github": "github_models",
    "hosted_vllm": "vllm",
    "litellm_proxy": "litellm",
    "nvidia_nim": "nvidia",
    "ollama_chat": "ollama",
    "together_ai": "together",
    "vertex_ai": "vertex",
}
"""Before the slash of a model's name. Source: LiteLLM documentation, "Providers", November 2026."""

LLM: Mapping[str, str] = {"claude": "anthropic", "google": "gemini", "hf": "huggingface", "llama-api": "llamacpp"}
"""Names of keys. Source: the READMEs of llm's plugins, November 2026."""
