"""How one server of generateContent differs from another, and one model from another, as flags in data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hamr.wires.flags import Flags
from hamr.wires.thinking_levels import LEVELS


@dataclass(frozen=True, slots=True)
class Compat(Flags):
    """The quirks of one provider or model; the defaults suit the Gemini API and its newest models.

    A provider sets them under `[compat]` in its manifest; a model may set them again.
    """

    # Where calls go
    base_path: str = "/v1beta"
    """Added to a base URL that has no path."""
    model_path: str = "/models/{model}"
    """Where a model is, behind the base URL; a `{name}` in it stands for a parameter of the provider's."""
    models_path: str = "/models"
    """Where models are listed, behind the base URL; empty where they are not."""
    models_at_origin: bool = False
    """`models_path` stands at the origin of the base URL, whatever path that has."""
    models_page_size: int = 1000

    # Fields of the body
    unsupported: tuple[str, ...] = ()
    """Fields of the body, or of its `generationConfig`, that are refused: left out, and told."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """Fields that every call to this provider carries."""
    max_stop_sequences: int = 5
    supports_file_names: bool = False
    """Files may be sent with their names."""

    # Tools
    supports_json_schema: bool = True
    """Schemas are JSON Schema (`parametersJsonSchema`, `responseJsonSchema`); else the older subset of OpenAPI's."""
    supports_validated_mode: bool = True
    """Calls can be checked against the schemas of their tools, which is what `strict` asks for."""
    supports_tools_with_format: bool = True
    """Tools and a shape of the answer may be asked for together; else the shape stands in the prompt."""
    supports_mixed_tools: bool = False
    """Functions and tools that the provider runs go together, if the call says so."""
    supports_result_images: bool = True
    """Images may stand in the result of a tool; else they follow it in a message of the user's."""

    # Thinking
    thinking_control: str = field(default="level", metadata={"one_of": ("level", "budget")})
    """Whether thinking is measured by words or in tokens."""
    thinking_levels: tuple[str, ...] | None = field(default=None, metadata={"one_of": LEVELS})
    """The levels the model accepts; others are moved to the next one up, else down. None: all; empty: no thinking."""
    thinking_budgets: Mapping[str, Any] = field(default_factory=dict)
    """Tokens for each level, where thinking is measured in tokens; `off` is 0 unless this says otherwise."""
    thinking_budget_min: int = 0
    """The fewest tokens; 0 turns thinking off besides, where `off` is among the levels."""
    thinking_budget_max: int | None = None
    includes_thoughts: bool = True
    """Whoever asks for thinking is shown it, as far as the provider shows it at all."""
    placeholder_signature: str = ""
    """What stands in for the signature of a call that has none, where the model refuses a call without one."""

    # Counting and embeddings
    count_wraps_request: bool = True
    """Tokens are counted of a whole request inside `generateContentRequest`."""
    embedding_method: str = field(default="batch", metadata={"one_of": ("batch", "single", "predict", "")})
    """How vectors are asked for: `batchEmbedContents`, `embedContent`, Vertex's `predict`; empty where they are not."""
    max_embedding_inputs: int = 100

    # Replies
