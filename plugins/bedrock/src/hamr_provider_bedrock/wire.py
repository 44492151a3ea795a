"""The client half: what a route's messages look like, what its replies mean, and what Bedrock lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hamr.api import BrokenReply, Call, ModelInfo, ModelPage, Unsupported
from hamr.wirekit import Told, read_count, read_object, shown
from hamr_provider_bedrock.address import base_id, vendor
from hamr_provider_bedrock.compat import NAME, Compat
from hamr_provider_bedrock.decode import ReplyDecoder
from hamr_provider_bedrock.failures import call_error
from hamr_provider_bedrock.request import BodyWriter

if TYPE_CHECKING:
    from hamr.api import CallError, Decoder, Dialect, Head, Request, Route

_COUNTED = ("messages", "system", "toolConfig", "additionalModelRequestFields")
_PROFILES = "profiles"


class Converse:
    """The wire for one route; raises ConfigError where its `compat` holds a flag that does not exist."""

    def __init__(self, route: Route) -> None:
        self.compat = Compat.read(route.compat, f"compat of {route.selector}")
        self._vendor = vendor(route.model.id)

    def encode(self, request: Request, route: Route) -> Call:
        """The call that asks for this, without credentials; raises Unsupported."""
        told = Told(NAME)
        body = BodyWriter(self.compat, self._vendor, told).body(request)
        if request.stream:
            accept = "application/vnd.amazon.eventstream"
            return _call(route, route.model.id, "converse-stream", body, told, accept)
        return _call(route, route.model.id, "converse", body, told)

    def decoder(self) -> Decoder:
        """A new decoder for one reply, streamed or whole."""
        return ReplyDecoder(self.compat, self._vendor)

    def error(self, head: Head) -> CallError:
        """The error that a reply with a failing status and its body stands for."""
        return call_error(head, self.compat)

    def dialect(self) -> Dialect:
        """The server half of this wire."""
        from hamr_provider_bedrock.dialect import ConverseDialect

        return ConverseDialect()

    def encode_count(self, request: Request, route: Route) -> Call:
        """The call that asks how many tokens this request has; raises Unsupported.

        It is the model behind a profile that counts (pydantic-ai, pull request 3367, 2025-11).
        """
        id = base_id(route.model.id)
        if id is None:
            raise Unsupported(f"{route.model.id}: this profile does not say which model counts", hint="Name the model.")
        told = Told(NAME)
        body = BodyWriter(self.compat, self._vendor, told).body(request)
        counted = {name: body[name] for name in _COUNTED if name in body}
        return _call(route, id, "count-tokens", {"input": {"converse": counted}}, told)

    def decode_count(self, head: Head, route: Route) -> int:
        """What a whole reply says: the tokens that would go in; raises BrokenReply."""
        return read_count(head.body, "inputTokens")

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


def _call(route: Route, id: str, operation: str, body: Any, told: Told, accept: str = "application/json") -> Call:
    """The id is one segment of the path: an ARN's colons and slashes must not be taken for the path's own."""
    from pydantic_core import to_json

    url = f"{route.provider.base_url}/model/{quote(id, safe='')}/{operation}"
    headers = {"content-type": "application/json", "accept": accept}
    return Call(url, headers=headers, body=to_json(body), adaptations=told.all)


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
