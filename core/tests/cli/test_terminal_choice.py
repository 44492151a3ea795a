"""The model that was chosen at the terminal: it counts on the command line, and in no program (C-12, M-10, H-2)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.cli import terminal_choice
from hamr.cli.chat_commands import Commands
from hamr.cli.conversation import Conversation


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HAMR_AGENT_DIR", "HAMR_CONFIG_DIR", "HAMR_STATE_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "own"))
    for name in ("HAMR_LLM_MODEL", "HARN_LLM_MODEL", "HAMR_LLM_PROVIDER", "HARN_LLM_PROVIDER"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "own").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "own" / "providers.toml"


def asked(ran: Any) -> tuple[str, str]:
    told = ran.json
    return f"{told['provider']['value']}/{told['model']['value']}", told["provider"]["origin"]


def test_the_choice_counts_below_the_option_and_the_environment(
    hamr: Any, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.write_text('default_model = "sim/default"\n')
    assert asked(hamr("explain", "--json"))[0] == "sim/default"
    assert hamr("config", "set", "terminal_model", "sim/echo").code == 0
    assert asked(hamr("explain", "--json")) == ("sim/echo", f"{own}: terminal_model")
    assert hamr("explain", "--json").json["steps"][0]["step"] == "terminal"
    assert hamr("explain").out.startswith("terminal")
    assert asked(hamr("explain", "--json", "-m", "sim/other")) == ("sim/other", "-m")
    monkeypatch.setenv("HARN_LLM_MODEL", "sim/variable")
    assert asked(hamr("explain", "--json"))[0] == "sim/variable"


def test_a_program_knows_nothing_of_it(own: Path) -> None:
    own.write_text('default_model = "sim/default"\nterminal_model = "sim/echo"\n')
    with Hamr(environ=dict(os.environ), folder=None) as client:
        assert client.selection().model == "default"


def test_calls_and_conversations_ask_it(hamr: Any, own: Path) -> None:
    own.write_text('terminal_model = "sim/echo"\n')
    assert hamr("hello").out == "[sim] hello\n"
    assert hamr("chat", stdin=b"hello\n").out == "[sim] hello\n"


def test_a_project_that_is_not_trusted_chooses_nothing(hamr: Any, tmp_path: Path, own: Path) -> None:
    own.write_text('default_model = "sim/default"\n')
    (tmp_path / "hamr.toml").write_text('[llm]\nterminal_model = "sim/500"\n')
    assert asked(hamr("explain", "--json"))[0] == "sim/default"


def test_what_a_person_switches_to_is_kept_until_it_is_forgotten(
    hamr: Any, own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own.write_text("# mine\n")
    with Hamr() as client:
        commands = Commands(Conversation(client, "sim/echo", {}), lambda model: terminal_choice.keep(client, model))
        commands.obey("/model")
        assert own.read_text() == "# mine\n", "nothing was chosen"
        commands.obey("/model sim/lorem")
        assert own.read_text() == 'terminal_model = "sim/lorem"\n\n# mine\n'
        assert terminal_choice.choice(client, "sim/other").model == "sim/other"
        commands.obey("/model -")
        assert own.read_text().strip() == "# mine"
        commands.obey("/model -")
    told = capsys.readouterr().err
    assert str(own) in told
    assert told.endswith("nothing was kept\n")


def test_in_a_pipe_nothing_is_kept(hamr: Any, own: Path) -> None:
    assert hamr("chat", "-m", "sim/echo", stdin=b"/model sim/lorem\n").code == 0
    assert not own.exists()
