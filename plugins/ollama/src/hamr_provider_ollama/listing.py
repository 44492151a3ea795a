"""The models that are installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import BrokenReply, Call, ModelInfo, ModelPage
from hamr.wirekit import readable, shown
from hamr_provider_ollama.name import NAME
from hamr_provider_ollama.url import api_url
from hamr_provider_ollama.whole import read_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import Head, Route
    from hamr_provider_ollama.compat import Compat


def encode_models(route: Route) -> Call:
    """The call that asks for them."""
    return Call(api_url(route.provider.base_url, "/api/tags"), "GET", {"accept": "application/json"})


def decode_models(head: Head, route: Route, compat: Compat) -> ModelPage:
    """What the reply says; a row that names no model is passed over. Raises CallError."""
    rows = read_answer(head.body, compat).get("models")
    if not isinstance(rows, list):
        raise BrokenReply(f"the reply lists no models: {shown(head.body)}", body=shown(head.body))
    return ModelPage(tuple(_info(row, route.provider.id) for row in rows if model_id(row)))


def model_id(row: Any) -> str:
    """The name that a call uses, or nothing."""
    name = (row.get("name") or row.get("model")) if isinstance(row, dict) else None
    return name if isinstance(name, str) else ""


def _info(row: Mapping[str, Any], provider: str) -> ModelInfo:
    id, details = model_id(row), row.get("details")
    context = details.get("context_length") if isinstance(details, dict) else None
    can = row.get("capabilities")
    known = isinstance(can, list)
    able = frozenset(each for each in can if isinstance(each, str)) if isinstance(can, list) else frozenset()
    reads = tuple(name for name, word in (("image", "vision"), ("audio", "audio")) if word in able)
    return ModelInfo(
        id,
        provider,
        readable(id.removesuffix(":latest")),
        context_window=context if isinstance(context, int) and context > 0 else None,
        input=("text", *reads) if known else None,
        reasoning="thinking" in able if known else None,
        tools="tools" in able if known else None,
        created=_seconds(row.get("modified_at")),
        extra={NAME: dict(row)},
    )


def _seconds(value: Any) -> int | None:
    """A time as Go writes it, with nanoseconds, in seconds since 1970."""
    from datetime import datetime

    try:
        return int(datetime.fromisoformat(value).timestamp())
    except (TypeError, ValueError, OverflowError):
        return None
