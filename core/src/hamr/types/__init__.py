"""The nouns. Frozen, slotted, and free of any provider's words.

Each is imported when it is first asked for: listing what is installed needs three of them, and making a frozen, slotted
class costs half a millisecond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hamr.types.call import Adaptation, Call, Head, Notice, Timeouts
    from hamr.types.claim import Claim, Grant, LimitUse, NoRoom
    from hamr.types.embedding import EmbeddingRequest, Embeddings
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
    from hamr.types.listing import Listing, ModelInfo, ModelPage
    from hamr.types.message import Message, Role
    from hamr.types.oauth import OAuthSpec
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
    from hamr.types.response import Choice, Headroom, PassedOver, Response, Standing, Timings
    from hamr.types.route import AuthSpec, Mode, Model, ModelRule, Provider, Route, Settings
    from hamr.types.run import Run, RunEvent, Stopped, ToolFinished, ToolStarted
    from hamr.types.secret import Secret
    from hamr.types.tokens import Tokens, TokenStore
    from hamr.types.usage import Cost, Usage

__all__ = [
    "Adaptation",
    "Audio",
    "AuthSpec",
    "CacheMark",
    "Call",
    "Choice",
    "Citation",
    "Claim",
    "Cost",
    "EmbeddingRequest",
    "Embeddings",
    "Event",
    "Extra",
    "Failed",
    "File",
    "FinishReason",
    "Finished",
    "Grant",
    "Head",
    "Headroom",
    "HostedTool",
    "Image",
    "LimitUse",
    "Listing",
    "Message",
    "Mode",
    "Model",
    "ModelInfo",
    "ModelPage",
    "ModelRule",
    "NoRoom",
    "Notice",
    "OAuthSpec",
    "Part",
    "PartAdded",
    "PassedOver",
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
    "Standing",
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
    "TokenStore",
    "Tokens",
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

_HOMES = {
    "call": ("Adaptation", "Call", "Head", "Notice", "Timeouts"),
    "embedding": ("EmbeddingRequest", "Embeddings"),
    "event": (
        "Event",
        "Failed",
        "FinishReason",
        "Finished",
        "PartAdded",
        "Started",
        "TextDelta",
        "TextEnd",
        "TextStart",
        "ThinkingDelta",
        "ThinkingEnd",
        "ThinkingStart",
        "ToolCallDelta",
        "ToolCallEnd",
        "ToolCallStart",
        "UsageUpdated",
        "Warned",
    ),
    "claim": ("Claim", "Grant", "LimitUse", "NoRoom"),
    "listing": ("Listing", "ModelInfo", "ModelPage"),
    "message": ("Message", "Role"),
    "oauth": ("OAuthSpec",),
    "part": (
        "Audio",
        "CacheMark",
        "Citation",
        "Extra",
        "File",
        "HostedTool",
        "Image",
        "Part",
        "Text",
        "Thinking",
        "ToolCall",
        "ToolResult",
    ),
    "request": ("Request", "ResponseFormat", "ThinkingConfig", "ThinkingLevel", "Tool", "ToolChoice"),
    "response": ("Choice", "Headroom", "PassedOver", "Response", "Standing", "Timings"),
    "route": ("AuthSpec", "Mode", "Model", "ModelRule", "Provider", "RateLimits", "Route", "Settings"),
    "run": ("Run", "RunEvent", "Stopped", "ToolFinished", "ToolStarted"),
    "secret": ("Secret",),
    "tokens": ("TokenStore", "Tokens"),
    "usage": ("Cost", "Usage"),
}
"""The module of each noun."""


def __getattr__(name: str) -> Any:
    from importlib import import_module

    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'hamr.types' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"hamr.types.{home}"), name)
    return found
