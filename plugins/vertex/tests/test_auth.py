"""How calls are let in: tokens, and what is exchanged for one; and what is said where there is nothing."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from hamr import CallError, ConfigError, Hamr, NoAnswer, NotLetIn
from hamr.api import Call
from hamr_provider_vertex.auth import GoogleAuth
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import Answer, ScriptedTransport

CALL = Call("https://us-central1-aiplatform.googleapis.com/v1/projects/p/x:generateContent")
OPEN = Call("https://us-central1-aiplatform.googleapis.com/v1/projects/{project}/x:generateContent")
ANSWER = Answer((b"{}",))
REFUSED = Answer((b"{}",), status=401)
DARK = {"NO_GCE_CHECK": "true"}
Info = dict[str, Any]
Write = Callable[[Info], dict[str, str]]


def auth(**environ: str) -> GoogleAuth:
    return GoogleAuth(Hamr(environ=environ).pipeline("vertex/gemini-2.5-flash").route)


def sent(colour: Colour, entry: GoogleAuth, *answers: Answer | Exception, call: Call = CALL) -> list[Call]:
    transport = ScriptedTransport(*(answers or (ANSWER,)))
    colour.result(entry.flow(call), transport)
    return transport.calls


def given(value: str = "canary-token", seconds: float = 3599) -> Answer:
    return Answer((json.dumps({"access_token": value, "expires_in": seconds, "token_type": "Bearer"}).encode(),))


def jwt(seconds: float) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() + seconds}).encode()).decode().rstrip("=")
    return f"e30.{claims}.c2ln"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write credentials to a file; the environment that names it."""

    def to(info: Info) -> dict[str, str]:
        file = tmp_path / "credentials.json"
        file.write_text(json.dumps(info))
        return {"GOOGLE_APPLICATION_CREDENTIALS": str(file), **DARK}

    return to


