"""Lists of models, in the shapes that providers have for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import BrokenReply, NotLetIn, Unsupported
from hamr.types import Head, ModelInfo, ModelPage, Route
from hamr.wires.openai_completions import NAME, OpenAICompletions
from hamr_testkit.recordings import Recording

Read = Callable[..., ModelPage]
OPENAI = {"id": "gpt-6", "object": "model", "created": 1700000000, "owned_by": "openai", "shutdown_date": "2027-01-14"}


@pytest.fixture
def read(route: Callable[..., Route]) -> Read:
    """The page that a reply makes."""

    def run(reply: Any) -> ModelPage:
        data = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        return OpenAICompletions(route()).decode_models(Head(200, body=data), route())

    return run


@pytest.fixture
def one(read: Read) -> Callable[..., ModelInfo]:
    """The model of a row."""

    def run(**row: Any) -> ModelInfo:
        (info,) = read({"object": "list", "data": [{"id": "m", **row}]}).models
        return info

    return run


def url(there: Route, page: str | None = None) -> str:
    call = OpenAICompletions(there).encode_models(there, page)
    assert (call.method, call.body, dict(call.headers)) == ("GET", b"", {"accept": "application/json"})
    return call.url


def test_where_they_are_asked_for(route: Callable[..., Route]) -> None:
    """H-115."""
    assert url(route("https://a.test")) == "https://a.test/v1/models"
    assert url(route("https://a.test/v1/chat/completions")) == "https://a.test/v1/models"
    assert url(route("https://a.test/v1"), "after=b") == "https://a.test/v1/models?after=b"
    assert url(route("https://a.test/o?api-version=1"), "after=b") == "https://a.test/o/models?api-version=1&after=b"
    assert url(route("https://a.test/v1", models_path="/language-models")) == "https://a.test/v1/language-models"


def test_a_catalogue_at_the_origin_stays_at_the_origin(route: Callable[..., Route]) -> None:
    """GitHub's catalogue, LM Studio's own list: a base URL that is pointed elsewhere takes the key nowhere else."""
    flags = {"models_path": "/catalog/models", "models_at_origin": True}
    assert url(route("https://models.test/inference", **flags)) == "https://models.test/catalog/models"
    assert url(route("http://127.0.0.1:80/v1/", **flags)) == "http://127.0.0.1:80/catalog/models"


def test_a_provider_without_a_list_says_what_to_do(route: Callable[..., Route]) -> None:
    with pytest.raises(Unsupported, match="test does not list its models") as caught:
        url(route(models_path=""))
    assert "test/<model>" in caught.value.hint


def test_openais_own_row(one: Callable[..., ModelInfo]) -> None:
    info = one(**OPENAI)
    assert info == ModelInfo(
        id="gpt-6",
        provider="test",
        name="Gpt 6",
        owned_by="openai",
        created=1700000000,
        shutdown_date="2027-01-14",
        extra={NAME: OPENAI},
    )
    assert info.selector == "test/gpt-6"


def test_a_bare_array(read: Read) -> None:
    """Together ("Models", docs.together.ai, 2026-11)."""
    row = {
        "id": "org/Model-Turbo",
        "type": "chat",
        "created": 0,
        "display_name": "Model Turbo",
        "organization": "Org",
        "context_length": 131072,
        "pricing": {"input": 0.88, "output": 0.88},
    }
    (info,) = read([row]).models
    assert (info.name, info.context_window, info.owned_by, info.created) == ("Model Turbo", 131072, "Org", None)
    assert info.pricing == {"input": 0.88, "output": 0.88}


def test_groq_and_samba_nova(one: Callable[..., ModelInfo]) -> None:
    info = one(context_window=131072, max_completion_tokens=32768, active=True)
    assert (info.context_window, info.max_tokens) == (131072, 32768)


def test_mistral(one: Callable[..., ModelInfo]) -> None:
    can = {"completion_chat": True, "function_calling": True, "reasoning": False, "vision": True}
    info = one(capabilities=can, max_context_length=32768, aliases=["x"], deprecation="2027-02-01T12:00:00Z")
    assert (info.tools, info.reasoning, info.input) == (True, False, ("text", "image"))
    assert (info.context_window, info.shutdown_date) == (32768, "2027-02-01T12:00:00Z")
    assert one(capabilities={**can, "vision": False}).input == ("text",)


def test_fireworks(one: Callable[..., ModelInfo]) -> None:
    info = one(supports_chat=True, supports_tools=False, supports_image_input=True, context_length=8192)
    assert (info.tools, info.input, info.context_window) == (False, ("text", "image"), 8192)


def test_vllm(one: Callable[..., ModelInfo]) -> None:
    info = one(max_model_len=32768, root="/models/x", parent=None, permission=[])
    assert (info.context_window, info.input, info.tools, info.reasoning) == (32768, None, None, None)


def test_githubs_catalogue(read: Read) -> None:
    row = {
        "id": "openai/gpt-4.1",
        "name": "OpenAI GPT-4.1",
        "publisher": "OpenAI",
        "capabilities": ["agents", "streaming", "tool-calling"],
        "limits": {"max_input_tokens": 1048576, "max_output_tokens": 32768},
        "supported_input_modalities": ["text", "image"],
        "tags": ["multipurpose", "reasoning"],
    }
    (info,) = read([row]).models
    assert (info.name, info.owned_by, info.tools, info.reasoning) == ("OpenAI GPT-4.1", "OpenAI", True, True)
    assert (info.context_window, info.max_tokens, info.input) == (1048576, 32768, ("text", "image"))


def test_hugging_faces_partners(one: Callable[..., ModelInfo]) -> None:
    partners = [
        {"provider": "a", "status": "live", "context_length": 131072, "supports_tools": True},
        {"provider": "b", "status": "live", "context_length": 32768, "supports_tools": True},
        {"provider": "c", "status": "error", "context_length": 1024, "supports_tools": False},
        {"provider": "d", "status": "live"},
    ]
    architecture = {"input_modalities": ["text", "image"], "output_modalities": ["text"]}
    info = one(providers=partners[:3], architecture=architecture)
    assert (info.context_window, info.tools, info.input) == (32768, True, ("text", "image"))
    assert one(providers=partners).tools is None
    assert one(providers=[]).context_window is None


def test_llama_cpp(read: Read) -> None:
    """As its server answers (build of 2026-10), and as older ones do, which name abilities under `models` alone."""
    row = {"id": "tiny-Q4_K_M.gguf", "object": "model", "created": 5, "owned_by": "llamacpp"}
    meta = {"n_ctx": 4096, "n_ctx_train": 262144}
    beside = {"name": "tiny-Q4_K_M.gguf", "model": "tiny-Q4_K_M.gguf", "capabilities": ["completion", "multimodal"]}
    reply = {"models": [beside], "object": "list", "data": [{**row, "meta": meta}]}
    (info,) = read(reply).models
    assert (info.id, info.name, info.context_window) == ("tiny-Q4_K_M.gguf", "Tiny", 4096)
    assert info.input == ("text", "image")
    architecture = {"input_modalities": ["text"], "output_modalities": ["text"]}
    assert read({**reply, "data": [{**row, "architecture": architecture}]}).models[0].input == ("text",)


def test_lm_studios_own_lists(read: Read, one: Callable[..., ModelInfo]) -> None:
    row = {
        "type": "llm",
        "publisher": "qwen",
        "key": "qwen/qwen3-4b",
        "display_name": "Qwen3 4B",
        "max_context_length": 262144,
        "capabilities": {"vision": False, "trained_for_tool_use": True},
    }
    (info,) = read({"models": [row]}).models
    assert (info.id, info.name, info.owned_by) == ("qwen/qwen3-4b", "Qwen3 4B", "qwen")
    assert (info.context_window, info.input, info.tools) == (262144, ("text",), True)
    assert one(max_context_length=262144, loaded_context_length=4096).context_window == 4096


def test_litellms_richer_list(one: Callable[..., ModelInfo]) -> None:
    told = {"max_input_tokens": 200000, "max_output_tokens": 8192, "supports_vision": True, "supports_reasoning": False}
    info = one(model_info=told)
    assert (info.context_window, info.max_tokens, info.input, info.reasoning) == (
        200000,
        8192,
        ("text", "image"),
        False,
    )


@pytest.mark.parametrize(
    "name",
    [
        "max_context_length",
        "max_model_len",
        "context_length",
        "max_total_tokens",
        "total_tokens_capacity",
        "n_ctx",
        "max_position_embeddings",
        "model_max_length",
        "max_seq_len",
        "max_sequence_length",
    ],
)
def test_every_name_of_the_window(name: str, one: Callable[..., ModelInfo]) -> None:
    """H-116."""
    assert one(**{name: 4096}).context_window == 4096
    assert one(meta={name: "4096"}).context_window == 4096
    assert one(**{name: 8192}, meta={name: 4096}).context_window == 8192
    unknown: Any
    for unknown in (0, -1, None, True, "many", [], 1e300, "²", "9" * 5000):
        assert one(**{name: unknown}).context_window is None


@pytest.mark.parametrize(
    "name", ["supports_vision", "supportsVision", "vision", "multimodal", "supports_images", "supportsImages"]
)
def test_every_flag_of_vision(name: str, one: Callable[..., ModelInfo]) -> None:
    """H-117, but that what is not known stays unknown."""
    for yes in (True, "true", "Yes", "1"):
        assert one(**{name: yes}).input == one(meta={name: yes}).input == ("text", "image")
    for no in (False, "false", "no", "0"):
        assert one(**{name: no}).input == ("text",)
    unknown: Any
    for unknown in (None, "maybe", 7, {}):
        assert one(**{name: unknown}).input is None


@pytest.mark.parametrize("word", ["multimodal", "Vision", "image", "images"])
def test_every_word_of_vision(word: str, one: Callable[..., ModelInfo]) -> None:
    """H-117."""
    for name in ("capabilities", "features", "modalities", "input_modalities"):
        assert "image" in (one(**{name: ["text", word]}).input or ())
    assert one(modalities=["text"]).input == ("text",)
    assert one(capabilities=["completion"]).input is None
    assert one(modalities=[]).input is None


def test_thinking(one: Callable[..., ModelInfo]) -> None:
    """H-118."""
    assert one(supports_thinking=True).reasoning is True
    assert one(supports_thinking="no").reasoning is False
    assert one(thinking_levels=["off", "low", "high"]).reasoning is True
    assert one(thinking_levels=["off"]).reasoning is False
    assert one(thinking_levels=[]).reasoning is None
    assert one(supports_thinking=False, thinking_levels=["low"]).reasoning is False
    assert one(max_output_tokens=100).max_tokens == 100
    assert one().reasoning is None


def test_rows_that_are_names_or_nothing(read: Read) -> None:
    """H-115: an id from `id` or `name`; a row without one cannot be called."""
    page = read({"data": ["plain", {"name": "named"}, {"object": "model"}, None, 7, "", {"id": 5}, {"id": ""}]})
    assert [info.id for info in page.models] == ["plain", "named"]
    assert read({"data": []}) == ModelPage(())


def test_further_pages(read: Read) -> None:
    rows = [{"id": "a"}, {"id": "b/c d"}]
    assert read({"data": rows, "has_more": True}).next == "after=b%2Fc%20d"
    assert read({"data": rows, "has_more": True, "last_id": "z&1"}).next == "after=z%261"
    assert read({"data": rows, "has_more": False}).next is None
    assert read({"data": [], "has_more": True}).next is None
    assert read({"models": rows, "next_page_token": "t=1"}).next == "page_token=t%3D1"
    assert read({"data": rows, "links": {"next": "/api/v1/models?offset=2&limit=2"}}).next == "offset=2&limit=2"
    assert read({"data": rows, "links": {"next": "https://[elsewhere/?a=\r\nb#c"}}).next == "a=%0D%0Ab"
    assert read({"data": rows, "links": {"next": None}}).next is None


@pytest.mark.parametrize(
    "data", [b"", b"{", b"null", b"7", b"{}", b'{"data": {}}', b"<html><title>Sign in", b'{"id":"x"}']
)
def test_what_lists_nothing_is_told(data: bytes, read: Read) -> None:
    with pytest.raises(BrokenReply):
        read(data)


def test_an_error_inside_a_200_is_an_error(read: Read) -> None:
    """Pain 15."""
    with pytest.raises(NotLetIn):
        read({"error": {"message": "no", "code": "invalid_api_key"}})


def bodies(recordings: Callable[[str], list[Recording]], provider: str) -> list[dict[str, Any]]:
    found = [json.loads(row.body) for row in recordings(f"{provider}.models")]
    assert found
    return found


@pytest.mark.parametrize("provider", ["cerebras", "openrouter", "perplexity"])
def test_recorded_lists_are_read_as_they_stand(
    provider: str, recordings: Callable[[str], list[Recording]], read: Read
) -> None:
    for body in bodies(recordings, provider):
        page = read(body)
        assert page.next is None
        assert [info.id for info in page.models] == [row["id"] for row in body["data"]]
        for info, row in zip(page.models, body["data"], strict=True):
            assert info.extra == {NAME: row}
            assert info.owned_by == row.get("owned_by")
            assert info.created == (row["created"] or None)
            assert info.pricing == row.get("pricing")
            assert info.context_window == row.get("context_length")


def test_openrouters_recorded_rows(recordings: Callable[[str], list[Recording]], read: Read) -> None:
    (body,) = bodies(recordings, "openrouter")
    for info, row in zip(read(body).models, body["data"], strict=True):
        assert info.name == row["name"]
        assert info.max_tokens == row["top_provider"]["max_completion_tokens"]
        assert info.input == tuple(row["architecture"]["input_modalities"])
        assert info.tools is ("tools" in row["supported_parameters"])
        assert info.reasoning is ("reasoning" in row["supported_parameters"])
        assert info.shutdown_date is None


def test_a_recorded_reply_of_another_api_is_told(recordings: Callable[[str], list[Recording]], read: Read) -> None:
    """Replicate describes one version of a model where others list them."""
    for body in bodies(recordings, "replicate"):
        with pytest.raises(BrokenReply, match="the reply lists no models"):
            read(body)


@pytest.mark.parametrize("provider", ["cerebras", "openrouter", "perplexity"])
def test_each_field_of_a_recorded_list_may_be_missing_or_nonsense(
    provider: str, recordings: Callable[[str], list[Recording]], read: Read
) -> None:
    """Pain 18."""
    (body,) = bodies(recordings, provider)
    for name in body.keys() - {"data"}:
        assert read({n: v for n, v in body.items() if n != name}).models
    row = body["data"][0]
    for name in row.keys() - {"id"}:
        assert read({"data": [{n: v for n, v in row.items() if n != name}]}).models
        nonsense: Any
        for nonsense in (None, 7, "x", [], {}, [None], [{}], {"x": 1}, True):
            (info,) = read({"data": [{**row, name: nonsense}]}).models
            assert info.id == row["id"]


def test_a_list_is_valid_by_the_published_shape(schema: Callable[[str], Any], read: Read) -> None:
    reply = {"object": "list", "data": [OPENAI]}
    schema("models").validate(reply)
    assert [info.id for info in read(reply).models] == ["gpt-6"]
