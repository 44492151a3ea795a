"""The models that Bedrock has, and the profiles that lead to them, from its control plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hamr.api import BrokenReply, Call, ModelInfo, ModelPage
from hamr.wirekit import read_whole, shown
from hamr_provider_bedrock.name import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.api import Head, Route

_PROFILES = "profiles"
_RUNTIME, _CONTROL = "//bedrock-runtime.", "//bedrock."


def encode_models(route: Route, page: str | None) -> Call:
    """The call for the models; `page` is that of the profiles, with the mark of a further one."""
    url = route.provider.base_url.replace(_RUNTIME, _CONTROL, 1)
    if page is None:
        url += "/foundation-models?byOutputModality=TEXT"
    else:
        token = page.removeprefix(_PROFILES)
        url += "/inference-profiles?maxResults=1000" + (f"&nextToken={quote(token, safe='')}" if token else "")
    return Call(url, "GET", {"accept": "application/json"})


def decode_models(head: Head, route: Route) -> ModelPage:
    """What the reply lists; a row without an id is passed over. Raises BrokenReply."""
    said = read_whole(head.body)
    said = said if isinstance(said, dict) else {}
    id = route.provider.id
    if isinstance(rows := said.get("modelSummaries"), list):
        return ModelPage(tuple(_model(row, id) for row in rows if _named(row, "modelId")), _PROFILES)
    if not isinstance(rows := said.get("inferenceProfileSummaries"), list):
        raise BrokenReply(f"the reply lists no models: {shown(head.body)}", body=shown(head.body))
    token = said.get("nextToken")
    models = tuple(_profile(row, id) for row in rows if _named(row, "inferenceProfileId"))
    return ModelPage(models, f"{_PROFILES}{token}" if token else None)


def _named(row: Any, name: str) -> bool:
    return isinstance(row, dict) and isinstance(row.get(name), str) and bool(row[name])


def _model(row: dict[str, Any], provider: str) -> ModelInfo:
    reads, cycle = row.get("inputModalities"), row.get("modelLifecycle")
    ends = cycle.get("endOfLifeTime") if isinstance(cycle, dict) else None
    return ModelInfo(
        id=row["modelId"],
        provider=provider,
        name=str(row.get("modelName") or row["modelId"]),
        input=tuple(str(each).lower() for each in reads) if isinstance(reads, list) else None,
        owned_by=row.get("providerName"),
        shutdown_date=None if ends is None else str(ends),
        extra={NAME: row},
    )


def _profile(row: dict[str, Any], provider: str) -> ModelInfo:
    """A profile: one of the user's own is called by its ARN."""
    own = row.get("type") == "APPLICATION"
    id = row.get("inferenceProfileArn") if own else row["inferenceProfileId"]
    return ModelInfo(
        id=str(id or row["inferenceProfileId"]),
        provider=provider,
        name=str(row.get("inferenceProfileName") or row["inferenceProfileId"]),
        extra={NAME: row},
    )


def models_body(models: Sequence[ModelInfo]) -> bytes:
    """The body of a list of models; there are no profiles."""
    from pydantic_core import to_json

    rows = [{"modelId": each.id, "modelName": each.name, "inputModalities": ["TEXT"]} for each in models]
    return to_json({"modelSummaries": rows, "inferenceProfileSummaries": []})
