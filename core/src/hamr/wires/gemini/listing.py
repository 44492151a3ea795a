"""The list of a provider's models asked for, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hamr.errors import BrokenReply, Unsupported
from hamr.types import Call, ModelInfo, ModelPage
from hamr.wires.gemini.name import NAME
from hamr.wires.gemini.url import base_url
from hamr.wires.json_body import read_whole, shown
from hamr.wires.model_name import readable
from hamr.wires.openai_url import at_origin

if TYPE_CHECKING:
    from hamr.types import Head, Route
    from hamr.wires.gemini.compat import Compat

_LISTS = ("models", "publisherModels")


def encode_models(route: Route, page: str | None, compat: Compat) -> Call:
    """The call that asks for a page of models; raises Unsupported."""
    if not compat.models_path:
        raise Unsupported(
            f"{route.provider.id} does not list its models",
            hint=f"Name one as its documentation does: {route.provider.id}/<model>",
        )
    if compat.models_at_origin:
        url = at_origin(route.provider.base_url, compat.models_path)
    else:
        url = f"{base_url(route, compat)}{compat.models_path}"
    token = f"&pageToken={quote(page, safe='')}" if page else ""
    return Call(f"{url}?pageSize={compat.models_page_size}{token}", "GET", {"accept": "application/json"})


def decode_models(head: Head, route: Route) -> ModelPage:
    """What the reply says; raises CallError."""
    value = read_whole(head.body)
    said = value if isinstance(value, dict) else {}
    rows = next((said[name] for name in _LISTS if isinstance(said.get(name), list)), None)
    if rows is None and said and not said.keys() <= {"nextPageToken"}:
        raise BrokenReply(f"the reply lists no models: {shown(head.body)}", body=shown(head.body))
    page = said.get("nextPageToken")
    named = (_info(row, route.provider.id) for row in rows or () if isinstance(row, dict))
    return ModelPage(tuple(row for row in named if row is not None), page if isinstance(page, str) and page else None)


def _info(row: dict[str, Any], provider: str) -> ModelInfo | None:
    name = row.get("name")
    if not isinstance(name, str) or not name:
        return None
    id, shown_name, thinks = _id(name), row.get("displayName"), row.get("thinking")
    return ModelInfo(
        id=id,
        provider=provider,
        name=shown_name if isinstance(shown_name, str) and shown_name else readable(id),
        context_window=_count(row.get("inputTokenLimit")),
        max_tokens=_count(row.get("outputTokenLimit")),
        reasoning=thinks if isinstance(thinks, bool) else None,
        extra={NAME: row},
    )


def _id(name: str) -> str:
    """`models/x` is called x, and `publishers/google/models/x` too; other names stay as they are."""
    head, _, last = name.rpartition("models/")
    return last if last and head in ("", "publishers/google/") else name


def _count(value: Any) -> int | None:
    return value if type(value) is int and value > 0 else None