@pytest.fixture
def account(pem: str) -> Info:
    """The key file of a service account."""
    return {
        "type": "service_account",
        "project_id": "of-the-key",
        "private_key_id": "kid-1",
        "private_key": pem,
        "client_email": "me@of-the-key.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    }


USER = {
    "type": "authorized_user",
    "client_id": "me",
    "client_secret": "canary-client-secret",
    "refresh_token": "canary-refresh",
    "quota_project_id": "paying",
}


@pytest.mark.parametrize("name", ["VERTEX_AI_ACCESS_TOKEN", "GOOGLE_OAUTH_ACCESS_TOKEN"])
def test_a_token_of_a_variables(name: str, colour: Colour) -> None:
    """N-8, N-85."""
    (call,) = sent(colour, auth(**{name: "ya29.canary"}))
    assert call.headers["authorization"] == "Bearer ya29.canary"
    assert call.secret == {"authorization"}
    assert "canary" not in repr(call)


def test_a_token_that_has_expired_is_told_with_its_place(colour: Colour) -> None:
    """Before it is sent, where it says when it ends; and where Google refuses it."""
    transport = ScriptedTransport()
    token = jwt(-1)
    with pytest.raises(ConfigError, match="VERTEX_AI_ACCESS_TOKEN has expired") as caught:
        colour.result(auth(VERTEX_AI_ACCESS_TOKEN=token).flow(CALL), transport)
    assert transport.calls == []
    assert token not in str(caught.value)
    transport = ScriptedTransport(REFUSED)
    with pytest.raises(NotLetIn, match="the environment variable GOOGLE_OAUTH_ACCESS_TOKEN") as refused:
        colour.result(auth(GOOGLE_OAUTH_ACCESS_TOKEN="ya29.canary").flow(CALL), transport)  # made up
    assert "gcloud auth print-access-token" in refused.value.hint
    assert refused.value.status == 401
    assert "canary" not in str(refused.value)
    assert [reply.closed for reply in transport.replies] == [1]


def test_a_service_account_signs_for_its_token(
    colour: Colour, write: Write, account: Info, key: rsa.RSAPrivateKey
) -> None:
    """M-27, N-85: RS256, an hour, the scope of the whole cloud; asked for by an effect, and once."""
    entry = auth(**write(account))
    asked, call = sent(colour, entry, given(), ANSWER)
    assert asked.url == "https://oauth2.googleapis.com/token"
    form = parse_qs(asked.body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    head, claims, signature = form["assertion"][0].split(".")
    assert decoded(head) == {"alg": "RS256", "typ": "JWT", "kid": "kid-1"}
    said = decoded(claims)
    assert said["exp"] - said["iat"] == 3600
    assert abs(said["iat"] - time.time()) < 60
    assert (said["iss"], said["aud"]) == (account["client_email"], account["token_uri"])
    assert said["scope"] == "https://www.googleapis.com/auth/cloud-platform"
    key.public_key().verify(raw(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert call.headers["authorization"] == "Bearer canary-token"
    assert "x-goog-user-project" not in call.headers
    (again,) = sent(colour, entry)
    assert again.headers["authorization"] == "Bearer canary-token"


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def decoded(text: str) -> Any:
    return json.loads(raw(text))


def test_what_a_key_file_holds_may_be_the_key(colour: Colour, account: Info) -> None:
    route = Hamr(environ=DARK, keys={"vertex": json.dumps(account)}).pipeline("vertex/m").route
    asked, call = sent(colour, GoogleAuth(route), given(), ANSWER, call=OPEN)
    assert asked.url == account["token_uri"]
    assert "/projects/of-the-key/" in call.url


def test_a_persons_login_by_gcloud(colour: Colour, tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "gcloud"
    folder.mkdir(parents=True)
    (folder / "application_default_credentials.json").write_text(json.dumps(USER))
    for environ in ({"HOME": str(tmp_path)}, {"CLOUDSDK_CONFIG": str(folder)}):
        asked, call = sent(colour, auth(**environ, **DARK), given(), ANSWER, call=OPEN)
        assert parse_qs(asked.body.decode()) == {
            "grant_type": ["refresh_token"],
            "client_id": ["me"],
            "client_secret": ["canary-client-secret"],
            "refresh_token": ["canary-refresh"],
        }
        assert call.headers["x-goog-user-project"] == "paying"
        assert "/projects/paying/" in call.url
    environ = {"HOME": str(tmp_path), "GOOGLE_CLOUD_QUOTA_PROJECT": "other"}
    assert sent(colour, auth(**environ, **DARK), given(), ANSWER)[1].headers["x-goog-user-project"] == "other"


@pytest.mark.parametrize("expires", ["soon", "2026-13-99T00:00:00Z", None])
def test_a_token_that_does_not_say_when_it_ends_is_asked_for_again(expires: Any, colour: Colour, write: Write) -> None:
    entry = auth(**write(USER))
    answer = Answer((json.dumps({"access_token": "once", "expires_in": expires}).encode(),))
    sent(colour, entry, answer, ANSWER)
    asked, _ = sent(colour, entry, given(), ANSWER)
    assert asked.url.endswith("/token")
    assert "canary" not in repr(entry._token)  # noqa: SLF001  # what a log of it would show


def test_another_service_account_is_impersonated(colour: Colour, write: Write) -> None:
    url = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/you:generateAccessToken"
    info = {
        "type": "impersonated_service_account",
        "service_account_impersonation_url": url,
        "source_credentials": USER,
    }
    theirs = Answer((json.dumps({"accessToken": "theirs", "expireTime": "2999-01-01T00:00:00Z"}).encode(),))
    entry = auth(**write({**info, "delegates": ["between"]}))
    _, asked, call = sent(colour, entry, given("mine"), theirs, ANSWER)
    assert (asked.url, asked.headers["authorization"]) == (url, "Bearer mine")
    assert json.loads(asked.body)["delegates"] == ["between"]
    assert call.headers["authorization"] == "Bearer theirs"
    (again,) = sent(colour, entry)
    assert again.headers["authorization"] == "Bearer theirs"


EXTERNAL = {
    "type": "external_account",
    "audience": "//iam.googleapis.com/pool",
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    "token_url": "https://sts.googleapis.com/v1/token",
}


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_workloads_identity_from_a_file(form: str, colour: Colour, write: Write, tmp_path: Path) -> None:
    subject = tmp_path / "subject"
    subject.write_text("canary-subject\n" if form == "text" else '{"t": "canary-subject"}')
    source = {"file": str(subject), "format": {"type": form, "subject_token_field_name": "t"}}
    asked, call = sent(colour, auth(**write({**EXTERNAL, "credential_source": source})), given(), ANSWER)
    said = parse_qs(asked.body.decode())
    assert asked.url == EXTERNAL["token_url"]
    assert said["subject_token"] == ["canary-subject"]
    assert said["audience"] == [EXTERNAL["audience"]]
    assert call.headers["authorization"] == "Bearer canary-token"


def test_a_workloads_identity_from_a_server_for_another_account(colour: Colour, write: Write) -> None:
    source = {
        "url": "https://ci.test/token",
        "headers": {"Authorization": "bearer canary-ci"},
        "format": {"type": "json", "subject_token_field_name": "value"},
    }
    info = {**EXTERNAL, "credential_source": source, "service_account_impersonation_url": "https://iam.test/you"}
    theirs = Answer((json.dumps({"accessToken": "theirs", "expireTime": "2999-01-01T00:00:00Z"}).encode(),))
    subject, exchange, other, call = sent(
        colour, auth(**write(info)), Answer((b'{"value": "subject"}',)), given("own"), theirs, ANSWER
    )
    assert subject.headers["authorization"] == "bearer canary-ci"
    assert "canary" not in repr(subject)
    assert parse_qs(exchange.body.decode())["subject_token"] == ["subject"]
    assert other.headers["authorization"] == "Bearer own"
    assert call.headers["authorization"] == "Bearer theirs"


def test_a_persons_login_by_a_company(colour: Colour, write: Write) -> None:
    info = {**USER, "type": "external_account_authorized_user", "token_url": "https://sts.googleapis.com/v1/oauthtoken"}
    asked, _ = sent(colour, auth(**write(info)), given(), ANSWER)
    assert asked.url == info["token_url"]
    assert base64.b64decode(asked.headers["authorization"].split()[1]) == b"me:canary-client-secret"
    assert "authorization" in asked.secret


def test_the_machines_own_account(colour: Colour) -> None:
    project = Answer((b"of-the-machine",), headers={"metadata-flavor": "Google"})
    entry = auth(GCE_METADATA_HOST="meta.test:80")
    asked, token, call = sent(colour, entry, project, given(), ANSWER, call=OPEN)
    base = "http://meta.test:80/computeMetadata/v1"
    assert asked.url == f"{base}/project/project-id"
    assert token.url.startswith(f"{base}/instance/service-accounts/default/token?scopes=https://")
    assert asked.headers["metadata-flavor"] == token.headers["metadata-flavor"] == "Google"
    assert "/projects/of-the-machine/" in call.url


@pytest.mark.parametrize("first", [given("old", 200), given("old", 0)])
def test_a_token_is_renewed_before_it_ends(first: Answer, colour: Colour, write: Write) -> None:
    entry = auth(**write(USER))
    sent(colour, entry, first, ANSWER)
    _, call = sent(colour, entry, given("new"), ANSWER)
    assert call.headers["authorization"] == "Bearer new"


def test_a_token_that_is_refused_is_renewed_once(colour: Colour, write: Write) -> None:
    entry = auth(**write(USER))
    calls = sent(colour, entry, given("old"), REFUSED, given("new"), ANSWER)
    assert [call.headers.get("authorization") for call in calls] == [None, "Bearer old", None, "Bearer new"]
    calls = sent(colour, entry, REFUSED, given("newer"), REFUSED)
    assert len(calls) == 3


def test_where_there_is_nothing_each_place_is_named(colour: Colour, tmp_path: Path) -> None:
    """Pain 36: every place, and what was there."""
    transport = ScriptedTransport(NoAnswer("timed out"))
    with pytest.raises(ConfigError) as caught:
        colour.result(auth(HOME=str(tmp_path)).flow(CALL), transport)
    said = str(caught.value)
    for place in (
        "Hamr(keys={'vertex': ...})",
        "VERTEX_AI_ACCESS_TOKEN",
        "GOOGLE_OAUTH_ACCESS_TOKEN",
        "GOOGLE_APPLICATION_CREDENTIALS",
        f"{tmp_path}/.config/gcloud/application_default_credentials.json (there is none)",
        "metadata.google.internal (NoAnswer: timed out)",
        "gcloud auth application-default login",
    ):
        assert place in said


@pytest.mark.parametrize(
    ("environ", "answer", "place"),
    [
        (DARK, None, "NO_GCE_CHECK is true"),
        ({}, Answer((b"<html>",)), "what answered there is none"),
        ({"APPDATA": "no-such"}, Answer(()), "no-such/gcloud/"),
    ],
)
def test_odd_machines_are_told(environ: dict[str, str], answer: Answer | None, place: str, colour: Colour) -> None:
    with pytest.raises(ConfigError, match=place):
        colour.result(auth(**environ).flow(CALL), ScriptedTransport(*([answer] if answer else [])))


def test_credentials_that_google_refuses_are_told_with_their_place(colour: Colour, write: Write) -> None:
    """An expired login; nothing of what was sent is shown."""
    body = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    environ = write(USER)
    transport = ScriptedTransport(Answer((json.dumps(body).encode(),), status=400))
    with pytest.raises(NotLetIn, match="invalid_grant: Token has been expired") as caught:
        colour.result(auth(**environ).flow(CALL), transport)
    assert environ["GOOGLE_APPLICATION_CREDENTIALS"] in str(caught.value)
    assert "gcloud auth application-default login" in caught.value.hint
    assert "canary" not in f"{caught.value} {caught.value!r} {caught.value.__dict__}"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"access_token": 5}', b'{"error": {"message": "no"}}'])
def test_answers_that_hold_no_token(body: bytes, colour: Colour, write: Write) -> None:
    with pytest.raises(NotLetIn, match="gives no token"):
        colour.result(auth(**write(USER)).flow(CALL), ScriptedTransport(Answer((body,))))


def test_a_file_that_is_named_and_not_there_is_told(colour: Colour, tmp_path: Path) -> None:
    environ = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "none.json")}
    with pytest.raises(ConfigError, match=r"none\.json of GOOGLE_APPLICATION_CREDENTIALS is not there"):
        colour.result(auth(**environ).flow(CALL), ScriptedTransport())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "gdch_service_account"}, "'gdch_service_account', which is not known here"),
        ({"type": None}, "None, which is not known here"),
        ({"private_key": "canary-no-pem"}, "its private_key is none"),
        ({"private_key": None}, "has no private_key"),
        ({"client_email": ""}, "has no client_email"),
        ({"token_uri": "http://oauth2.googleapis.com/token"}, "to which no secret is sent"),
    ],
)
def test_files_that_hold_no_credentials(change: Info, said: str, colour: Colour, write: Write, account: Info) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        colour.result(auth(**write({**account, **change})).flow(CALL), ScriptedTransport())
    assert "canary" not in f"{caught.value} {caught.value.__cause__}"
    assert "BEGIN" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"executable": {"command": "rm"}}, "AWS or from a program"),
        ({"environment_id": "aws1", "url": "https://x.test"}, "AWS or from a program"),
        ({"file": "no-such-file"}, "no-such-file, which is not there"),
        (None, "AWS or from a program"),
    ],
)
def test_identities_that_are_not_taken(source: Any, said: str, colour: Colour, write: Write) -> None:
    """No program is run that a file names."""
    with pytest.raises(ConfigError, match=said):
        colour.result(auth(**write({**EXTERNAL, "credential_source": source})).flow(CALL), ScriptedTransport())


