"""Names of a client's fields in the one spelling that is read: `function_call` is `functionCall`.

Both are JSON of the same protocol buffer ("JSON Options", protobuf.dev, 2026-11), and clients send both.
"""

from __future__ import annotations

from typing import Any

OPAQUE = frozenset(
    {
        *("args", "response", "parameters", "parametersJsonSchema", "responseSchema", "responseJsonSchema"),
        *("partialArgs", "partMetadata", "headers"),
    }
)
"""What stands under these is the user's own, or a schema's."""
TABLES = frozenset(
    {
        *("contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings"),
        *("generateContentRequest", "content", "requests", "embedContentConfig"),
    }
)
"""The fields of a body that hold tables of this wire; what stands under any other is left as it is."""


def camel_body(body: dict[str, Any]) -> dict[str, Any]:
    """The body with all names as this wire writes them."""
    return {(camel := _name(name)): _camel(value) if camel in TABLES else value for name, value in body.items()}


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {(name := _name(key)): inner if name in OPAQUE else _camel(inner) for key, inner in value.items()}
    return [_camel(each) for each in value] if isinstance(value, list) else value


def _name(name: str) -> str:
    if "_" not in name:
        return name
    first, *rest = name.strip("_").split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)
