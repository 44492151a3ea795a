"""Credentials that are not in variables: what is asked for them, and what is said where they cannot be had (N-80)."""

from __future__ import annotations

import json
import logging
import re
import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from blockbuster import blockbuster_ctx

import hamr
import hamr_provider_bedrock
from hamr import ConfigError, Hamr, HamrError
from hamr.api import Call
from hamr_provider_bedrock.auth import AwsAuth
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import Answer, ScriptedTransport

Files = Callable[..., dict[str, str]]

CALL = Call("https://bedrock-runtime.amazonaws.com/model/m/converse")
DARK = {"AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nowhere"}
"""An environment that says nothing of credentials."""
SOURCE = "[source]\naws_access_key_id = AKIDSOURCE\naws_secret_access_key = canary-secret\n"
ROLE = "arn:aws:iam::123456789012:role/r"


def auth(**environ: str) -> AwsAuth:
    return AwsAuth(Hamr(environ=environ).pipeline("bedrock/m").route)


def key(colour: Colour, entry: AwsAuth, status: int = 200) -> str:
    """The id of the key that a call is signed with."""
    transport = ScriptedTransport(Answer((b"{}",), status))
    colour.result(entry.flow(CALL), transport)
    (call,) = transport.calls
    found = re.search(r"Credential=(\w+)/", call.headers["authorization"])
    assert found
    assert call.headers.get("x-amz-security-token") == "canary-token"
    return found.group(1)


def soon(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def keys(id: str, minutes: float = 60, **more: Any) -> dict[str, Any]:
    """Credentials as a container's or an instance's server gives them."""
    said = {"AccessKeyId": id, "SecretAccessKey": "canary-secret", "Token": "canary-token", "Expiration": soon(minutes)}
    return {"Code": "Success", **said, **more}


def role_keys(id: str, operation: str) -> bytes:
    """Credentials as STS gives them."""
    named = {"AccessKeyId": id, "SecretAccessKey": "s", "SessionToken": "canary-token", "Expiration": soon(60)}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in named.items())
    result = f"<{operation}Result><Credentials>{inner}</Credentials></{operation}Result>"
    return f"<{operation}Response>{result}</{operation}Response>".encode()


def services(provider: Canned, *names: str) -> str:
    """A section for AWS's config that leads these services here."""
    lines = "".join(f"{name} =\n  endpoint_url = {provider.url}\n" for name in names)
    return f"[services here]\n{lines}"


def test_a_container(colour: Colour, provider: Canned, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from a file")
    where = {**DARK, "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{provider.url}/v1/credentials"}
    for given in (
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "from a variable"},
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(tmp_path / "token")},
    ):
        provider.answer(keys("AKIDCONTAINER"))
        assert key(colour, auth(**where, **given)) == "AKIDCONTAINER"
    assert [(asked.method, asked.path) for asked in provider.asked] == [("GET", "/v1/credentials")] * 2
    assert [asked.headers["authorization"] for asked in provider.asked] == ["from a variable", "from a file"]


@pytest.mark.parametrize("url", ["http://169.254.170.2.evil.test/", "http://evil.test/", "ftp://169.254.170.2/"])
def test_a_containers_url_leads_nowhere_else(colour: Colour, url: str) -> None:
    with pytest.raises(ConfigError, match=r"a container .*(Unsupported host|scheme)"):
        key(colour, auth(**DARK, AWS_CONTAINER_CREDENTIALS_FULL_URI=url))


def test_the_instance(colour: Colour, provider: Canned) -> None:
    for answer in (b"imds-token", b"my-role", keys("AKIDINSTANCE")):
        provider.answer(answer)
    environ = {"AWS_REGION": "us-east-1", "HOME": "/nowhere", "AWS_EC2_METADATA_SERVICE_ENDPOINT": provider.url}
    assert key(colour, auth(**environ)) == "AKIDINSTANCE"
    roles = "/latest/meta-data/iam/security-credentials/"
    assert [(asked.method, asked.path) for asked in provider.asked] == [
        ("PUT", "/latest/api/token"), ("GET", roles), ("GET", f"{roles}my-role")
    ]  # fmt: skip
    assert provider.asked[2].headers["x-aws-ec2-metadata-token"] == "imds-token"


def test_an_instance_of_the_first_version_is_not_asked(colour: Colour, provider: Canned) -> None:
    provider.answer(b"", status=404)
    environ = {"AWS_REGION": "us-east-1", "HOME": "/nowhere", "AWS_EC2_METADATA_SERVICE_ENDPOINT": provider.url}
    with pytest.raises(ConfigError, match="IMDSv1"):
        key(colour, auth(**environ))
    assert len(provider.asked) == 1


