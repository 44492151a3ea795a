from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import BrokenReply, Unsupported
from hamr.types import Head, Route
from hamr.wires.gemini import Gemini

PAGE = {
    "models": [
        {
            "name": "models/gemini-x",
            "displayName": "Gemini X",
            "inputTokenLimit": 1000,
            "outputTokenLimit": 10,
            "thinking": True,
        },
        {"name": "tunedModels/mine"},
        {"name": ""},
        5,
    ],
    "nextPageToken": "a/b=",
}


def test_pages(route: Callable[..., Route]) -> None:
    wire = Gemini(route())
    first = wire.encode_models(route(), None)
    assert (first.method, first.url) == ("GET", "https://models.test/v1beta/models?pageSize=1000")
    assert wire.encode_models(route(), "a/b=").url.endswith("?pageSize=1000&pageToken=a%2Fb%3D")
    page = wire.decode_models(Head(200, {}, json.dumps(PAGE).encode()), route())
    assert page.next == "a/b="
    assert [(model.id, model.name) for model in page.models] == [
        ("gemini-x", "Gemini X"),
        ("tunedModels/mine", "Mine"),
    ]
    known = page.models[0]
    assert (known.context_window, known.max_tokens, known.reasoning) == (1000, 10, True)
    assert known.selector == "test/gemini-x"


def test_models_that_stand_beside_the_project(route: Callable[..., Route]) -> None:
    base = "https://v.test/v1beta1/projects/p/locations/l/publishers/google"
    there = route(base, models_at_origin=True, models_path="/v1beta1/publishers/google/models", models_page_size=100)
    assert (
        Gemini(there).encode_models(there, None).url == "https://v.test/v1beta1/publishers/google/models?pageSize=100"
    )
    row = {"publisherModels": [{"name": "publishers/google/models/gemini-x"}, {"name": "publishers/meta/models/y"}]}
    page = Gemini(there).decode_models(Head(200, {}, json.dumps(row).encode()), there)
    assert [model.id for model in page.models] == ["gemini-x", "publishers/meta/models/y"]


def test_an_empty_page_and_what_is_none(route: Callable[..., Route]) -> None:
    assert Gemini(route()).decode_models(Head(200, {}, b"{}"), route()).models == ()
    with pytest.raises(BrokenReply, match="lists no models"):
        Gemini(route()).decode_models(Head(200, {}, b'{"data": []}'), route())
    there: Any = route(models_path="")
    with pytest.raises(Unsupported, match="does not list"):
        Gemini(there).encode_models(there, None)
