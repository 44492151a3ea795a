"""What the files of Google's credentials hold, exchanged for a token: by kind of file, as google-auth does it.

Fields and URLs are those of google-auth 2.62 (google/oauth2 and google/auth, November 2026), of which the signature
alone is needed here: its own requests know one colour.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, cast

from hamr.api import Call, ConfigError, ReadFile, WallClock
from hamr_provider_vertex.token import SCOPE, Token, asked, by_form, checked, read, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import Flow

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105  # a URL
LIFETIME = 3600
"""Seconds for which a signed assertion holds, and so a token."""
_GRANT = "urn:ietf:params:oauth:grant-type:"


def exchanged(info: Mapping[str, Any], place: str) -> Flow[Token]:
    """The token for the credentials in a file; raises ConfigError for a kind that is not known, NotLetIn."""
    kind = info.get("type")
    exchange = _KINDS.get(kind) if isinstance(kind, str) else None
    if exchange is None:
        known = ", ".join(_KINDS)
        raise ConfigError(
            f"{place} holds credentials of the type {kind!r}, which is not known here ({known})",
            hint="Set VERTEX_AI_ACCESS_TOKEN=$(gcloud auth print-access-token) in its place.",
        )
    token: Token = yield from exchange(info, place)
    project, quota = info.get("project_id"), info.get("quota_project_id")
    return token._replace(
        project=project if isinstance(project, str) and project else token.project,
        quota_project=quota if isinstance(quota, str) and quota else token.quota_project,
    )


def _service_account(info: Mapping[str, Any], place: str) -> Flow[Token]:
    """An assertion that the account's key has signed (RFC 7523)."""
    url = checked(info.get("token_uri") or TOKEN_URL, place)
    now: float = yield WallClock()
    claims = {"iss": _text(info, "client_email", place), "scope": SCOPE, "aud": url}
    assertion = _signed({**claims, "iat": int(now), "exp": int(now) + LIFETIME}, info, place)
    return (yield from by_form(url, {"grant_type": f"{_GRANT}jwt-bearer", "assertion": assertion}, place))


def _signed(claims: Mapping[str, Any], info: Mapping[str, Any], place: str) -> str:
    from google.auth import jwt
    from google.auth.crypt import RSASigner

    _text(info, "private_key", place)
    make, encode = cast("Any", RSASigner).from_service_account_info, cast("Any", jwt).encode  # they have no types
    try:
        written: bytes = encode(make(info), claims)
    except (ValueError, TypeError, AttributeError) as error:  # not its cause, which may quote the key
        raise ConfigError(
            f"{place}: its private_key is none ({type(error).__name__})", hint="Download the key file again."
        ) from None
    return written.decode()


def _authorized_user(info: Mapping[str, Any], place: str) -> Flow[Token]:
    """The login of a person's, by gcloud."""
    fields = {name: _text(info, name, place) for name in ("client_id", "client_secret", "refresh_token")}
    url = info.get("token_uri") or TOKEN_URL
    return (yield from by_form(url, {"grant_type": "refresh_token", **fields}, place))


def _external_user(info: Mapping[str, Any], place: str) -> Flow[Token]:
    """The login of a person's, by a provider of the company's own."""
    pair = f"{_text(info, 'client_id', place)}:{_text(info, 'client_secret', place)}"
    basic = {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    fields = {"grant_type": "refresh_token", "refresh_token": _text(info, "refresh_token", place)}
    return (yield from by_form(_text(info, "token_url", place), fields, place, basic))


def _impersonated(info: Mapping[str, Any], place: str) -> Flow[Token]:
    """Another service account's token, which these credentials may have."""
    source = info.get("source_credentials")
    if not isinstance(source, dict):
        raise ConfigError(f"{place} has no source_credentials", hint="Make the file again, with gcloud.")
    own: Token = yield from exchanged(source, f"the source_credentials of {place}")
    url = _text(info, "service_account_impersonation_url", place)
    return (yield from _as_another(url, own, info.get("delegates"), place))


def _as_another(url: str, own: Token, delegates: Any, place: str) -> Flow[Token]:
    from pydantic_core import to_json

    body = {"scope": [SCOPE], "lifetime": f"{LIFETIME}s", "delegates": delegates or []}
    headers = {"content-type": "application/json", "accept": "application/json"}
    call = Call(checked(url, place), headers=headers, body=to_json(body))
    call = call.with_secret("authorization", f"Bearer {own.value}")
    return (yield from read(call, place, "accessToken", "expireTime"))


def _external(info: Mapping[str, Any], place: str) -> Flow[Token]:
    """The token of another cloud, or of a workload, which Google takes for its own (RFC 8693)."""
    subject = yield from _subject(info.get("credential_source"), place)
    fields = {
        "grant_type": f"{_GRANT}token-exchange",
        "audience": _text(info, "audience", place),
        "scope": SCOPE,
        "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "subject_token_type": _text(info, "subject_token_type", place),
        "subject_token": subject,
    }
    own: Token = yield from by_form(_text(info, "token_url", place), fields, place)
    if info.get("service_account_impersonation_url") is None:
        return own
    return (yield from _as_another(_text(info, "service_account_impersonation_url", place), own, None, place))


def _subject(source: Any, place: str) -> Flow[str]:
    """The token to exchange, in a file or from a server; programs are not run, and AWS is not asked."""
    source = source if isinstance(source, dict) else {}
    form = source.get("format")
    form = form if isinstance(form, dict) else {}
    if isinstance(path := source.get("file"), str):
        data: bytes | None = yield ReadFile(path)
        if data is None:
            raise ConfigError(f"{place} names {path}, which is not there", hint="Whoever runs this workload writes it.")
    elif isinstance(url := source.get("url"), str) and source.get("environment_id") is None:
        headers = source.get("headers")
        call = Call(url, "GET", {"accept": "application/json"})
        for name, value in (headers if isinstance(headers, dict) else {}).items():
            call = call.with_secret(str(name), str(value))
        head = yield from asked(call, 10.0)
        data = head.body if head.status == 200 else b""
    else:
        raise ConfigError(
            f"{place} takes its token from AWS or from a program, neither of which is asked here",
            hint="Set VERTEX_AI_ACCESS_TOKEN=$(gcloud auth print-access-token) in its place.",
        )
    token = _token_in(data, form)
    if not token:
        raise ConfigError(f"the place for a token that {place} names holds none", hint="See its credential_source.")
    return token


def _token_in(data: bytes, form: Mapping[str, Any]) -> str:
    if form.get("type") != "json":
        return data.decode("utf-8", "replace").strip()
    from hamr.api import Head

    value = table(Head(200, {}, data)).get(str(form.get("subject_token_field_name")))
    return value if isinstance(value, str) else ""


def _text(info: Mapping[str, Any], name: str, place: str) -> str:
    value = info.get(name)
    if not isinstance(value, str) or not value:
        raise ConfigError(f"{place} has no {name}", hint="Make the file again, in the console or with gcloud.")
    return value


_KINDS = {
    "service_account": _service_account,
    "authorized_user": _authorized_user,
    "impersonated_service_account": _impersonated,
    "external_account": _external,
    "external_account_authorized_user": _external_user,
}
