"""Where a token of Microsoft Entra is got from: a client's secret, a workload's identity, a managed identity.

A flow: files are read and other servers asked by effects. Order, URLs and fields are those of azure-identity
1.27 (its source, November 2026), which is not needed for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from hamr.api import Call, CallError, ConfigError, Fetch, NotLetIn, Now, ReadFile, Timeouts, WallClock

if TYPE_CHECKING:
    from hamr.api import Flow, Head, Route

PATIENCE = 10.0
"""Seconds for each question to Entra."""
PROBE = 1.0
"""Seconds for an instance's own server, which answers at once where there is one."""
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_OK = 200


class Token(NamedTuple):
    """A token, and when it ends, in seconds since 1970."""

    value: str
    expires: float

    def __repr__(self) -> str:
        return f"Token(..., {self.expires})"


class Search:
    """One search for a token; `looked` names each place that was looked in, and what was there."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._said = route.provider.parameters
        self.looked = [f"the environment variable {name}" for name in route.provider.auth.env]

    def find(self) -> Flow[Token]:
        """The first that is given; raises ConfigError, naming every place, and NotLetIn where one is refused."""
        for place in (self._client, self._managed):
            token = yield from place()
            if token is not None:
                return token
        id = self._route.provider.id
        raise ConfigError(
            f"no key or token for {id}; looked in Hamr(keys={{{id!r}: ...}}), {', '.join(self.looked)}",
            hint="Set AZURE_OPENAI_API_KEY, or AZURE_OPENAI_AD_TOKEN, or AZURE_TENANT_ID, AZURE_CLIENT_ID and "
            "AZURE_CLIENT_SECRET.",
        )

    def _client(self) -> Flow[Token | None]:
        """An application of the tenant's, by its secret or by the token that Kubernetes gives to a pod."""
        tenant, client = self._said.get("tenant_id"), self._said.get("client_id")
        secret, file = self._route.variable("AZURE_CLIENT_SECRET"), self._said.get("federated_token_file")
        if tenant is None or client is None or (secret is None and file is None):
            self.looked.append(
                "AZURE_TENANT_ID and AZURE_CLIENT_ID with AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE"
            )
            return None
        asked = {"grant_type": "client_credentials", "client_id": client, "scope": self._said["scope"]}
        place = f"the application {client} of AZURE_CLIENT_ID"
        if secret is not None:
            asked["client_secret"] = secret.reveal()
        else:
            written: bytes | None = yield ReadFile(str(file))
            if written is None:
                self.looked.append(f"{file} of AZURE_FEDERATED_TOKEN_FILE (there is no such file)")
                return None
            asked |= {
                "client_assertion_type": _ASSERTION,
                "client_assertion": written.decode("utf-8", "replace").strip(),
            }
        url = f"{self._authority()}/{quote(tenant, safe='')}/oauth2/v2.0/token"
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        head: Head = yield from self._asked(Call(url, headers=headers, body=urlencode(asked).encode()), PATIENCE)
        return (yield from self._read(head, place))

    def _managed(self) -> Flow[Token | None]:
        """The identity of an app service, or of a machine of Azure's, by the server that each has beside it."""
        if self._said.get("credentials", "").strip().lower() == "dev":
            self.looked.append("not a managed identity (AZURE_TOKEN_CREDENTIALS is dev)")
            return None
        query = {"resource": self._said["scope"].removesuffix("/.default")}
        if client := self._said.get("client_id"):
            query["client_id"] = client
        endpoint, own = self._said.get("identity_endpoint"), self._route.variable("IDENTITY_HEADER")
        if endpoint is not None and own is not None:
            place, url = "the app service's identity", f"{endpoint}?{urlencode({'api-version': '2019-08-01', **query})}"
            call = Call(url, "GET", {"accept": "application/json"}).with_secret("x-identity-header", own.reveal())
        else:
            base = self._said["metadata_url"].rstrip("/")
            place = f"a managed identity at {base}"
            asked = urlencode({"api-version": "2018-02-01", **query})
            call = Call(f"{base}/metadata/identity/oauth2/token?{asked}", "GET", {"metadata": "true"})
        try:
            head: Head = yield from self._asked(call, PROBE)
        except CallError as error:
            self.looked.append(f"{place} ({type(error).__name__}: {error.message})")
            return None
        if head.status != _OK:
            self.looked.append(f"{place} (it answered {head.status})")
            return None
        return (yield from self._read(head, place))

    def _authority(self) -> str:
        url = self._said["authority"].strip().rstrip("/")
        url = url if "://" in url else f"https://{url}"
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ConfigError(f"AZURE_AUTHORITY_HOST is {url!r}, to which no secret is sent", hint="It must be https.")
        return url

    def _asked(self, call: Call, patience: float) -> Flow[Head]:
        now: float = yield Now()
        timeouts = Timeouts(patience, patience, patience)
        head: Head = yield Fetch(
            Call(call.url, call.method, call.headers, call.body, call.secret, (), timeouts, now + patience)
        )
        return head

    def _read(self, head: Head, place: str) -> Flow[Token]:
        from pydantic_core import from_json

        now: float = yield WallClock()
        try:
            said: Any = from_json(head.body)
        except ValueError:
            said = None
        said = said if isinstance(said, dict) else {}
        value = said.get("access_token")
        if head.status != _OK or not isinstance(value, str):
            why = said.get("error_description") or said.get("error") or f"it answered {head.status}, and no token"
            first = str(why).partition("\r\n")[0][:500]
            raise NotLetIn(f"Microsoft Entra gives no token to {place}: {first}", status=head.status)
        return Token(value, _expiry(said, now))


def _expiry(said: dict[str, Any], now: float) -> float:
    """`expires_on` is a moment, `expires_in` a time from now; both come as numbers and as texts."""
    for name, since in (("expires_on", 0.0), ("expires_in", now)):
        try:
            return since + float(said[name])
        except (KeyError, TypeError, ValueError):
            continue
    return now
