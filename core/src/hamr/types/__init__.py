"""The nouns. Frozen, slotted, and free of any provider's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types.call import Adaptation, Call, Head, Timeouts
from hamr.types.event import (
    Event,
    Failed,
    Finished,
    FinishReason,
    PartAdded,
    Started,
    TextDelta,
    TextEnd,
    TextStart,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    UsageUpdated,
    Warned,
)
from hamr.types.message import Message, Role
from hamr.types.part import (
    Audio,
    CacheMark,
    Citation,
    Extra,
    File,
    HostedTool,
    Image,
    Part,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from hamr.types.request import Request, ResponseFormat, ThinkingConfig, ThinkingLevel, Tool, ToolChoice
from hamr.types.response import Response, Timings
from hamr.types.route import AuthSpec, Mode, Model, ModelRule, Provider, Route, Settings
from hamr.types.run import Run, RunEvent, Stopped, ToolFinished, ToolStarted
from hamr.types.secret import Secret
from hamr.types.usage import Cost, Usage

if TYPE_CHECKING:
    from hamr.types.embedding import EmbeddingRequest, Embeddings
    from hamr.types.listing import Listing, ModelInfo, ModelPage

__all__ = [
    "Adaptation",
    "Audio",
    "AuthSpec",
    "CacheMark",
    "Call",
    "Citation",
    "Cost",
    "EmbeddingRequest",
    "Embeddings",
    "Event",
    "Extra",
    "Failed",
    "File",
    "FinishReason",
    "Finished",
    "Head",
    "HostedTool",
    "Image",
    "Listing",
    "Message",
    "Mode",
    "Model",
    "ModelInfo",
    "ModelPage",
    "ModelRule",
    "Part",
    "PartAdded",
    "Provider",
    "Request",
    "Response",
    "ResponseFormat",
    "Role",
    "Route",
    "Run",
    "RunEvent",
    "Secret",
    "Settings",
    "Started",
    "Stopped",
    "Text",
    "TextDelta",
    "TextEnd",
    "TextStart",
    "Thinking",
    "ThinkingConfig",
    "ThinkingDelta",
    "ThinkingEnd",
    "ThinkingLevel",
    "ThinkingStart",
    "Timeouts",
    "Timings",
    "Tool",
    "ToolCall",
    "ToolCallDelta",
    "ToolCallEnd",
    "ToolCallStart",
    "ToolChoice",
    "ToolFinished",
    "ToolResult",
    "ToolStarted",
    "Usage",
    "UsageUpdated",
    "Warned",
]

_LATER = {
    "EmbeddingRequest": "embedding",
    "Embeddings": "embedding",
    "Listing": "listing",
    "ModelInfo": "listing",
    "ModelPage": "listing",
}
"""The nouns that a chat does without, each imported when it is first asked for."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'hamr.types' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"hamr.types.{_LATER[name]}"), name)
