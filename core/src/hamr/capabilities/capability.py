"""The row of the matrix: what is known of a model on one provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from hamr.resolve.glob import fits

FORMATS = {"one_of": ("openai", "anthropic", "gemini", "ollama", "bedrock", "cohere")}
PARITIES = (
    "interchangeable",
    "unknown",
    "native_unreliable",
    "text_unreliable",
    "native_only",
    "text_only",
    "unsupported",
)
NOT_INHERITED = (
    "responses_api",
    "hosted_tools",
    "remote_mcp",
    "conversation_state",
    "compaction",
    "background_mode",
    "tool_approval_policy",
)
"""What the head of a family has for itself: who speaks like OpenAI has not therefore its Responses API."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model can do on a provider; None is not known, which is not "no" (inventory, 4.9)."""

    native_tools: bool | None = None
    text_tool_wire_format_supported: bool | None = None
    preferred_tool_format: str | None = field(default=None, metadata={"one_of": ("native", "text", "json")})
    tool_mode_parity: str | None = field(default=None, metadata={"one_of": PARITIES})
    tool_mode_parity_notes: str | None = None
    native_tool_wire_format: str | None = field(default=None, metadata=FORMATS)
    defer_loading: bool | None = None
    tool_search: tuple[str, ...] | None = None
    max_tools: int | None = field(default=None, metadata={"least": 0})
    max_output_tokens: int | None = field(default=None, metadata={"least": 1})
    message_wire_format: str | None = field(default=None, metadata=FORMATS)
    responses_api: bool | None = None
    hosted_tools: tuple[str, ...] | None = None
    remote_mcp: bool | None = None
    conversation_state: bool | None = None
    compaction: bool | None = None
    background_mode: bool | None = None
    tool_approval_policy: str | None = None
    file_upload_wire_format: str | None = field(default=None, metadata=FORMATS)
    prefers_xml_scaffolding: bool | None = None
    prefers_markdown_scaffolding: bool | None = None
    structured_output_mode: str | None = field(
        default=None, metadata={"one_of": ("native_json", "delimited", "xml_tagged", "none")}
    )
    supports_assistant_prefill: bool | None = None
    prefers_role_developer: bool | None = None
    prefers_xml_tools: bool | None = None
    thinking_block_style: str | None = field(
        default=None, metadata={"one_of": ("none", "thinking_blocks", "reasoning_summary", "inline")}
    )
    thinking_modes: tuple[str, ...] | None = field(default=None, metadata={"one_of": ("enabled", "adaptive", "effort")})
    reasoning_wire_format: str | None = field(default=None, metadata={"one_of": ("openrouter", "enabled")})
    reasoning_effort_supported: bool | None = None
    reasoning_none_supported: bool | None = None
    interleaved_thinking_supported: bool | None = None
    anthropic_beta_features: tuple[str, ...] | None = None
    thinking_disable_directive: str | None = None
    prompt_caching: bool | None = None
    vision_supported: bool | None = None
    image_url_input_supported: bool | None = None
    audio_supported: bool | None = None
    pdf_supported: bool | None = None
    temperature_supported: bool | None = None
    top_p_supported: bool | None = None
    seed_supported: bool | None = None
    top_k_supported: bool | None = None
    frequency_penalty_supported: bool | None = None
    presence_penalty_supported: bool | None = None

    @property
    def tools(self) -> bool | None:
        """Whether the model can call tools at all, in whichever way."""
        either = (self.native_tools, self.text_tool_wire_format_supported)
        if any(either):
            return True
        return None if None in either else False

    @property
    def thinking(self) -> bool | None:
        """Whether it can be asked to think."""
        return None if self.thinking_modes is None else bool(self.thinking_modes)

    @property
    def tool_format(self) -> str | None:
        """How tools are best offered: as preferred, else natively where that is possible, else in the text (N-106)."""
        if self.preferred_tool_format is not None or self.native_tools is None:
            return self.preferred_tool_format
        return "native" if self.native_tools else "text"

    def over(self, below: Capabilities) -> Capabilities:
        """These, with what another says where these say nothing."""
        said = {each.name: getattr(below, each.name) for each in fields(Capabilities)}
        return replace(self, **{name: value for name, value in said.items() if getattr(self, name) is None})

    def inherited(self) -> Capabilities:
        """What of these holds for a sibling."""
        return replace(self, **dict.fromkeys(NOT_INHERITED))

    def document(self) -> dict[str, Any]:
        """Every field with its value, and what follows from them."""
        told = {each.name: getattr(self, each.name) for each in fields(Capabilities)}
        return {"tools": self.tools, "thinking": self.thinking, "tool_format": self.tool_format, **told}


UNKNOWN = Capabilities()


@dataclass(frozen=True, slots=True)
class Rule(Capabilities):
    """What holds for the models whose name, in small letters, fits; the first rule that does counts.

    With `version_min` it holds for these versions and later ones, and for no model whose version cannot be told from
    its name. With `extends` the next rule that fits counts for what this one leaves out.
    """

    model_match: str | tuple[str, ...] = "*"
    version_min: tuple[Any, ...] = ()
    extends: bool = False
    source: str = ""
    date: str = field(default="", metadata={"pattern": r"|\d{4}-\d{2}-\d{2}"})

    def holds(self, model: str) -> bool:
        """Whether a model of this name is meant."""
        patterns = (self.model_match,) if isinstance(self.model_match, str) else self.model_match
        model = model.lower()
        if not any(fits(pattern.lower(), model) for pattern in patterns):
            return False
        if not self.version_min:
            return True
        from hamr.capabilities.version import version

        return (found := version(model)) is not None and found >= self.version_min

    @property
    def told(self) -> str:
        """Its patterns, and the version, as people write them."""
        patterns = self.model_match if isinstance(self.model_match, str) else ", ".join(self.model_match)
        return f"{patterns} from {'.'.join(map(str, self.version_min))}" if self.version_min else patterns

    def capabilities(self) -> Capabilities:
        """What it says, without whom of."""
        return Capabilities(**{each.name: getattr(self, each.name) for each in fields(Capabilities)})


def rule(table: Mapping[str, Any], place: str) -> Rule:
    """The rule in a table; raises ConfigError naming the place and every wrong field."""
    from hamr import schema
    from hamr.errors import ConfigError

    found = schema.read(Rule, table, place, HINT)
    whole = (isinstance(each, int) and not isinstance(each, bool) and each >= 0 for each in found.version_min)
    if not all(whole) or len(found.version_min) not in (0, 2):
        raise ConfigError(f"{place}: version_min must be two whole numbers, such as [4, 7]", hint=HINT)
    return found


HINT = "docs/capabilities.md lists the fields."
