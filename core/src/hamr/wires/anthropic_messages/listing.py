"""The list of a provider's models asked for, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hamr.errors import BrokenReply, Unsupported
from hamr.types import Call, ModelInfo, ModelPage
from hamr.wires.anthropic_messages.messages_url import messages_url
from hamr.wires.anthropic_messages.name import NAME
from hamr.wires.json_body import read_whole, shown
from hamr.wires.model_name import readable
from hamr.wires.openai_url import with_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import Head, Route
    from hamr.wires.anthropic_messages.compat import Compat

_PAGE = 1000
"""The largest page (Anthropic API reference, "List models", 2026-11)."""


def encode_models(route: Route, page: str | None, compat: Compat) -> Call:
    """The call that asks for the models; `page` is the last model of the page before. Raises Unsupported."""
    provider = route.provider
    if not compat.models_path:
        raise Unsupported(
            f"{provider.id} does not list its models", hint=f"Name one as its documentation does: {provider.id}/<model>"
        )
    url = with_query(messages_url(route, compat, compat.models_path), f"limit={_PAGE}")
    headers = {"accept": "application/json"}
    if compat.version:
        headers["anthropic-version"] = compat.version
    return Call(with_query(url, f"after_id={quote(page, safe='')}") if page else url, "GET", headers)


def decode_models(head: Head, route: Route, compat: Compat) -> ModelPage:
    """What the reply says; a row that names no model is passed over, for it could not be called. Raises CallError."""
    value = read_whole(head.body)
    said: Mapping[str, Any] = value if isinstance(value, dict) else {}
    rows = said.get("data")
    if not isinstance(rows, list):
        raise BrokenReply(f"the reply lists no models: {shown(head.body)}", body=shown(head.body))
    models = tuple(_info(row["id"], row, route.provider.id) for row in rows if _names(row))
    last = said.get("last_id") or (models[-1].id if models else None)
    more = said.get("has_more") is True and isinstance(last, str)
    return ModelPage(models, last if more else None)


def _names(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), str) and bool(row["id"])


def _info(id: str, row: Mapping[str, Any], provider: str) -> ModelInfo:
    name = _text(row, "display_name") or _text(row, "name")
    sees = _able(row, "image_input")
    reads = None if sees is None else ("text", "image") if sees else ("text",)
    return ModelInfo(
        id=id,
        provider=provider,
        name=name or readable(id),
        context_window=_count(row, "max_input_tokens"),
        max_tokens=_count(row, "max_tokens"),
        input=reads,
        reasoning=_able(row, "thinking"),
        owned_by=_text(row, "owned_by"),
        created=_seconds(_text(row, "created_at")),
        shutdown_date=_text(row, "retires_at"),
        extra={NAME: row},
    )


def _able(row: Mapping[str, Any], name: str) -> bool | None:
    """A capability, which is a table that says whether it is supported."""
    table = row.get("capabilities")
    found = table.get(name) if isinstance(table, dict) else None
    found = found.get("supported") if isinstance(found, dict) else found
    return found if isinstance(found, bool) else None


def _text(row: Mapping[str, Any], name: str) -> str | None:
    found = row.get(name)
    return found if isinstance(found, str) and found else None


def _count(row: Mapping[str, Any], name: str) -> int | None:
    found = row.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None


def _seconds(date: str | None) -> int | None:
    """Seconds since 1970 of a date; its beginning stands for a date that is not known."""
    from datetime import UTC, datetime

    try:
        read = datetime.fromisoformat(date) if date else None
    except ValueError:
        return None
    if read is None:
        return None
    seconds = int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp())
    return seconds if seconds > 0 else None
