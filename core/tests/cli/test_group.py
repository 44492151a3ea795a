"""Commands found without import, prompts told from commands, and the shell's completion."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import click
import pytest

from hamr.cli.group import COMMANDS, LINES, load
from hamr.plugins.distributions import entry_points

HEAVY = ("asyncio", "httpx2", "importlib.metadata", "pluggy", "pydantic", "rich", "ssl", "stevedore")
COMMAND = """
import click
@click.command("greet")
def command():
    click.echo("good day")
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["call", "--help"]])
def test_help_imports_no_plugin_and_nothing_heavy(install: Any, arguments: list[str]) -> None:
    """Pain 1 and 3: with a command and a provider installed that would fail if they were imported."""
    install("acme", code="raise RuntimeError('imported')")
    install("greet", dist="acme-greet", group="hamr.commands", code="raise RuntimeError('imported')")
    code = f"""
import sys
from hamr.cli.main import main
code = main({arguments})
seen = [name for name in sys.modules if name in {HEAVY} or name.startswith(("hamr_", "acme"))]
sys.exit(f"{{code}} {{seen}}" if code or seen else 0)
"""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-W", "error", "-c", code]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_help_tells_commands_and_whose_they_are(install: Any, hamr: Any) -> None:
    install("greet", dist="acme-greet", group="hamr.commands", code="raise RuntimeError('imported')")
    shown = hamr("--help").out
    for line in ["call          Ask a model (the default command).", "greet         a command of acme-greet 1.2.3",
                 'hamr "Why is the sky blue?"', "130  interrupted (Ctrl-C)"]:  # fmt: skip
        assert line in shown
    assert hamr("-h").out == shown


def test_each_command_below_another_has_help_with_examples(hamr: Any) -> None:
    own = [point for point in entry_points(COMMANDS) if point.dist == "hamr" and point.name != "import"]
    below = [
        (point.name, inner)
        for point in own
        if isinstance(group := load(point), click.Group)
        for inner in group.list_commands(click.Context(group))
    ]
    assert ("budget", "set") in below
    shown = {names: hamr(*names, "--help").out for names in below}
    assert [names for names, text in shown.items() if "Examples:" not in text] == []
    assert [names for names, text in shown.items() if max(map(len, text.splitlines())) > 80] == []


@pytest.mark.parametrize(
    "name", ["auth", "login", "logout", "call", "chat", "embed", "explain", "models", "providers", "plugins"]
)
def test_each_command_has_help_with_examples(hamr: Any, name: str) -> None:
    ran = hamr(name, "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: hamr {name} ")
    assert "Examples:" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


def test_the_lines_of_help_are_those_of_the_commands() -> None:
    """They stand in one table, so that no command is imported to be listed."""
    for point in entry_points(COMMANDS):
        if point.dist == "hamr" and (own := load(point).short_help):
            assert LINES.get(point.name, own) == own


def test_a_command_of_another_distribution_runs(install: Any, hamr: Any) -> None:
    install("greet", dist="acme-greet", group="hamr.commands", code=COMMAND)
    assert hamr("greet").out == "good day\n"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("import nothing_of_this_name", "cannot be loaded: ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)", "cannot be loaded: SystemExit: 3"),
        ("", "cannot be loaded: AttributeError"),
        ("command = print", "is no click command but builtin_function_or_method"),
    ],
)
def test_a_broken_command_breaks_nothing_else(install: Any, hamr: Any, code: str, cause: str) -> None:
    install("greet", dist="acme-greet", group="hamr.commands", code=code)
    assert hamr("--help").code == 0
    assert hamr("providers").code == 0
    ran = hamr("greet")
    assert (ran.code, ran.out) == (1, "")
    assert f"Error: the command 'greet' of acme-greet 1.2.3 {cause}" in ran.err
    assert "pip uninstall acme-greet" in ran.err


def test_a_command_of_two_distributions_is_told_when_it_runs(install: Any, hamr: Any) -> None:
    install("greet", dist="one-acme", group="hamr.commands", code=COMMAND)
    install("greet", dist="two-acme", group="hamr.commands", code=COMMAND)
    assert "from one-acme 1.2.3 and two-acme 1.2.3" in " ".join(hamr("--help").out.split())
    assert hamr("providers").code == 0
    ran = hamr("greet")
    assert ran.code == 1
    assert "Error: the command 'greet' comes from one-acme 1.2.3 and two-acme 1.2.3" in ran.err


