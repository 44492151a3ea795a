"""The list of a provider's models asked for, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hamr.errors import BrokenReply, Unsupported
from hamr.types import Call, ModelPage
from hamr.wires.json_body import shown
from hamr.wires.openai_completions.model_row import model_id, model_info
from hamr.wires.openai_completions.whole import read_answer
from hamr.wires.openai_url import at_origin, beside_chat, with_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import Head, Route
    from hamr.wires.openai_completions.compat import Compat


def encode_models(route: Route, page: str | None, compat: Compat) -> Call:
    """The call that asks for the models; `page` is the query of a further page. Raises Unsupported."""
    provider = route.provider
    if not compat.models_path:
        raise Unsupported(
            f"{provider.id} does not list its models", hint=f"Name one as its documentation does: {provider.id}/<model>"
        )
    if compat.models_at_origin:
        url = at_origin(provider.base_url, compat.models_path)
    else:
        paths = {"base_path": compat.base_path, "chat_path": compat.chat_path}
        url = beside_chat(provider.base_url, compat.models_path, **paths)
    return Call(with_query(url, page) if page else url, "GET", {"accept": "application/json"})


def decode_models(head: Head, route: Route, compat: Compat) -> ModelPage:
    """What the reply says: a list, or one under `data` or (LM Studio's and Cohere's own APIs) `models`.

    A row that names no model is passed over, for it could not be called. Raises CallError.
    """
    value = read_answer(head.body, compat)
    said: Mapping[str, Any] = value if isinstance(value, dict) else {}
    rows = value if isinstance(value, list) else _rows(said, "data", "models")
    if rows is None:
        raise BrokenReply(f"the reply lists no models: {shown(head.body)}", body=shown(head.body))
    named = [(id, row) for row in rows if (id := model_id(row))]
    beside = {model_id(row): _table(row) for row in _rows(said, "models") or ()}
    models = tuple(model_info(id, {**beside.get(id, {}), **_table(row)}, route.provider.id) for id, row in named)
    return ModelPage(models, _next(said, named[-1][0] if named else None))


def _next(said: Mapping[str, Any], last: str | None) -> str | None:
    """The query of the next page, as OpenRouter links it, or as other lists of Cohere's and OpenAI's name it."""
    links = said.get("links")
    link = links.get("next") if isinstance(links, dict) else None
    if isinstance(link, str):
        return quote(link.partition("?")[2].partition("#")[0], safe="=&%+,:/") or None
    token = said.get("next_page_token")
    if isinstance(token, str) and token:
        return f"page_token={quote(token, safe='')}"
    if said.get("has_more") is not True:
        return None
    named = said.get("last_id")
    after = named if isinstance(named, str) and named else last
    return f"after={quote(after, safe='')}" if after else None


def _rows(said: Mapping[str, Any], *names: str) -> list[Any] | None:
    return next((said[name] for name in names if isinstance(said.get(name), list)), None)


def _table(row: Any) -> dict[str, Any]:
    """The row as a table: some servers list bare names."""
    return row if isinstance(row, dict) else {"id": row}