def test_a_web_identity(colour: Colour, provider: Canned, tmp_path: Path, files: Files) -> None:
    (tmp_path / "token").write_text("jwt.canary")
    environ = files(config=f"[default]\nservices = here\n{services(provider, 'sts')}")
    environ |= {"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"), "AWS_ROLE_ARN": ROLE}
    provider.answer(role_keys("AKIDPOD", "AssumeRoleWithWebIdentity"), content_type="text/xml")
    assert key(colour, auth(**environ)) == "AKIDPOD"
    (asked,) = provider.asked
    assert b"WebIdentityToken=jwt.canary" in asked.body
    assert b"RoleArn=arn%3Aaws%3Aiam" in asked.body
    assert "authorization" not in asked.headers


def test_a_role_of_another_profile(colour: Colour, provider: Canned, files: Files) -> None:
    config = f"[profile work]\nrole_arn = {ROLE}\nsource_profile = source\nservices = here\n"
    environ = {**files(SOURCE, config + services(provider, "sts")), "AWS_PROFILE": "work"}
    provider.answer(role_keys("AKIDROLE", "AssumeRole"), content_type="text/xml")
    assert key(colour, auth(**environ)) == "AKIDROLE"
    assert "Credential=AKIDSOURCE/" in provider.asked[0].headers["authorization"]


def test_the_log_shows_no_key(colour: Colour, provider: Canned, files: Files, caplog: pytest.LogCaptureFixture) -> None:
    """Also where everything is logged: botocore shows whole answers then."""
    log = logging.getLogger("botocore")
    level = log.level
    log.setLevel(logging.NOTSET)
    config = f"[profile work]\nrole_arn = {ROLE}\nsource_profile = source\nservices = here\n"
    environ = {**files(SOURCE, config + services(provider, "sts")), "AWS_PROFILE": "work"}
    provider.answer(role_keys("AKIDROLE", "AssumeRole"), content_type="text/xml")
    with caplog.at_level(logging.DEBUG):
        logging.getLogger(__name__).debug("the log is awake")
        assert key(colour, auth(**environ)) == "AKIDROLE"
    assert "awake" in caplog.text
    assert "canary" not in caplog.text
    log.setLevel(level)


def test_a_role_that_is_refused_ends_the_search(colour: Colour, provider: Canned, files: Files) -> None:
    """Whoever names a role means it: another identity in its place would be a surprise."""
    config = f"[profile work]\nrole_arn = {ROLE}\nsource_profile = source\nservices = here\n"
    environ = {**files(SOURCE, config + services(provider, "sts")), "AWS_PROFILE": "work"}
    environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = provider.url
    error = "<Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message>"
    answer = f"<ErrorResponse><Error>{error}</Error></ErrorResponse>".encode()
    provider.answer(answer, status=403, content_type="text/xml")
    with pytest.raises(ConfigError, match=r"the profile 'work' in .*AccessDenied.*not authorized") as caught:
        key(colour, auth(**environ))
    assert len(provider.asked) == 1
    assert "canary" not in f"{caught.value!r} {caught.value}"


def test_a_role_that_wants_a_code_asks_nobody(colour: Colour, files: Files) -> None:
    config = f"[profile work]\nrole_arn = {ROLE}\nsource_profile = source\nmfa_serial = arn:aws:iam::1:mfa/me\n"
    with pytest.raises(ConfigError, match="MFA") as caught:
        key(colour, auth(**files(SOURCE, config), AWS_PROFILE="work"))
    assert "aws configure export-credentials" in caught.value.hint


def test_single_sign_on(colour: Colour, provider: Canned, tmp_path: Path, files: Files) -> None:
    account = "sso_account_id = 123456789012\nsso_role_name = dev\nsso_session = corp\nservices = here\n"
    session = "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.test/start\n"
    environ = files(config=f"[default]\n{account}{session}{services(provider, 'sso')}")
    with pytest.raises(ConfigError, match="the profile 'default' in") as caught:
        key(colour, auth(**environ))
    assert caught.value.hint == "Log in: aws sso login --profile default"
    cached = tmp_path / ".aws" / "sso" / "cache" / f"{sha1(b'corp', usedforsecurity=False).hexdigest()}.json"
    cached.parent.mkdir(parents=True)
    cached.write_text(json.dumps({"accessToken": "canary-login", "expiresAt": soon(60), "region": "eu-west-1"}))
    late = (time.time() + 3600) * 1000
    found = {"accessKeyId": "AKIDSSO", "secretAccessKey": "s", "sessionToken": "canary-token", "expiration": late}
    provider.answer({"roleCredentials": found})
    assert key(colour, auth(**environ)) == "AKIDSSO"
    assert provider.asked[0].headers["x-amz-sso_bearer_token"] == "canary-login"


def test_a_process(colour: Colour, tmp_path: Path, files: Files) -> None:
    said = {"Version": 1, "AccessKeyId": "AKIDPROCESS", "SecretAccessKey": "s", "SessionToken": "canary-token"}
    script = tmp_path / "keys.py"
    script.write_text(f"print({json.dumps(said)!r})")
    environ = files(config=f"[default]\ncredential_process = {sys.executable} {script}\n")
    assert key(colour, auth(**environ)) == "AKIDPROCESS"
    script.write_text("print('canary-secret')")
    with pytest.raises(ConfigError, match="the profile 'default' in") as caught:
        key(colour, auth(**environ))
    assert "canary" not in f"{caught.value!r} {caught.value}"


