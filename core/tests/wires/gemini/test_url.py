from __future__ import annotations

from collections.abc import Callable

import pytest

from hamr.types import Message, Model, Provider, Request, Route, Text
from hamr.wires.gemini import Gemini

HELLO = Request((Message("user", (Text("hello"),)),))
HERE = "https://models.test"
VERTEX = "https://v.test/v1beta1/projects/p/locations/l/publishers/google"


@pytest.mark.parametrize(
    ("base", "model", "url"),
    [
        (HERE, "gemini-x", f"{HERE}/v1beta/models/gemini-x:generateContent"),
        (f"{HERE}/", "models/gemini-x", f"{HERE}/v1beta/models/gemini-x:generateContent"),
        (f"{HERE}/v1", "tunedModels/mine", f"{HERE}/v1/tunedModels/mine:generateContent"),
        (f"{HERE}/v1", "odd name?x=1", f"{HERE}/v1/models/odd%20name%3Fx%3D1:generateContent"),
        (f"{HERE}/v1", "google/gemini-x", f"{HERE}/v1/models/google/gemini-x:generateContent"),
        (VERTEX, "gemini-x", f"{VERTEX}/models/gemini-x:generateContent"),
        (
            VERTEX,
            "projects/q/locations/m/endpoints/7",
            "https://v.test/v1beta1/projects/q/locations/m/endpoints/7:generateContent",
        ),
        (
            VERTEX,
            "publishers/meta/models/llama@1",
            "https://v.test/v1beta1/projects/p/locations/l/publishers/meta/models/llama@1:generateContent",
        ),
    ],
)
def test_the_url_names_the_model(base: str, model: str, url: str, route: Callable[..., Route]) -> None:
    """N-85: a whole resource name is taken too."""
    there = route(base, model)
    assert Gemini(there).encode(HELLO, there).url == url


PLACE = "/projects/{project}/locations/{location}/publishers/google/models/{model}"


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-x", "/projects/a%2Fb/locations/{location}/publishers/google/models/gemini-x"),
        ("models/gemini-x", "/projects/a%2Fb/locations/{location}/publishers/google/models/gemini-x"),
        ("publishers/meta/models/y", "/projects/a%2Fb/locations/{location}/publishers/meta/models/y"),
        ("endpoints/7", "/projects/a%2Fb/locations/{location}/endpoints/7"),
        ("projects/q/locations/m/endpoints/7", "/projects/q/locations/m/endpoints/7"),
    ],
)
def test_parameters_stand_in_the_path(model: str, path: str) -> None:
    """One that nothing says stays as it is, for the auth may know it."""
    compat = {"model_path": PLACE}
    provider = Provider("test", "Test", "https://v.test/v1", "gemini", compat=compat, parameters={"project": "a/b"})
    there = Route(provider, Model(model), lambda: None)
    assert Gemini(there).encode(HELLO, there).url == f"https://v.test/v1{path}:generateContent"


def test_a_stream_is_asked_for_as_events(route: Callable[..., Route]) -> None:
    there = route(HERE)
    call = Gemini(there).encode(Request(HELLO.messages, stream=True), there)
    assert call.url == f"{HERE}/v1beta/models/a-model:streamGenerateContent?alt=sse"
    assert call.headers["accept"] == "text/event-stream"
