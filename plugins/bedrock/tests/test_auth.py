"""Where credentials are found, and what is said where they are not (N-80, H-75, M-27)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hamr import ConfigError, Hamr, NotLetIn
from hamr.api import Call
from hamr_provider_bedrock.auth import AwsAuth
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import Answer, ScriptedTransport

CALL = Call("https://bedrock-runtime.amazonaws.com/model/m/converse", headers={"content-type": "application/json"})
VARIABLES = {"AWS_ACCESS_KEY_ID": "AKIDVARIABLE", "AWS_SECRET_ACCESS_KEY": "canary-secret", "AWS_REGION": "us-east-1"}
ANSWER = Answer((b"{}",))
DARK = {"AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
"""An environment that says nothing of credentials."""


def auth(model: str = "m", parameters: Any = None, **environ: str) -> AwsAuth:
    given = {"bedrock": parameters} if parameters else None
    return AwsAuth(Hamr(environ=environ, parameters=given).pipeline(f"bedrock/{model}").route)


def sent(colour: Colour, entry: AwsAuth, *answers: Answer | Exception, call: Call = CALL) -> list[Call]:
    """Every call of one flow, side calls before it."""
    transport = ScriptedTransport(*(answers or (ANSWER,)))
    colour.result(entry.flow(call), transport)
    return transport.calls


def key_of(call: Call) -> str:
    found = re.search(r"Credential=(\w+)/", call.headers["authorization"])
    assert found
    return found.group(1)


CREDENTIALS = """
[default]
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = canary-secret

[work]
aws_access_key_id = AKIDWORK
aws_secret_access_key = canary-secret
aws_session_token = canary-token
"""


def test_a_key_of_bedrocks_own_comes_first_and_signs_nothing(colour: Colour) -> None:
    (call,) = sent(colour, auth(**VARIABLES, AWS_BEARER_TOKEN_BEDROCK="canary-bearer"))
    assert call.headers["authorization"] == "Bearer canary-bearer"
    assert call.secret == {"authorization"}
    assert call.url == "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse"


def test_the_variables_come_before_the_profile(colour: Colour, files: Callable[..., dict[str, str]]) -> None:
    environ = {**files(CREDENTIALS), **VARIABLES, "AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "canary-token"}
    (call,) = sent(colour, auth(**environ))
    assert key_of(call) == "AKIDVARIABLE"
    assert call.headers["x-amz-security-token"] == "canary-token"
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token" in call.headers["authorization"]
    assert call.secret == {"authorization", "x-amz-security-token"}


def test_a_profile_named_in_code_comes_before_the_variables(
    colour: Colour, files: Callable[..., dict[str, str]]
) -> None:
    (call,) = sent(colour, auth(parameters={"profile": "work"}, **{**files(CREDENTIALS), **VARIABLES}))
    assert key_of(call) == "AKIDWORK"


@pytest.mark.parametrize(("profile", "key"), [({}, "AKIDDEFAULT"), ({"AWS_PROFILE": "work"}, "AKIDWORK")])
def test_a_profile(colour: Colour, files: Callable[..., dict[str, str]], profile: dict[str, str], key: str) -> None:
    (call,) = sent(colour, auth(**files(CREDENTIALS), **profile))
    assert key_of(call) == key
    assert call.headers.get("x-amz-security-token") == ("canary-token" if profile else None)


def test_keys_may_stand_in_the_other_file_and_elsewhere(colour: Colour, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text(
        '[profile "a b"]\naws_access_key_id = AKIDCONFIG\naws_secret_access_key = s\nregion = eu-west-3\n'
    )
    environ = {"AWS_CONFIG_FILE": "~/mine", "HOME": str(tmp_path), "AWS_PROFILE": "a b"}
    (call,) = sent(colour, auth(**environ))
    assert key_of(call) == "AKIDCONFIG"
    assert "bedrock-runtime.eu-west-3." in call.url


def test_a_profile_that_is_not_there_is_named_with_both_files(
    colour: Colour, files: Callable[..., dict[str, str]]
) -> None:
    with pytest.raises(ConfigError, match=r"the profile 'home' in .* is not there") as caught:
        sent(colour, auth(**files(CREDENTIALS, ""), AWS_PROFILE="home"))
    assert ".aws/credentials" in str(caught.value)
    assert ".aws/config" in str(caught.value)


@pytest.mark.parametrize("text", ["aws_secret_access_key = canary-secret", "[default]\ncanary-secret\n", "\xff[a"])
def test_a_file_that_makes_no_sense_is_named_and_not_shown(
    colour: Colour, files: Callable[..., dict[str, str]], text: str
) -> None:
    with pytest.raises(ConfigError, match=r"Unable to parse config file: .*\.aws/credentials") as caught:
        sent(colour, auth(**files(text)))
    chain: BaseException | None = caught.value
    while chain is not None:
        assert "canary" not in f"{chain} {chain.args}"
        chain = chain.__cause__ or chain.__context__


def test_half_a_pair_of_variables_is_an_error(colour: Colour) -> None:
    with pytest.raises(ConfigError, match="AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not"):
        sent(colour, auth(**DARK, AWS_ACCESS_KEY_ID="AKID"))
    with pytest.raises(ConfigError, match="AWS_SECRET_ACCESS_KEY is set, and AWS_ACCESS_KEY_ID is not"):
        sent(colour, auth(**DARK, AWS_SECRET_ACCESS_KEY="canary"))


def test_expired_variables_are_passed_over_and_told(colour: Colour) -> None:
    with pytest.raises(ConfigError, match=r"AWS_ACCESS_KEY_ID \(they have expired\)"):
        sent(colour, auth(**{**DARK, **VARIABLES}, AWS_CREDENTIAL_EXPIRATION="2020-01-01T00:00:00+00:00"))


def test_a_call_goes_to_its_address_signed_for_these_very_bytes(colour: Colour, provider: Canned) -> None:
    """The signature is over what arrives, as botocore computes it again from that."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    from hamr_provider_bedrock.signature import AwsKeys

    provider.answer({"output": {"message": {"content": [{"text": "Hello."}]}}, "stopReason": "end_turn"})
    model = "us.amazon.nova-micro-v1:0"
    with Hamr(environ={**VARIABLES, "BEDROCK_BASE_URL": provider.url}) as hamr:
        assert colour.call(hamr, "hi", f"bedrock/{model}").text == "Hello."
    (asked,) = provider.asked
    assert asked.path == "/model/us.amazon.nova-micro-v1%3A0/converse"
    told = dict(re.findall(r"(\w+)=([^,]+)", asked.headers["authorization"]))
    request = AWSRequest(
        "POST",
        provider.url + asked.path,
        {name: asked.headers[name] for name in told["SignedHeaders"].split(";")},
        asked.body,
    )
    request.context["timestamp"] = asked.headers["x-amz-date"]
    signer = SigV4Auth(AwsKeys("AKIDVARIABLE", "canary-secret"), "bedrock", "us-east-1")
    again = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    assert told["Signature"] == again