def test_a_place_that_holds_no_token(colour: Colour, write: Write) -> None:
    info = {**EXTERNAL, "credential_source": {"url": "https://ci.test"}}
    with pytest.raises(ConfigError, match="holds none"):
        colour.result(auth(**write(info)).flow(CALL), ScriptedTransport(Answer((b"no",), status=500)))


def test_a_file_that_is_no_json(colour: Colour, tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_text("canary {")
    with pytest.raises(ConfigError, match="is no JSON") as caught:
        colour.result(auth(GOOGLE_APPLICATION_CREDENTIALS=str(file)).flow(CALL), ScriptedTransport())
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("quota", [{}, {"quota_project_id": "paying"}])
def test_the_project_stands_in_the_credentials_or_is_missed(
    quota: dict[str, str], colour: Colour, write: Write
) -> None:
    """N-85: also beside a token of a variable's."""
    info = {name: value for name, value in USER.items() if name != "quota_project_id"} | quota
    entry = auth(**write(info), VERTEX_AI_ACCESS_TOKEN="t")  # made up
    if quota:
        assert "/projects/paying/" in sent(colour, entry, call=OPEN)[0].url
        return
    with pytest.raises(ConfigError, match=r"no project for vertex; .*VERTEX_AI_PROJECT, GOOGLE_CLOUD_PROJECT"):
        sent(colour, entry, call=OPEN)


def test_errors_of_the_way_are_told_as_such(colour: Colour, write: Write) -> None:
    with pytest.raises(CallError, match="no way"):
        sent(colour, auth(**write(USER)), NoAnswer("no way"))