def test_a_profile_whose_role_has_no_source_says_so(colour: Colour, files: Files) -> None:
    with pytest.raises(ConfigError, match="source_profile or credential_source"):
        key(colour, auth(**files(config=f"[default]\nrole_arn = {ROLE}\n")))


def test_what_was_found_is_kept_and_renewed_before_it_expires(colour: Colour, provider: Canned) -> None:
    entry = auth(**DARK, AWS_CONTAINER_CREDENTIALS_FULL_URI=provider.url)
    provider.answer(keys("AKIDONE", minutes=20))
    assert [key(colour, entry) for _ in range(3)] == ["AKIDONE"] * 3
    entry = auth(**DARK, AWS_CONTAINER_CREDENTIALS_FULL_URI=provider.url)
    for id in ("AKIDONE", "AKIDTWO"):
        provider.answer(keys(id, minutes=4))
    provider.answer(keys("AKIDTHREE"))
    assert [key(colour, entry) for _ in range(2)] == ["AKIDTWO", "AKIDTHREE"]


def test_what_is_refused_is_looked_for_anew(colour: Colour, provider: Canned) -> None:
    entry = auth(**DARK, AWS_CONTAINER_CREDENTIALS_FULL_URI=provider.url)
    for id in ("AKIDONE", "AKIDTWO"):
        provider.answer(keys(id))
    assert [key(colour, entry, status=403), key(colour, entry)] == ["AKIDONE", "AKIDTWO"]


def test_no_credentials_names_every_place_that_was_looked_in(colour: Colour, files: Files) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    environ = {**files("[default]\n", "[default]\nregion = x\n"), "AWS_EC2_METADATA_DISABLED": ""}
    with pytest.raises(ConfigError) as caught:
        key(colour, auth(**environ, AWS_EC2_METADATA_SERVICE_ENDPOINT=url))
    told = str(caught.value)
    places = ["AWS_ACCESS_KEY_ID", "profile 'default'", ".aws/credentials", ".aws/config", url]
    places += ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    assert [place for place in places if place not in told] == []
    assert told.count("profile 'default'") == 1
    assert "AWS_BEARER_TOKEN_BEDROCK" in caught.value.hint


@pytest.mark.parametrize(
    ("answer", "status", "why"),
    [
        (b"<html>", 200, "Unable to parse JSON"),
        ([], 200, "there are no keys in its answer"),
        ({}, 404, "404"),
        (keys("AKIDOLD", minutes=-1), 200, "expired"),
        (keys("AKIDOLD", SecretAccessKey=None), 200, "there are no keys in its answer"),
    ],
)
def test_what_a_server_says_wrong_is_told(colour: Colour, provider: Canned, answer: Any, status: int, why: str) -> None:
    for _ in range(2):
        provider.answer(answer, status=status)
    with pytest.raises(ConfigError, match=why) as caught:
        key(colour, auth(**DARK, AWS_CONTAINER_CREDENTIALS_FULL_URI=provider.url))
    assert "AKIDOLD" not in str(caught.value)


def test_a_metadata_server_that_hangs_costs_two_seconds_and_no_more(colour: Colour) -> None:
    """N-80: nobody answers there, and nothing waits for it as long as for a model."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        environ = {"AWS_REGION": "us-east-1", "HOME": "/nowhere", "AWS_EC2_METADATA_SERVICE_ENDPOINT": url}
        begun = time.monotonic()
        with Hamr(environ=environ) as hamr, pytest.raises(HamrError, match="the instance's metadata"):
            colour.call(hamr, "hi", "bedrock/m")
        assert time.monotonic() - begun < 30


def test_a_preview_asks_no_server(provider: Canned, files: Files) -> None:
    environ = {**files(), "AWS_CONTAINER_CREDENTIALS_FULL_URI": provider.url}
    with pytest.raises(ConfigError, match=r"a question to a container .* has to come first"):
        Hamr(environ=environ).preview("hi", "bedrock/m")
    assert provider.asked == []


def test_what_botocore_waits_for_holds_up_no_event_loop(files: Files, tmp_path: Path) -> None:
    """Pain 32: it knows no other way than to wait."""
    said = {"Version": 1, "AccessKeyId": "AKIDPROCESS", "SecretAccessKey": "s", "SessionToken": "canary-token"}
    (tmp_path / "keys").write_text(json.dumps(said))
    entry = auth(**files(config=f"[default]\ncredential_process = cat {tmp_path / 'keys'}\n"))
    with blockbuster_ctx([hamr, hamr_provider_bedrock]) as detector:
        detector.functions["os.stat"].deactivate()  # a look at a small file of the user's own is let pass
        assert key(Colour("async"), entry) == "AKIDPROCESS"
