"""`.env` files: what they say counts below the environment; a folder's only where it is trusted (M-7, R-45, C-5)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hamr import Hamr
from hamr.config.env_file import read
from hamr.config.env_text import Line, drop, lines, put
from hamr.environment import files, load, with_files
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour

REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
CANARY = "sk-canary-0123456789abcdef"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def environ(own: Path, **more: str) -> dict[str, str]:
    return {"HAMR_CONFIG_DIR": str(own), "HAMR_AGENT_DIR": str(own), **more}


def written(folder: Path, text: str) -> Path:
    (folder / ".env").write_text(text)
    (folder / ".env").chmod(0o600)
    return folder / ".env"


def trust(own: Path, project: Path, *, trusted: bool = True) -> None:
    (own / "trust.json").write_text(json.dumps({str(project.resolve()): trusted}))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=b", "b"),
        ("  export A = b ", "b"),
        ("A=", ""),
        ("A=b # a remark", "b"),
        ("A=# a remark", ""),
        ("A=b#c", "b#c"),
        ("A='b # c' # d", "b # c"),
        ('A="b \\"c\\" \\n\\\\"', 'b "c" \n\\'),
        ("A='b\\n'", "b\\n"),
        ("A=$B", "$B"),
        ("A=b=c", "b=c"),
        ("A='b", None),
        ('A="b" c', None),
    ],
)
def test_what_a_line_says(line: str, value: str | None) -> None:
    assert list(lines(f"\ufeff# first\n\n{line}\r\n")) == [Line(3, "A", value)]


def test_what_is_no_line_of_a_variable_is_told_by_its_number() -> None:
    assert list(lines("A=1\nnonsense\n1A=2\n=3\n")) == [Line(1, "A", "1"), 2, 3, 4]


@pytest.mark.parametrize("value", ["b", "a,b/c:d", "with space", "#", "it's", 'a "b"', "a\nb\t\\'\"", "$X", "", "é"])
def test_what_was_put_there_is_read_again_and_nothing_else_changes(value: str) -> None:
    before = "# mine\r\nB=1\n\nexport A=old # why\nnonsense"
    text, line = put(before, "A", value)
    assert (line, [each.value for each in lines(text) if isinstance(each, Line) and each.name == "A"]) == (4, [value])
    assert text.splitlines()[:3] == before.splitlines()[:3]
    assert text.endswith("\nnonsense")
    more, line = put(before, "C", value)
    assert (line, more.startswith(f"{before}\n"), more.count("\n")) == (6, True, before.count("\n") + 2)
    assert drop(more, "C") == f"{before}\n"
    assert drop(before, "A") == "# mine\r\nB=1\n\nnonsense"


def test_the_users_own_file_counts_below_the_environment(colour: Colour, provider: Canned, own: Path) -> None:
    """R-45: the first of several models is the default."""
    text = f"GROQ_BASE_URL={provider.url}/v1\nGROQ_API_KEY={CANARY}\nGROQ_MODEL=a,b\nHAMR_LLM_PROVIDER=groq\n"
    file = written(own, text)
    for more, model in (({}, "a"), ({"GROQ_MODEL": "c"}, "c")):
        provider.answer(REPLY)
        with Hamr(environ=environ(own, **more), folder=None) as client:
            colour.call(client, "hi")
        assert provider.asked[-1].json["model"] == model
        assert provider.asked[-1].headers["authorization"] == f"Bearer {CANARY}"
    assert CANARY not in repr(read(str(file)))


def test_a_program_may_change_its_environment_later(own: Path) -> None:
    written(own, "A=file\n")
    said = environ(own)
    seen, _ = with_files(said, None)
    assert seen["A"] == "file"
    said["A"] = "later"
    assert seen["A"] == "later"


def test_without_files_the_environment_is_itself(own: Path, project: Path) -> None:
    said = environ(own)
    assert with_files(said, str(project))[0] is said


@pytest.mark.parametrize("trusted", [None, False, True])
def test_a_folders_file_counts_where_the_folder_is_trusted(own: Path, project: Path, *, trusted: bool | None) -> None:
    """C-5: a cloned file takes no key and sends none elsewhere."""
    written(own, "GROQ_MODEL=mine\nROTATION_MODE=sequential\n")
    written(project, "GROQ_BASE_URL=https://thief.example/v1\nGROQ_MODEL=theirs\n")
    if trusted is not None:
        trust(own, project, trusted=trusted)
    with Hamr(environ=environ(own, GROQ_API_KEY=CANARY), folder=str(project)) as client:
        found = client.pipeline("groq").route
    assert found.model.id == ("theirs" if trusted else "mine")
    assert ("thief" in found.provider.base_url) is bool(trusted)


def test_no_variable_makes_a_cloned_file_count(own: Path, project: Path) -> None:
    written(project, "GROQ_MODEL=theirs\n")
    seen, _ = with_files(environ(own, HAMR_PROJECT_TRUST="always"), str(project))
    assert "GROQ_MODEL" not in seen


@pytest.mark.parametrize(
    "name",
    ["PATH", "LD_PRELOAD", "PYTHONPATH", "HOME", "BASH_ENV", "HAMR_PROJECT_TRUST", "HAMR_AGENT_DIR", "XDG_CONFIG_HOME"],
)
def test_no_file_says_how_programs_start_or_whom_hamr_trusts(own: Path, name: str) -> None:
    told: list[str] = []
    written(own, f"A=1\n{name}=/tmp/evil\n")
    with Hamr(environ=environ(own), folder=None, tell=lambda text, _: told.append(text)):
        pass
    assert told == [f"warning: {own / '.env'}:2: {name} is not taken from a file; export it"]
    said = environ(own)
    load(said, None)
    assert (said["A"], said.get(name) == "/tmp/evil") == ("1", False)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_file_that_others_may_write_says_nothing(own: Path) -> None:
    written(own, "A=1\n").chmod(0o666)
    (there,) = files(environ(own), None)
    assert there.values == {}
    assert there.problems[0].endswith(f"chmod 600 {own / '.env'}")


def test_what_is_no_file_or_no_text_is_told(own: Path, tmp_path: Path) -> None:
    (own / ".env").mkdir()
    assert "cannot be read" in read(str(own / ".env")).problems[0]
    (tmp_path / "x").write_bytes(b"A=\xff")
    assert "UTF-8" in read(str(tmp_path / "x")).problems[0]


def test_another_file_may_be_named(own: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("A=other\n")
    (tmp_path / "other").chmod(0o600)
    written(own, "A=own\n")
    assert with_files(environ(own, HAMR_ENV_FILE=str(tmp_path / "other")), None)[0]["A"] == "other"
