"""The fields of OpenAI's wires that are about who asks, and not about the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from hamr.types import Request
    from hamr.wires.told import Told


class _Flags(Protocol):
    @property
    def supports_store(self) -> bool: ...
    @property
    def supports_prompt_cache_key(self) -> bool: ...
    @property
    def cache_key_headers(self) -> tuple[str, ...]: ...


def account(request: Request, compat: _Flags, told: Told) -> dict[str, Any]:
    """Metadata, whether to store, and the key of the prompt's cache, which may go in headers instead."""
    fields: dict[str, Any] = {}
    if request.metadata is not None:
        fields["metadata"] = dict(request.metadata)
    if request.store is not None:
        if compat.supports_store:
            fields["store"] = request.store
        else:
            told("dropped", "store", "this provider does not take it")
    if request.cache_key is not None:
        if compat.supports_prompt_cache_key:
            fields["prompt_cache_key"] = request.cache_key
        elif not compat.cache_key_headers:
            told("dropped", "cache_key", "this provider does not take it")
    return fields
