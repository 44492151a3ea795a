"""The models that Bedrock has, and the profiles that lead to them, from its control plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hamr.api import BrokenReply, Call, ModelInfo, ModelPage
from hamr.wirekit import read_object, shown
from hamr_provider_bedrock.tables import NAME

if TYPE_CHECKING:
    from hamr.api import Head, Route

_PROFILES = "profiles"


class Listing:
    """What the wire asks of Bedrock's lists."""

    def encode_models(self, route: Route, page: str | None) -> Call:
        """The call for the models; `page` is that of the profiles, with the mark of a further one."""
        url = route.provider.base_url.replace("//bedrock-runtime.", "//bedrock.", 1)
        if page is None:
            url += "/foundation-models?byOutputModality=TEXT"
        else:
            token = page.removeprefix(_PROFILES)
            url += "/inference-profiles?maxResults=1000" + (f"&nextToken={quote(token, safe='')}" if token else "")
        return Call(url, "GET", {"accept": "application/json"})

    def decode_models(self, head: Head, route: Route) -> ModelPage:
        """What the reply lists; a row without an id is passed over. Raises BrokenReply."""
        said = read_object(head.body)
        id, models, profiles = route.provider.id, said.get("modelSummaries"), said.get("inferenceProfileSummaries")
        if isinstance(models, list):
            return ModelPage(tuple(_model(row, id) for row in models if _has(row, "modelId")), _PROFILES)
        if not isinstance(profiles, list):
            raise BrokenReply(f"the reply lists no models: {shown(head.body)}", body=shown(head.body))
        found = tuple(_profile(row, id) for row in profiles if _has(row, "inferenceProfileId"))
        token = said.get("nextToken")
        return ModelPage(found, f"{_PROFILES}{token}" if token else None)


def _has(row: Any, name: str) -> bool:
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
    id = row["inferenceProfileId"]
    called = row.get("inferenceProfileArn") if row.get("type") == "APPLICATION" else None
    return ModelInfo(str(called or id), provider, str(row.get("inferenceProfileName") or id), extra={NAME: row})
