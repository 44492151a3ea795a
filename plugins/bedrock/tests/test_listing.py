"""The models and profiles that Bedrock lists, and what its failures mean."""

from __future__ import annotations

import json

import pytest

from hamr import Hamr
from hamr.api import (
    BadRequest,
    BrokenReply,
    CallError,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    TooLong,
)
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import Answer, ScriptedTransport
from hamr_testkit.wired import Wired

MODELS = {
    "modelSummaries": [
        {
            "modelId": "amazon.nova-lite-v1:0",
            "modelName": "Nova Lite",
            "providerName": "Amazon",
            "inputModalities": ["TEXT", "IMAGE"],
            "modelLifecycle": {"status": "LEGACY", "endOfLifeTime": "2027-01-01T00:00:00Z"},
        },
        {"modelId": "plain.model"},
        {"modelName": "of no id"},
        None,
    ]
}
PROFILES = {
    "inferenceProfileSummaries": [
        {"inferenceProfileId": "us.amazon.nova-lite-v1:0", "inferenceProfileName": "US Nova", "type": "SYSTEM_DEFINED"}
    ],
    "nextToken": "a/b=",
}
OWN = {
    "inferenceProfileSummaries": [
        {"inferenceProfileId": "abc", "inferenceProfileArn": "arn:aws:bedrock:x:1:ip/abc", "type": "APPLICATION"}
    ]
}


def test_models_then_profiles_on_all_their_pages(colour: Colour, provider: Canned) -> None:
    for page in (MODELS, PROFILES, OWN):
        provider.answer(page)
    environ = {"AWS_BEARER_TOKEN_BEDROCK": "made-up", "BEDROCK_BASE_URL": provider.url}
    with Hamr(environ=environ) as hamr:
        models = colour.models(hamr, "bedrock").models
    ids = ["amazon.nova-lite-v1:0", "plain.model", "us.amazon.nova-lite-v1:0", "arn:aws:bedrock:x:1:ip/abc"]
    assert [model.id for model in models] == ids
    assert (models[0].name, models[0].owned_by, models[0].input) == ("Nova Lite", "Amazon", ("text", "image"))
    assert models[0].shutdown_date == "2027-01-01T00:00:00Z"
    assert [asked.path for asked in provider.asked] == [
        "/foundation-models?byOutputModality=TEXT",
        "/inference-profiles?maxResults=1000",
        "/inference-profiles?maxResults=1000&nextToken=a%2Fb%3D",
    ]


def test_the_control_plane_has_a_host_of_its_own(colour: Colour) -> None:
    pipeline = Hamr(environ={"AWS_BEARER_TOKEN_BEDROCK": "made-up", "AWS_REGION": "eu-west-1"}).pipeline("bedrock/m")
    transport = ScriptedTransport(Answer())
    call = pipeline.wire.encode_models(pipeline.route, None)  # type: ignore[attr-defined]  # a ListingWire
    colour.result(pipeline.auth.flow(call), transport)
    assert transport.calls[0].url.startswith("https://bedrock.eu-west-1.amazonaws.com/foundation-models")


def test_a_list_that_is_none(colour: Colour, provider: Canned) -> None:
    provider.answer({"message": "?"})
    environ = {"AWS_BEARER_TOKEN_BEDROCK": "made-up", "BEDROCK_BASE_URL": provider.url}
    with Hamr(environ=environ) as hamr, pytest.raises(BrokenReply, match="lists no models"):
        colour.models(hamr, "bedrock")


@pytest.mark.parametrize(
    ("status", "named", "message", "kind"),
    [
        (400, "ValidationException", "oh", BadRequest),
        (400, "ValidationException", "Input is too long for requested model.", TooLong),
        (400, "ValidationException", "Invocation with on-demand throughput isn't supported.", NoSuchModel),
        (400, "ServiceQuotaExceededException", "oh", QuotaSpent),
        (403, "AccessDeniedException", "oh", NotLetIn),
        (403, "UnrecognizedClientException", "oh", NotLetIn),
        (404, "ResourceNotFoundException", "oh", NoSuchModel),
        (408, "ModelTimeoutException", "oh", Overloaded),
        (424, "ModelErrorException", "oh", Overloaded),
        (429, "ThrottlingException", "Too many tokens, please wait before trying again.", RateLimited),
        (429, "ModelNotReadyException", "oh", Overloaded),
        (500, "InternalServerException", "oh", Overloaded),
        (503, "ServiceUnavailableException", "oh", Overloaded),
    ],
)
def test_each_exception(status: int, named: str, message: str, kind: type[CallError]) -> None:
    """The type stands in a header or in the body, with or without its namespace; the message in two spellings."""
    wire = Wired("bedrock/m")
    headers = {"x-amzn-errortype": f"{named}:http://internal.amazon.com/", "x-amzn-requestid": "r-1"}
    for error in (
        wire.error(status, {"message": message}, headers),
        wire.error(status, {"__type": f"com.amazon.coral#{named}", "Message": message}),
    ):
        assert type(error) is kind
        assert (error.code, error.message, error.status) == (named, message, status)
        assert error.body
    if "on-demand" in message:
        assert "us.<model>" in wire.error(status, {"message": message}, headers).hint


def test_a_page_in_place_of_an_error_says_so() -> None:
    error = Wired("bedrock/m").error(502, b"<html><title>Bad Gateway</title>", {"content-type": "text/html"})
    assert isinstance(error, Overloaded)
    assert "Bad Gateway" in error.message
    assert Wired("bedrock/m").error(403, b"not json").message == "not json"
    assert json.loads(Wired("bedrock/m").error(400, {"message": "m", "other": 1}).body or "")["other"] == 1
