"""A provider as a user's file describes it: one schema, in camelCase or in snake_case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from hamr.config.cost import PAIR, CostTable
from hamr.config.cost import said as costs
from hamr.plugins.asking_table import HealthTable
from hamr.plugins.auth_table import VARIABLE
from hamr.plugins.manifest import LimitTable

APIS = {
    "openai-completions": "openai-completions",
    "openai-responses": "openai-responses",
    "anthropic-messages": "anthropic-messages",
    "google-generative-ai": "gemini",
    "gemini": "gemini",
    "azure-openai-responses": "openai-responses",
    "openai-codex-responses": "openai-responses",
    "mistral-conversations": "openai-completions",
    "google-vertex": "gemini",
    "bedrock-converse-stream": "bedrock-converse",
    "bedrock-converse": "bedrock-converse",
    "openai-compatible": "openai-completions",
    "anthropic-compatible": "anthropic-messages",
    "openai": "openai-completions",
    "anthropic": "anthropic-messages",
    "ollama": "ollama",
    "cohere": "cohere",
    "acp": "acp",
}
"""The names that files have for wires (inventory H-33, H-92, N-123), and the wires."""

API = {"one_of": tuple(APIS)}
INPUTS = {"one_of": ("text", "image", "audio", "video", "pdf")}
STYLES = {"one_of": ("bearer", "header", "none", "aws_sigv4", "azure_openai", "oauth")}


@dataclass(frozen=True, slots=True)
class LimitEntry(LimitTable):
    """Limits, and what a file remarks on them; the remarks count for nothing."""

    tier: str | None = None
    source_url: str | None = None
    last_verified: str | None = None
    notes: str | None = None

    @property
    def said(self) -> dict[str, Any]:
        """The limits that it sets."""
        told = {each.name: getattr(self, each.name) for each in fields(LimitTable)}
        return {name: value for name, value in told.items() if value is not None}


COST = {"table": CostTable, "pair": PAIR}


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model as a file lists it (inventory H-39 to H-47, H-93)."""

    id: str | None = None
    name: str | None = None
    display_name: str | None = None
    api: str | None = field(default=None, metadata=API)
    base_url: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    compat: Mapping[str, Any] = field(default_factory=dict)
    reasoning: bool | None = None
    supports_thinking: bool | None = None
    supports_vision: bool | None = None
    thinking_level_map: Mapping[str, Any] = field(default_factory=dict)
    thinking_levels: tuple[str, ...] = ()
    default_thinking: str | None = None
    input: tuple[str, ...] = field(default=(), metadata=INPUTS)
    context_window: int | None = field(default=None, metadata={"least": 1})
    max_tokens: int | None = field(default=None, metadata={"least": 1})
    max_output_tokens: int | None = field(default=None, metadata={"least": 1})
    cost: CostTable | None = field(default=None, metadata=COST)
    pricing: CostTable | None = field(default=None, metadata=COST)
    cost_per_1k_in: float | None = None
    cost_per_1k_out: float | None = None
    availability: str | None = field(default=None, metadata={"one_of": ("serverless", "dedicated", "unknown")})
    tool_call_parser: str | None = None
    stream_timeout: float | None = field(default=None, metadata={"least": 0.001})

    @property
    def prices(self) -> dict[str, float]:
        """What it costs, for a million tokens; `pricing` counts before `cost`."""
        coarse = {"input": self.cost_per_1k_in, "output": self.cost_per_1k_out}
        return costs({"cost": self.cost, "pricing": self.pricing}, coarse)


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """A provider as a file describes it (inventory H-30 to H-38, H-92, N-121, N-123)."""

    name: str | None = None
    display_name: str | None = None
    icon: str | None = None
    enabled: bool = True
    api: str | None = field(default=None, metadata=API)
    wire: str | None = field(default=None, metadata=API)
    protocol: str | None = field(default=None, metadata=API)
    compatibility: str | None = field(default=None, metadata=API)
    base_url: str | None = None
    base_url_env: str | tuple[str, ...] = field(default=(), metadata=VARIABLE)
    chat_endpoint: str | None = None
    completion_endpoint: str | None = None
    api_key: str | None = None
    api_key_env: str | tuple[str, ...] = field(default=(), metadata=VARIABLE)
    auth_env: str | tuple[str, ...] = field(default=(), metadata=VARIABLE)
    auth_style: str | None = field(default=None, metadata=STYLES)
    auth_header: bool | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    extra_headers: Mapping[str, str] = field(default_factory=dict)
    custom_headers: Mapping[str, str] = field(default_factory=dict)
    compat: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    models: tuple[ModelEntry, ...] = field(default=(), metadata={"tables": ModelEntry})
    model_overrides: Mapping[str, ModelEntry] = field(default_factory=dict, metadata={"named": ModelEntry})
    default_model: str | None = None
    fallback: str | tuple[str, ...] = ()
    rpm: int | None = field(default=None, metadata={"least": 0})
    rate_limits: LimitEntry | None = field(default=None, metadata={"table": LimitEntry})
    retry_count: int | None = field(default=None, metadata={"least": 0})
    retry_delay_ms: float | None = field(default=None, metadata={"least": 0})
    healthcheck: HealthTable | None = field(default=None, metadata={"table": HealthTable})
    features: tuple[str, ...] = ()
    latency_p50_ms: float | None = field(default=None, metadata={"least": 0})
    region_env: str | None = field(default=None, metadata=VARIABLE)
    regions: Mapping[str, str] = field(default_factory=dict)
    local_runtime: Mapping[str, Any] = field(default_factory=dict)
    cost_per_1k_in: float | None = field(default=None, metadata={"least": 0})
    cost_per_1k_out: float | None = field(default=None, metadata={"least": 0})
    tool_call_parser: str | None = None
    cloud: bool | None = None
    command: str | None = None
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str | None = None
    mcp_servers: tuple[Any, ...] = ()
