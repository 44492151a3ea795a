"""What the server is asked besides conversations: in both colours, and from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hamr import BrokenReply, CallError, ConfigError, Hamr, NoSuchModel
from hamr.cli.main import main
from hamr_provider_ollama import daemon
from hamr_provider_ollama.loaded import Loaded, matching
from hamr_provider_ollama.progress import Progress
from hamr_provider_ollama.readiness import readiness
from hamr_provider_ollama.report import report

if TYPE_CHECKING:
    from hamr.api import Pipeline
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour
    from hamr_testkit.fixtures import Recordings, Shape

TAGS = {
    "models": [
        {
            "name": "qwen3:8b",
            "size": 5_200_000_000,
            "modified_at": "2026-08-07T06:08:09Z",
            "details": {"parameter_size": "8.2B", "quantization_level": "Q4_K_M"},
        },
        {"name": "llama3.2:latest"},
    ]
}
PS = {
    "models": [
        {
            "name": "qwen3:8b",
            "size": 1000,
            "size_vram": 500,
            "context_length": 4096,
            "expires_at": "2026-08-07T06:38:09.5Z",
        }
    ]
}
SHOW = {
    "details": {"family": "qwen3", "parameter_size": "8.2B", "quantization_level": "Q4_K_M"},
    "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960},
    "capabilities": ["completion", "tools", "thinking"],
}
LOADED = {"model": "qwen3:8b", "response": "", "done": True, "done_reason": "load", "load_duration": 5}


def pipeline(provider: Canned, model: str = "qwen3:8b", **environ: str) -> Pipeline:
    """The pipeline of a model of this server."""
    return Hamr(environ={"OLLAMA_HOST": provider.url, **environ}).pipeline(f"ollama/{model}", mode="chat")


def test_what_is_in_memory(provider: Canned, colour: Colour, shape: Shape) -> None:
    """N-30, N-154."""
    provider.answer(PS)
    there = pipeline(provider)
    (running,) = colour.result(daemon.loaded(there), there.transport)
    assert running == Loaded("qwen3:8b", 4096, 1000, 500, "2026-08-07T06:38:09.5Z")
    assert [(each.method, each.path) for each in provider.asked] == [("GET", "/api/ps")]
    assert not list(shape("ollama", "ps").iter_errors(PS))


@pytest.mark.parametrize(
    ("loaded", "asked", "trained", "drifts"),
    [(4096, 32768, None, True), (32768, 32768, None, False), (40960, 65536, 40960, False), (None, 1, None, False)],
)
def test_another_context_than_is_asked_for_is_told(
    loaded: int | None, asked: int, trained: int | None, drifts: bool
) -> None:
    """N-154, N-155."""
    told = Loaded("m", loaded).drift(asked, trained)
    assert (told is not None) == drifts
    if told is not None:
        assert "4,096" in told
        assert "hamr ollama stop m" in told


def test_a_model_is_loaded_with_what_its_calls_ask_for(provider: Canned, colour: Colour) -> None:
    """N-153."""
    provider.answer(LOADED)
    there = pipeline(provider, OLLAMA_CONTEXT_LENGTH="8192", OLLAMA_KEEP_ALIVE="forever")
    assert colour.result(daemon.load(there), there.transport)["done_reason"] == "load"
    assert provider.asked[0].path == "/api/generate"
    assert provider.asked[0].json == {
        "model": "qwen3:8b",
        "prompt": "",
        "stream": False,
        "keep_alive": -1,
        "options": {"num_ctx": 8192},
    }


def test_a_model_is_taken_out_of_memory(provider: Canned, colour: Colour) -> None:
    """N-35, N-156."""
    provider.answer({**LOADED, "done_reason": "unload"})
    there = pipeline(provider)
    colour.result(daemon.unload(there), there.transport)
    assert provider.asked[0].json["keep_alive"] == 0


def test_a_report(provider: Canned, colour: Colour) -> None:
    """N-155."""
    for answer in (SHOW, LOADED, PS):
        provider.answer(answer)
    there = pipeline(provider)
    found = colour.result(report(there, warm=True), there.transport)
    assert [each.path for each in provider.asked] == ["/api/show", "/api/generate", "/api/ps"]
    assert found["expected"] == {"num_ctx": 32768, "keep_alive": "30m"}
    assert found["loaded_runner"]["context_length"] == 4096
    assert found["context_length"] == 40960
    assert "32,768" in found["context_drift"]


def test_recorded_models_say_what_they_were_trained_for(recordings: Recordings) -> None:
    from hamr_provider_ollama.report import context_length

    rows = recordings("ollama.ollama-meta")
    assert {context_length(json.loads(row.body)) for row in rows} == {131072}


STEPS: list[dict[str, Any]] = [
    {"status": "pulling manifest"},
    {"status": "pulling 6a0746a1ec1a", "digest": "sha256:6a", "total": 10, "completed": 4},
    {"status": "pulling 6a0746a1ec1a", "digest": "sha256:6a", "total": 10, "completed": 10},
    {"status": "success"},
]


def ndjson(*values: Any) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def test_a_model_is_pulled(provider: Canned, colour: Colour) -> None:
    """N-24."""
    provider.answer(ndjson(*STEPS), content_type="application/x-ndjson")
    told: list[Progress] = []
    there = pipeline(provider)
    assert colour.result(daemon.pull(there, told.append), there.transport).status == "success"
    assert provider.asked[0].json == {"model": "qwen3:8b", "stream": True}
    assert [step.status for step in told] == [step["status"] for step in STEPS]
    assert told[1] == Progress("pulling 6a0746a1ec1a", "sha256:6a", 10, 4)


@pytest.mark.parametrize(
    ("reply", "status", "error", "told"),
    [
        (ndjson(STEPS[0], {"error": "pull model manifest: file does not exist"}), 200, BrokenReply, "does not exist"),
        (ndjson(*STEPS[:2]), 200, BrokenReply, "broke off at 'pulling 6a0746a1ec1a'"),
        (ndjson(STEPS[0]) + b"oops\n", 200, BrokenReply, "oops"),
        (b"", 200, BrokenReply, "broke off at 'its beginning'"),
        (b'{"error":"model not found"}', 404, NoSuchModel, "not found"),
    ],
)
def test_a_model_that_does_not_come(
    reply: bytes, status: int, error: type[CallError], told: str, provider: Canned, colour: Colour
) -> None:
    provider.answer(reply, status=status, content_type="application/x-ndjson")
    there = pipeline(provider)
    with pytest.raises(error, match=told):
        colour.result(daemon.pull(there, lambda _: None), there.transport)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("qwen3:8b", "qwen3:8b"),
        ("llama3.2", "llama3.2:latest"),
        ("qwen3", "qwen3:8b"),
        ("qwen", None),
        ("mistral", None),
    ],
)
def test_which_model_is_meant(wanted: str, found: str | None) -> None:
    """N-157."""
    assert matching(wanted, ["qwen3:8b", "qwen3:4b", "llama3.2:latest"]) == found


READY: list[tuple[list[tuple[Any, int]], str, str]] = [
    ([(TAGS, 200)], "qwen3", "ok"),
    ([(TAGS, 200), (LOADED, 200)], "warm qwen3", "ok"),
    ([(TAGS, 200), ({"error": "no room"}, 400)], "warm qwen3", "warmup_failed"),
    ([(TAGS, 200)], "mistral", "model_missing"),
    ([({"error": "no"}, 400)], "qwen3", "bad_status"),
    ([(b"<html>", 200)], "qwen3", "invalid_response"),
    ([({}, 200)], "qwen3", "invalid_response"),
]


@pytest.mark.parametrize(("answers", "model", "status"), READY)
def test_whether_it_is_ready(
    answers: list[tuple[Any, int]], model: str, status: str, provider: Canned, colour: Colour
) -> None:
    """N-157."""
    for body, code in answers:
        provider.answer(body, status=code)
    there = pipeline(provider, model.removeprefix("warm "))
    found = colour.result(readiness(there, warm=model.startswith("warm")), there.transport)
    assert (found.status, found.ok) == (status, status == "ok")
    if status in ("bad_status", "warmup_failed"):
        assert found.http_status == 400
    assert len(provider.asked) == len(answers)


def test_nothing_answers(colour: Colour) -> None:
    from hamr import Settings

    there = Hamr(environ={"OLLAMA_HOST": "127.0.0.1:9"}, settings=Settings(retries=0)).pipeline("ollama/m")
    assert colour.result(readiness(there), there.transport).status == "daemon_down"


def test_the_compatible_side_has_none_of_this(provider: Canned) -> None:
    there = Hamr(environ={"OLLAMA_HOST": provider.url}).pipeline("ollama/m", mode="openai")
    with pytest.raises(ConfigError, match="own API"):
        next(daemon.loaded(there))


class Command:
    """`hamr ollama`, run against a server."""

    def __init__(self, provider: Canned, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setenv("OLLAMA_HOST", provider.url)
        for name in ("OLLAMA_CONTEXT_LENGTH", "OLLAMA_NUM_CTX", "OLLAMA_KEEP_ALIVE", "OLLAMA_BASE_URL"):
            monkeypatch.delenv(name, raising=False)
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = main(["ollama", *arguments])
        out, err = self._capsys.readouterr()
        return code, out, err


@pytest.fixture
def ollama(provider: Canned, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(provider, monkeypatch, capsys)


def test_the_command_lists(provider: Canned, ollama: Command) -> None:
    provider.answer(TAGS)
    code, out, _ = ollama("list")
    assert code == 0
    assert [line.split() for line in out.splitlines()] == [
        ["model", "size", "parameters", "packed", "since"],
        ["qwen3:8b", "5.2", "GB", "8.2B", "Q4_K_M", "2026-08-07"],
        ["llama3.2:latest", "-", "-", "-", "-"],
    ]
    provider.answer(TAGS)
    assert json.loads(ollama("list", "--json")[1]) == TAGS
    provider.answer({"models": []})
    assert "hamr ollama pull" in ollama("list")[2]


def test_the_command_tells_what_is_in_memory(provider: Canned, ollama: Command) -> None:
    provider.answer(PS)
    code, out, err = ollama("ps")
    assert code == 0
    assert "4,096 tokens" in out
    assert "50%" in out
    assert "Warning: qwen3:8b is loaded with a context of 4,096" in err
    provider.answer(PS)
    (row,) = json.loads(ollama("ps", "--json")[1])["models"]
    assert (row["context_length"], row["num_ctx"], bool(row["context_drift"])) == (4096, 32768, True)


def test_the_command_shows_a_model(provider: Canned, ollama: Command) -> None:
    for answer in (SHOW, PS, SHOW, PS):
        provider.answer(answer)
    code, out, err = ollama("show", "qwen3:8b")
    assert code == 0
    assert "calls ask for  32,768 tokens, kept for 30m" in out
    assert "hamr ollama stop" in err
    assert json.loads(ollama("show", "qwen3:8b", "--json")[1])["expected"] == {"num_ctx": 32768, "keep_alive": "30m"}


def test_the_command_pulls(provider: Canned, ollama: Command) -> None:
    provider.answer(ndjson(*STEPS))
    code, out, err = ollama("pull", "qwen3:8b")
    assert (code, out) == (0, "")
    assert err.splitlines() == ["pulling manifest", "pulling 6a0746a1ec1a", "success"]
    provider.answer(ndjson(*STEPS))
    assert list(map(json.loads, ollama("pull", "qwen3:8b", "--json")[1].splitlines())) == STEPS
    provider.answer(ndjson({"error": "no such manifest"}))
    code, _, err = ollama("pull", "qwen3:8b", "--json")
    assert code == 1
    assert json.loads(err)["error"]["message"] == "no such manifest"


def test_the_command_loads_and_stops(provider: Canned, ollama: Command) -> None:
    provider.answer(LOADED)
    assert ollama("load", "ollama/qwen3:8b", "--keep-alive", "60")[:2] == (0, "ollama/qwen3:8b is in memory\n")
    assert (provider.asked[0].json["model"], provider.asked[0].json["keep_alive"]) == ("qwen3:8b", 60)
    provider.answer({**LOADED, "done_reason": "unload"})
    assert json.loads(ollama("stop", "qwen3:8b", "--json")[1]) == {"done_reason": "unload", "load_duration": 5}
    assert ollama("load", "m", "--keep-alive", "soon")[0] == 2


def test_the_command_says_whether_it_is_ready(
    provider: Canned, ollama: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.answer(TAGS)
    assert ollama("ready", "qwen3:8b")[:2] == (0, "ok: qwen3:8b is installed\n")
    provider.answer(TAGS)
    code, out, _ = ollama("ready", "mistral", "--json")
    assert (code, json.loads(out)["status"], json.loads(out)["ok"]) == (1, "model_missing", False)
    monkeypatch.setenv("OLLAMA_HOST", "ftp://there")
    code, out, _ = ollama("ready", "--json")
    assert (code, json.loads(out)["status"]) == (1, "invalid_url")


def test_a_terminal_sees_one_line_that_changes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from hamr_provider_ollama.command import _Meter

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    meter = _Meter()
    for step in STEPS:
        meter.tell(Progress(**step))
    meter.end()
    shown = capsys.readouterr().err
    assert "\rpulling 6a0746a1ec1a  40% of 10 B" in shown
    assert "\rpulling 6a0746a1ec1a 100% of 10 B" in shown
    assert shown.endswith("success\n")
