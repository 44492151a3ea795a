"""Talk to any model provider; each provider is a separately installed plugin.

    import hamr
    print(hamr.call("Why is the sky blue?", "groq/llama-3.3-70b-versatile").text)

Nothing is imported before it is used: `import hamr` itself costs next to nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself would cost every start 8 ms (docs/decisions/start-up.md)
if TYPE_CHECKING:
    from typing import Any, Unpack

    from hamr.client import Hamr
    from hamr.default import client
    from hamr.errors import (
        BadRequest,
        BrokenReply,
        BudgetSpent,
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
    from hamr.partial_json import PartialJSON
    from hamr.resolve.candidates import Models
    from hamr.runs.limits import RunOptions
    from hamr.runs.stream import AsyncRunStream, RunStream
    from hamr.streams import AsyncStream, Stream
    from hamr.tools.function import FunctionTool, tool
    from hamr.types import (
        Adaptation,
        Audio,
        AuthSpec,
        CacheMark,
        Call,
        Choice,
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
        PassedOver,
        Provider,
        Request,
        Response,
        ResponseFormat,
        Role,
        Route,
        Run,
        RunEvent,
        Secret,
        Settings,
        Started,
        Stopped,
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
        ToolFinished,
        ToolResult,
        ToolStarted,
        Usage,
        UsageUpdated,
        Warned,
    )

    configure = client.configure
    register_provider = client.register_provider
    unconfigure = client.unconfigure
    provider_capabilities = client.provider_capabilities
    install_capabilities = client.capabilities.install
    clear_capabilities = client.capabilities.clear

__all__ = [
    "Adaptation",
    "AsyncRunStream",
    "AsyncStream",
    "Audio",
    "AuthSpec",
    "BadRequest",
    "BrokenReply",
    "BudgetSpent",
    "CacheMark",
    "Call",
    "CallError",
    "Choice",
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
    "FunctionTool",
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
    "PartialJSON",
    "PassedOver",
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
    "Run",
    "RunEvent",
    "RunOptions",
    "RunStream",
    "Secret",
    "Settings",
    "Started",
    "Stopped",
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
    "ToolFinished",
    "ToolResult",
    "ToolStarted",
    "Unsupported",
    "Usage",
    "UsageUpdated",
    "Warned",
    "__version__",
    "acall",
    "acount_tokens",
    "aembed",
    "amodels",
    "arun",
    "arun_stream",
    "astream",
    "call",
    "clear_capabilities",
    "configure",
    "count_tokens",
    "embed",
    "install_capabilities",
    "models",
    "preview",
    "provider_capabilities",
    "register_provider",
    "run",
    "run_stream",
    "stream",
    "tool",
    "unconfigure",
]

_OF_CLIENT = {
    "configure": "configure",
    "register_provider": "register_provider",
    "unconfigure": "unconfigure",
    "provider_capabilities": "provider_capabilities",
    "install_capabilities": "capabilities.install",
    "clear_capabilities": "capabilities.clear",
}
"""Names of the front door that are methods of the client behind it."""
_MODULES = (
    "hamr.types",
    "hamr.errors",
    "hamr.streams",
    "hamr.options",
    "hamr.messages",
    "hamr.inputs",
    "hamr.listing",
    "hamr.runs.stream",
    "hamr.runs.limits",
    "hamr.tools.function",
    "hamr.partial_json",
)
"""Where the names of the front door stand, each imported when one of its names is first asked for."""


def call(prompt: Prompt, model: Models | None = None, **options: Unpack[Options]) -> Response:
    """Ask `provider/model`, and wait for the whole answer; raises HamrError."""
    from hamr.default import client

    return client.call(prompt, model, **options)


def stream(prompt: Prompt, model: Models | None = None, **options: Unpack[Options]) -> Stream:
    """Ask `provider/model`, and read the answer as it comes."""
    from hamr.default import client

    return client.stream(prompt, model, **options)


async def acall(prompt: Prompt, model: Models | None = None, **options: Unpack[Options]) -> Response:
    """Ask `provider/model`, and await the whole answer; raises HamrError."""
    from hamr.default import client

    return await client.acall(prompt, model, **options)


def astream(prompt: Prompt, model: Models | None = None, **options: Unpack[Options]) -> AsyncStream:
    """Ask `provider/model`, and await the answer as it comes."""
    from hamr.default import client

    return client.astream(prompt, model, **options)


def count_tokens(prompt: Prompt, model: Models | None = None, **options: Unpack[Options]) -> int:
    """How many tokens a call would send, counted by the provider; raises HamrError."""
    from hamr.default import client

    return client.count_tokens(prompt, model, **options)


async def acount_tokens(prompt: Prompt, model: Models | None = None, **options: Unpack[Options]) -> int:
    """How many tokens a call would send, counted by the provider, awaiting; raises HamrError."""
    from hamr.default import client

    return await client.acount_tokens(prompt, model, **options)


def embed(inputs: Inputs, model: Models | None = None, **options: Unpack[EmbedOptions]) -> Embeddings:
    """Turn a text, or each of a list, into a vector; raises HamrError."""
    from hamr.default import client

    return client.embed(inputs, model, **options)


async def aembed(inputs: Inputs, model: Models | None = None, **options: Unpack[EmbedOptions]) -> Embeddings:
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


def run(prompt: Prompt, model: Models | None = None, **options: Unpack[RunOptions]) -> Run:
    """Ask, run the tools that the model asks for, and ask again, until it has answered; raises HamrError."""
    from hamr.default import client

    return client.run(prompt, model, **options)


def run_stream(prompt: Prompt, model: Models | None = None, **options: Unpack[RunOptions]) -> RunStream:
    """The same run, whose events are read as they come, those of its tools among them."""
    from hamr.default import client

    return client.run_stream(prompt, model, **options)


async def arun(prompt: Prompt, model: Models | None = None, **options: Unpack[RunOptions]) -> Run:
    """Ask, run the tools that the model asks for, and ask again, until it has answered; raises HamrError."""
    from hamr.default import client

    return await client.arun(prompt, model, **options)


def arun_stream(prompt: Prompt, model: Models | None = None, **options: Unpack[RunOptions]) -> AsyncRunStream:
    """The same run, whose events are awaited as they come, those of its tools among them."""
    from hamr.default import client

    return client.arun_stream(prompt, model, **options)


def preview(prompt: Prompt, model: Models | None = None, *, stream: bool = False, **options: Unpack[Options]) -> Call:
    """The very call that would be sent, the key in it as `$VAR`; needs none, and sends nothing."""
    from hamr.default import client

    return client.preview(prompt, model, stream=stream, **options)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from hamr.version import VERSION

        return VERSION
    if name in _OF_CLIENT:
        from operator import attrgetter

        from hamr.default import client

        return attrgetter(_OF_CLIENT[name])(client)
    if name in __all__:
        import importlib

        places = ("hamr.client",) if name == "Hamr" else _MODULES
        for module in map(importlib.import_module, places):
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module 'hamr' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
