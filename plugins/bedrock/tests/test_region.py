"""Which region is asked, and what is said where there is none (N-81, C-23)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hamr import ConfigError, Hamr
from hamr.api import Call
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import Answer, ScriptedTransport

CALL = Call("https://bedrock-runtime.amazonaws.com/model/m/converse")
VARIABLES = {"AWS_ACCESS_KEY_ID": "AKIDVARIABLE", "AWS_SECRET_ACCESS_KEY": "canary-secret", "AWS_REGION": "us-east-1"}


def sent(colour: Colour, call: Any = CALL, model: str = "m", **environ: str) -> Call:
    """The call as it is let in."""
    transport = ScriptedTransport(Answer((b"{}",)))
    colour.result(Hamr(environ=environ).pipeline(f"bedrock/{model}").auth.flow(call), transport)
    return transport.calls[0]


@pytest.mark.parametrize(
    ("environ", "region"),
    [
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2", "BEDROCK_REGION": "eu-west-3"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-2", "BEDROCK_REGION": "eu-west-3"}, "eu-west-2"),
        ({"BEDROCK_REGION": "eu-west-3"}, "eu-west-3"),
        ({}, "eu-north-1"),
    ],
)
def test_the_order_of_regions(colour: Colour, tmp_path: Path, environ: dict[str, str], region: str) -> None:
    """N-81."""
    (tmp_path / ".aws").mkdir()
    text = "[default]\nregion = eu-north-1\naws_access_key_id = AKID\naws_secret_access_key = s\n"
    (tmp_path / ".aws" / "config").write_text(text)
    call = sent(colour, HOME=str(tmp_path), **environ)
    assert call.url.startswith(f"https://bedrock-runtime.{region}.amazonaws.com/")
    assert f"/{region}/bedrock/aws4_request" in call.headers["authorization"]


def test_the_region_of_an_arn_comes_before_all(colour: Colour) -> None:
    arn = "arn:aws:bedrock:ap-south-1:123456789012:application-inference-profile/abc"
    call = sent(colour, model=arn, **VARIABLES)
    assert call.url.startswith("https://bedrock-runtime.ap-south-1.amazonaws.com/")


def test_china_is_elsewhere(colour: Colour) -> None:
    call = sent(colour, **{**VARIABLES, "AWS_REGION": "cn-north-1"})
    assert call.url.startswith("https://bedrock-runtime.cn-north-1.amazonaws.com.cn/")


def test_no_region_names_every_place_that_was_looked_in(colour: Colour, tmp_path: Path) -> None:
    """C-23."""
    with pytest.raises(ConfigError) as caught:
        sent(colour, HOME=str(tmp_path), AWS_BEARER_TOKEN_BEDROCK="t")
    for place in ("AWS_REGION", "AWS_DEFAULT_REGION", "BEDROCK_REGION", "profile 'default'", ".aws/config"):
        assert place in str(caught.value)


def test_a_region_cannot_lead_to_another_host(colour: Colour) -> None:
    with pytest.raises(ConfigError, match="is no AWS region"):
        sent(colour, **{**VARIABLES, "AWS_REGION": "evil.test/"})


def test_an_address_of_ones_own_needs_a_region_for_signatures_alone(colour: Colour) -> None:
    call = Call("http://proxy.test/model/m/converse")
    done = sent(colour, call, AWS_BEARER_TOKEN_BEDROCK="t")
    assert done.url == call.url
    done = sent(colour, call, AWS_BEDROCK_SKIP_AUTH="1")
    assert (done.url, done.secret) == (call.url, frozenset())
    done = sent(colour, call, **VARIABLES)
    assert "host;" in done.headers["authorization"]
    with pytest.raises(ConfigError, match="no region"):
        sent(colour, call, **{**VARIABLES, "AWS_REGION": ""})