def test_an_option_before_a_command_is_told(hamr: Any) -> None:
    ran = hamr("-v", "providers")
    assert ran.code == 2
    assert "the options of a command stand after its name: hamr providers ..." in ran.err
    assert "To send 'providers' as a prompt: hamr call -v providers" in ran.err


def test_after_two_dashes_anything_is_a_prompt(server: Any, hamr: Any) -> None:
    assert hamr("-m", "loop/m", "--", "providers").code == 0
    assert hamr("-m", "loop/m", "--", "--json").out == "Hello world\n"
    assert [asked["messages"][0]["content"] for asked in server.asked] == ["providers", "--json"]


def test_a_slip_for_a_command_is_asked_about_on_a_terminal(server: Any, terminal: Any) -> None:
    ran = terminal("provider", HAMR_LLM_MODEL="loop/m")
    assert (ran.code, server.asked) == (2, [])
    assert "no such command: 'provider'; did you mean `hamr providers`?" in ran.out
    assert "To send it as a prompt: hamr call provider" in ran.out
    assert "did you mean `hamr --help`?" in terminal("help", HAMR_LLM_MODEL="loop/m").out


def test_a_slip_for_a_command_in_a_script_is_no_prompt(server: Any, start: Any) -> None:
    ran = start("providrs", stdin=subprocess.DEVNULL, env={"HAMR_LLM_MODEL": "loop/m"})
    out, err = ran.communicate()
    assert (ran.returncode, out, server.asked) == (2, b"", [])
    assert b"no such command: 'providrs'; did you mean `hamr providers`?" in err


def test_a_slip_for_a_command_where_nothing_is_piped_in_is_no_prompt(server: Any, process: Any) -> None:
    """As programs run others: standard input is a pipe that is closed at once."""
    ran = process("providrs", stdin=b"", env={"HAMR_LLM_MODEL": "loop/m"})
    assert (ran.code, ran.out, server.asked) == (2, "", [])
    assert "no such command: 'providrs'; did you mean `hamr providers`?" in ran.err


def test_a_word_with_text_piped_in_is_a_prompt(server: Any, process: Any) -> None:
    assert process("provider", stdin=b"some text", env={"HAMR_LLM_MODEL": "loop/m"}).out == "Hello world\n"


def test_what_looks_like_a_slip_is_a_prompt_all_the_same(server: Any, terminal: Any, hamr: Any) -> None:
    assert terminal("-m", "loop/m", "provider").out == "Hello world\n"
    assert terminal("provider", "of", "what?", HAMR_LLM_MODEL="loop/m").out == "Hello world\n"
    assert hamr("provider", "-m", "loop/m").out == "Hello world\n"
    assert terminal("call", "provider", HAMR_LLM_MODEL="loop/m").out == "Hello world\n"


def test_without_arguments_a_terminal_gets_help_and_a_pipe_asks(server: Any, terminal: Any, hamr: Any) -> None:
    assert terminal().out.startswith("Usage: hamr ")
    assert hamr().code == 2
    assert hamr("-m", "loop/m", stdin=b"hello\n").out == "Hello world\n"


def complete(process: Any, line: str) -> list[str]:
    words = line.split(" ")
    env = {"_HAMR_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    ran = process(env=env)
    assert ran.err == ""
    return [row.partition(",")[2] for row in ran.out.splitlines()]


def test_the_shell_completes_commands_options_and_providers(install: Any, process: Any) -> None:
    install("acme", code="raise RuntimeError('imported')")
    install("plant", dist="acme-plant", group="hamr.commands", code="raise RuntimeError('imported')")
    assert complete(process, "hamr p") == ["plugins", "providers", "plant"]
    assert complete(process, "hamr --v") == ["--version"]
    assert complete(process, "hamr providers --j") == ["--json"]
    assert complete(process, "hamr -m acm") == ["acme"]
    assert complete(process, "hamr hello -m acm") == ["acme"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_each_shell(process: Any, shell: str) -> None:
    ran = process(env={"_HAMR_COMPLETE": f"{shell}_source"})
    assert ran.code == 0
    assert f"_HAMR_COMPLETE={shell}_complete" in ran.out
