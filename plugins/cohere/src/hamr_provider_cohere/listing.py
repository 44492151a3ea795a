"""The models that the provider has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hamr.api import BrokenReply, Call, ModelInfo, ModelPage
from hamr.wirekit import readable, shown
from hamr_provider_cohere.name import NAME
from hamr_provider_cohere.url import api_url
from hamr_provider_cohere.whole import read_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import Head, Route
    from hamr_provider_cohere.compat import Compat

_PAGE = 1000
"""The most of one page ("List Models", docs.cohere.com, 2026-11)."""


def encode_models(route: Route, page: str | None) -> Call:
    """The call that asks for them, or for a further page."""
    further = f"&page_token={quote(page, safe='')}" if page else ""
    url = api_url(route.provider.base_url, f"/v1/models?page_size={_PAGE}{further}")
    return Call(url, "GET", {"accept": "application/json"})


def decode_models(head: Head, route: Route, compat: Compat) -> ModelPage:
    """What the reply says; a row that names no model is passed over. Raises CallError."""
    said = read_answer(head.body, compat)
    rows = said.get("models")
    if not isinstance(rows, list):
        raise BrokenReply(f"the reply lists no models: {shown(head.body)}", body=shown(head.body))
    token = said.get("next_page_token")
    named = [row for row in rows if isinstance(row, dict) and isinstance(row.get("name"), str) and row["name"]]
    models = tuple(_info(row, route.provider.id) for row in named)
    return ModelPage(models, token if isinstance(token, str) and token else None)


def _info(row: Mapping[str, Any], provider: str) -> ModelInfo:
    context, found = row.get("context_length"), row.get("features")
    features = frozenset(each for each in found if isinstance(each, str)) if isinstance(found, list) else None
    return ModelInfo(
        row["name"],
        provider,
        readable(row["name"]),
        context_window=int(context) if isinstance(context, int | float) and context > 0 else None,
        input=None if features is None else ("text", "image") if "vision" in features else ("text",),
        reasoning=None if features is None else bool({"thinking", "reasoning"} & features),
        tools=None if features is None else "tools" in features,
        extra={NAME: dict(row)},
    )