def test_the_preview_shows_no_key(files: Callable[..., dict[str, str]]) -> None:
    call = Hamr(environ={**VARIABLES, "AWS_SESSION_TOKEN": "canary-token"}).preview("hi", "bedrock/m")
    assert call.headers["x-amz-security-token"] == "$AWS_SESSION_TOKEN"
    assert "Credential=$AWS_ACCESS_KEY_ID/" in call.headers["authorization"]
    call = Hamr(environ={**files(CREDENTIALS), "AWS_PROFILE": "work"}).preview("hi", "bedrock/m")
    assert (call.headers["authorization"], call.headers["x-amz-security-token"]) == ("***", "***")
    with pytest.raises(ConfigError, match="has to come first"):
        Hamr(environ={"AWS_REGION": "us-east-1"}).preview("hi", "bedrock/m")


QUOTED = (
    "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this"
    " request should have been\n'POST\n/model\n\nhost:x\nx-amz-security-token:canary-token\n\nhost'\n\n"
)


@pytest.mark.parametrize("environ", [VARIABLES, {}])
def test_what_is_quoted_back_is_not_shown(
    colour: Colour, provider: Canned, files: Callable[..., dict[str, str]], environ: dict[str, str]
) -> None:
    """With a wrong signature AWS sends back all that was signed, the session token too; out of a file or a variable."""
    place = {**files(CREDENTIALS), "AWS_PROFILE": "work"} if not environ else {"AWS_SESSION_TOKEN": "canary-token"}
    provider.answer({"__type": "InvalidSignatureException", "message": f"{QUOTED} canary-secret"}, status=403)
    with Hamr(environ={**environ, **place, "BEDROCK_BASE_URL": provider.url}) as made:
        with pytest.raises(NotLetIn, match="does not match the signature") as caught:
            colour.call(made, "hi", "bedrock/m")
        assert "canary" not in f"{made.pipeline('bedrock/m').auth!r}"
    assert caught.value.code == "InvalidSignatureException"
    shown = f"{caught.value} {caught.value!r} {vars(caught.value)}"
    assert "canary" not in shown


def test_expired_credentials_say_so(colour: Colour, provider: Canned) -> None:
    provider.answer({"__type": "com.amazon#ExpiredTokenException", "message": "The security token expired"}, status=403)
    with Hamr(environ={**VARIABLES, "BEDROCK_BASE_URL": provider.url}) as hamr, pytest.raises(NotLetIn) as caught:
        colour.call(hamr, "hi", "bedrock/m")
    assert caught.value.code == "ExpiredTokenException"
    assert "have expired" in caught.value.hint
