"""`hamr plugins`: what each distribution brings, whether it works, and the user's choices."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

HOOK = """
from hamr.api import hookimpl

@hookimpl
def hamr_auth(route):
    return None
"""
COMMAND = """
import click
@click.command()
def command():
    pass
"""


def plugin(ran: Any, name: str) -> dict[str, Any]:
    (found,) = (plugin for plugin in ran.json["plugins"] if plugin["distribution"] == name)
    return dict(found)


def lines(ran: Any) -> list[str]:
    return [" ".join(line.split()) for line in ran.out.splitlines()]


def test_a_line_for_each_distribution_and_no_import(install: Any, hamr: Any) -> None:
    """Pain 3."""
    install("acme", code="raise RuntimeError('imported')")
    install("greet", dist="acme-greet", group="hamr.commands", code="raise RuntimeError('imported')")
    install("trace", dist="acme-trace", group="hamr.extensions", code="raise RuntimeError('imported')")
    ran = hamr("plugins")
    assert ran.code == 0
    assert {
        "hamr-provider-acme 1.2.3 provider acme",
        "acme-greet 1.2.3 command greet",
        "acme-trace 1.2.3 extension trace",
    } <= set(lines(ran))
    assert not {"hamr_provider_acme", "acme_greet", "acme_trace"} & set(sys.modules)


def test_the_core_is_one_of_them(hamr: Any) -> None:
    brings = plugin(hamr("plugins", "--json"), "hamr")["brings"]
    assert {(piece["kind"], piece["name"]) for piece in brings} >= {("command", "call"), ("command", "providers")}


def test_conflicts_are_told(install: Any, hamr: Any) -> None:
    install("acme", dist="one-acme")
    install("acme", dist="two-acme")
    assert "one-acme 1.2.3 provider acme provider acme also from two-acme 1.2.3" in lines(hamr("plugins"))
    assert plugin(hamr("plugins", "--json"), "one-acme")["brings"][0]["clashes"] == ["two-acme 1.2.3"]
    ran = hamr("plugins", "--check")
    assert ran.code == 1
    assert any(line.startswith("two-acme 1.2.3 provider acme fails: 'acme' comes from") for line in lines(ran))


def test_check_tells_the_hooks_that_each_answers(install: Any, hamr: Any) -> None:
    install("acme", code=HOOK)
    install("plain")
    install("greet", dist="acme-greet", group="hamr.commands", code=COMMAND)
    install("trace", dist="acme-trace", group="hamr.extensions", code=HOOK)
    ran = hamr("plugins", "--check")
    assert ran.code == 0
    assert {
        "hamr-provider-acme 1.2.3 provider acme answers hamr_auth",
        "hamr-provider-plain 1.2.3 provider plain works",
        "acme-greet 1.2.3 command greet works",
        "acme-trace 1.2.3 extension trace answers hamr_auth",
    } <= set(lines(ran))


@pytest.mark.parametrize("group", ["hamr.providers", "hamr.commands", "hamr.extensions"])
def test_check_tells_why_one_fails_and_checks_the_others(install: Any, hamr: Any, group: str) -> None:
    install("acme", dist="acme-broken", group=group, code="import nothing_of_this_name")
    install("plain")
    ran = hamr("plugins", "--check", "--json")
    assert ran.code == 1
    broken = plugin(ran, "acme-broken")["brings"][0]
    assert broken["works"] is False
    assert "No module named 'nothing_of_this_name'" in broken["error"]
    assert plugin(ran, "hamr-provider-plain")["brings"][0]["works"] is True


def test_check_finds_a_hook_of_no_such_name(install: Any, hamr: Any) -> None:
    install("acme", code=HOOK.replace("hamr_auth", "hamr_aut"))
    ran = hamr("plugins", "--check")
    assert ran.code == 1
    assert "hamr_aut" in ran.out


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ('wire = "openai-completion"', "no plugin knows the wire 'openai-completion'"),
        ('wire = "gemini"\n[auth]\nstyle = "baerer"', "no plugin knows the auth style 'baerer'"),
        ('wire = "gemini"\ntransport = "htp"', "no plugin knows the transport 'htp'"),
        ('wire = "gemini"\n[modes.more]\nwire = "gemni"', "no plugin knows the wire 'gemni'"),
        ('wire = "gemini"\n[[model]]\nmatch = "a*"\nwire = "gemni"', "no plugin knows the wire 'gemni'"),
    ],
)
def test_check_finds_a_name_that_nobody_answers_for(install: Any, hamr: Any, field: str, told: str) -> None:
    head = 'api = 1\nid = "acme"\nname = "Acme"\nbase_url = "https://acme.example"\n'
    install("acme", manifest=f"{head}{field}\n")
    ran = hamr("plugins", "--check")
    assert ran.code == 1
    assert f"fails: acme: {told}" in ran.out


def test_check_leaves_names_to_a_plugin_that_answers_for_them(install: Any, hamr: Any) -> None:
    head = 'api = 1\nid = "acme"\nname = "Acme"\nbase_url = "https://acme.example"\nwire = "gemini"\n'
    install("acme", manifest=f'{head}[auth]\nstyle = "own"\n', code=HOOK)
    assert hamr("plugins", "--check").code == 0


def test_check_finds_a_broken_manifest(install: Any, hamr: Any) -> None:
    install("acme", manifest="id = ")
    assert "fails: " in hamr("plugins", "--check").out


def test_a_provider_is_switched_off_and_on(install: Any, hamr: Any) -> None:
    """Pain 4."""
    install("acme", code="raise RuntimeError('imported')")
    assert hamr("plugins", "disable", "acme").code == 0
    assert "hamr-provider-acme 1.2.3 provider acme (switched off)" in lines(hamr("plugins"))
    ran = hamr("plugins", "--check")
    assert ran.code == 0
    assert "hamr-provider-acme 1.2.3 provider acme switched off" in lines(ran)
    ran = hamr("-m", "acme/m", "hi")
    assert ran.code == 2
    assert "hamr plugins enable acme" in ran.err
    assert hamr("plugins", "enable", "acme").code == 0
    assert "hamr-provider-acme 1.2.3 provider acme" in lines(hamr("plugins"))


def test_only_what_is_installed_is_switched_off(install: Any, hamr: Any) -> None:
    install("acme")
    ran = hamr("plugins", "disable", "acmee")
    assert ran.code == 2
    assert "Did you mean acme?" in ran.err
    again = hamr("plugins", "enable", "acmee")
    assert (again.code, again.err) == (2, ran.err)


def test_one_that_was_switched_off_and_is_gone_is_switched_on(hamr: Any, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config" / "plugins.json").write_text('{"disabled": ["gone"]}')
    assert hamr("plugins", "enable", "gone").code == 0
    assert hamr("plugins", "enable", "gone").code == 2


def test_one_of_two_is_preferred(install: Any, hamr: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install("acme", dist="one-acme")
    install("acme", dist="two-acme")
    monkeypatch.setenv("HAMR_PREFER", "other=some-dist")
    assert hamr("plugins", "prefer", "acme", "two-acme").code == 0
    assert "some-dist" not in (tmp_path / "config" / "plugins.json").read_text()
    ran = hamr("plugins", "--check")
    assert ran.code == 0
    assert "one-acme 1.2.3 provider acme not used: another is preferred" in lines(ran)
    assert "two-acme 1.2.3 provider acme works" in lines(ran)
    ran = hamr("plugins", "prefer", "acme", "three-acme")
    assert ran.code == 2
    assert "It comes from one-acme and two-acme." in ran.err
