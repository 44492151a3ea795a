"""Talk to any model provider; each provider is a separately installed plugin.

    import hamr
    print(hamr.call("Why is the sky blue?", "groq/llama-3.3-70b-versatile").text)

Nothing is imported before it is used: `import hamr` itself costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Unpack

    from hamr.client import Hamr
    from hamr.errors import (
        BadRequest,
        BrokenReply,
        CallError,
        ConfigError,
        HamrError,
        NoAnswer,
        NoSuchModel,
        NotLetIn,
        Overloaded,
        PluginError,
        QuotaSpent,
        RateLimited,
        Refused,
        TooLong,
        Unsupported,
    )
    from hamr.inputs import EmbedOptions, Inputs
    from hamr.listing import ListOptions
    from hamr.messages import Prompt
    from hamr.options import Options
    from hamr.streams import AsyncStream, Stream
    from hamr.types import (
        Adaptation,
        Audio,
        AuthSpec,
        CacheMark,
        Call,
        Citation,
        Cost,
        EmbeddingRequest,
        Embeddings,
        Event,
        Extra,
        Failed,
        File,
        Finished,
        FinishReason,
        Head,
        HostedTool,
        Image,
        Listing,
        Message,
        Model,
        ModelInfo,
        Part,
        PartAdded,
        Provider,
        Request,
        Response,
        ResponseFormat,
        Role,
        Route,
        Secret,
        Settings,
        Started,
        Text,
        TextDelta,
        TextEnd,
        TextStart,
        Thinking,
        ThinkingConfig,
        ThinkingDelta,
        ThinkingEnd,
        ThinkingLevel,
        ThinkingStart,
        Timeouts,
        Timings,
        Tool,
        ToolCall,
        ToolCallDelta,
        ToolCallEnd,
        ToolCallStart,
        ToolChoice,
        ToolResult,
        Usage,
        UsageUpdated,
        Warned,
    )

__all__ = [
    "Adaptation",
    "AsyncStream",
    "Audio",
    "AuthSpec",
    "BadRequest",
    "BrokenReply",
    "CacheMark",
    "Call",
    "CallError",
    "Citation",
    "ConfigError",
    "Cost",
    "EmbedOptions",
    "EmbeddingRequest",
    "Embeddings",
    "Event",
    "Extra",
    "Failed",
    "File",
    "FinishReason",
    "Finished",
    "Hamr",
    "HamrError",
    "Head",
    "HostedTool",
    "Image",
    "Inputs",
    "ListOptions",
    "Listing",
    "Message",
    "Model",
    "ModelInfo",
    "NoAnswer",
    "NoSuchModel",
    "NotLetIn",
    "Options",
    "Overloaded",
    "Part",
    "PartAdded",
    "PluginError",
    "Prompt",
    "Provider",
    "QuotaSpent",
    "RateLimited",
    "Refused",
    "Request",
    "Response",
    "ResponseFormat",
    "Role",
    "Route",
    "Secret",
    "Settings",
    "Started",
    "Stream",
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
    "TooLong",
    "Tool",
    "ToolCall",
    "ToolCallDelta",
    "ToolCallEnd",
    "ToolCallStart",
    "ToolChoice",
    "ToolResult",
    "Unsupported",
    "Usage",
    "UsageUpdated",
    "Warned",
    "__version__",
    "acall",
    "aembed",
    "amodels",
    "astream",
    "call",
    "embed",
    "models",
    "stream",
]

_MODULES = ("hamr.types", "hamr.errors", "hamr.streams", "hamr.options", "hamr.messages", "hamr.inputs", "hamr.listing")
"""Where the names of the front door stand, each imported when one of its names is first asked for."""


def call(prompt: Prompt, model: str | None = None, **options: Unpack[Options]) -> Response:
    """Ask `provider/model`, and wait for the whole answer; raises HamrError."""
    from hamr.default import client

    return client.call(prompt, model, **options)


def stream(prompt: Prompt, model: str | None = None, **options: Unpack[Options]) -> Stream:
    """Ask `provider/model`, and read the answer as it comes."""
    from hamr.default import client

    return client.stream(prompt, model, **options)


async def acall(prompt: Prompt, model: str | None = None, **options: Unpack[Options]) -> Response:
    """Ask `provider/model`, and await the whole answer; raises HamrError."""
    from hamr.default import client

    return await client.acall(prompt, model, **options)


def astream(prompt: Prompt, model: str | None = None, **options: Unpack[Options]) -> AsyncStream:
    """Ask `provider/model`, and await the answer as it comes."""
    from hamr.default import client

    return client.astream(prompt, model, **options)


def embed(inputs: Inputs, model: str | None = None, **options: Unpack[EmbedOptions]) -> Embeddings:
    """Turn a text, or each of a list, into a vector; raises HamrError."""
    from hamr.default import client

    return client.embed(inputs, model, **options)


async def aembed(inputs: Inputs, model: str | None = None, **options: Unpack[EmbedOptions]) -> Embeddings:
    """Turn a text, or each of a list, into a vector, awaiting; raises HamrError."""
    from hamr.default import client

    return await client.aembed(inputs, model, **options)


def models(provider: str | None = None, **options: Unpack[ListOptions]) -> Listing:
    """The models of a provider, or of all that can be asked; raises HamrError."""
    from hamr.default import client

    return client.models(provider, **options)


async def amodels(provider: str | None = None, **options: Unpack[ListOptions]) -> Listing:
    """The models of a provider, or of all that can be asked, awaiting; raises HamrError."""
    from hamr.default import client

    return await client.amodels(provider, **options)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from hamr.version import VERSION

        return VERSION
    if name in __all__:
        import importlib

        places = ("hamr.client",) if name == "Hamr" else _MODULES
        for module in map(importlib.import_module, places):
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module 'hamr' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
