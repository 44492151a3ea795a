"""AWS's own vectors pass through the way that every call is signed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from hamr.api import Call
from hamr_provider_bedrock.signature import AwsKeys, signed

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
WHEN = datetime(2015, 8, 30, 12, 36, tzinfo=UTC).timestamp()
VANILLA = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date,"
    " Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
)


def vectors(config: pytest.Config) -> list[dict[str, Any]]:
    path = config.rootpath.parent / "shared" / "sigv4" / "aws4_testsuite.jsonl"
    if not path.exists():
        pytest.skip("AWS's vectors are not on this machine: ../shared/sigv4/aws4_testsuite.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def call_of(raw: str) -> tuple[Call, str | None]:
    """The call that a vector's request is, and the session token in it."""
    head, _, body = raw.partition("\n\n")
    first, *lines = re.sub(r"\n\s+", " ", head).strip("\n").split("\n")
    method, path = first.removesuffix(" HTTP/1.1").split(" ", 1)
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = f"{headers[name.lower()]},{value}" if name.lower() in headers else value
    token = headers.pop("x-amz-security-token", None)
    del headers["x-amz-date"]
    return Call(f"http://{headers.pop('host')}{path}", method, headers, body.encode()), token


def test_every_vector_of_aws_comes_out_signed_as_it_should(pytestconfig: pytest.Config) -> None:
    rows = vectors(pytestconfig)
    assert len(rows) > 30
    for row in rows:
        call, token = call_of(row["req"])
        # It is one of the vectors whose request lacks the token that its signature is over.
        if "with-session-token" in row["case"]:
            token = re.search(r"x-amz-security-token:(\S+)", row["creq"]).group(1)
        # The suite's URLs are not yet encoded, and AWS wants a query that is.
        url = "".join(each if each.isascii() or "?" not in call.url else quoted(each) for each in call.url)
        call = Call(url, call.method, call.headers, call.body)
        done = signed(call, AwsKeys("AKIDEXAMPLE", SECRET, token), "us-east-1", WHEN, "service")
        assert done.headers["authorization"] == row["authz"], row["case"]
        assert done.headers.get("x-amz-security-token") == token
        assert done.body == call.body


def quoted(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode())


def test_a_plain_call() -> None:
    done = signed(
        Call("http://example.amazonaws.com/", "GET"), AwsKeys("AKIDEXAMPLE", SECRET), "us-east-1", WHEN, "service"
    )
    assert done.headers["authorization"] == VANILLA
    assert done.secret == {"authorization"}


def test_what_a_proxy_may_change_is_not_signed() -> None:
    keys = AwsKeys("AKIDEXAMPLE", SECRET)
    headers = {"user-agent": "hamr", "accept": "*/*", "accept-encoding": "gzip"}
    done = signed(Call("http://example.amazonaws.com/", "GET", headers), keys, "us-east-1", WHEN, "service")
    assert done.headers["authorization"] == VANILLA


def test_a_models_id_is_encoded_twice_where_it_is_signed() -> None:
    """The path holds %3A, and what is signed %253A: Bedrock refuses the signature of any other."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    request = AWSRequest("POST", "https://bedrock-runtime.us-east-1.amazonaws.com/model/a.b-v1%3A0/converse")
    assert "/model/a.b-v1%253A0/converse" in SigV4Auth(AwsKeys("a", "b"), "bedrock", "us-east-1").canonical_request(
        request
    )


def test_keys_are_not_seen() -> None:
    keys = AwsKeys("AKIDCANARY", "canary-secret", "canary-token")
    assert "canary" not in f"{keys!r} {keys}".lower()
    done = signed(Call("http://example.amazonaws.com/"), keys, "us-east-1", WHEN)
    assert "canary" not in repr(done).lower()
