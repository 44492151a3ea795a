"""`$VAR`, `${VAR}` and `!command` in a value (H-60 to H-65, M-6)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.errors import ConfigError
from hamr.secrets import references

ENVIRON = {"A": "one", "FOO_BAR": "both", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("$A", "one"),
        ("${A}", "one"),
        ("Bearer ${A}_${FOO_BAR}", "Bearer one_both"),
        ("$FOO_BAR", "both"),
        ("$$A", "$A"),
        ("$!echo", "!echo"),
        ("a!b", "a!b"),
        ("${A", "${A"),
        ("${A:-b}", "${A:-b}"),
        ("${1}", "${1}"),
        ("$1 $ $", "$1 $ $"),
        ("MY_KEY", "MY_KEY"),
    ],
)
def test_what_a_value_stands_for(text: str, told: str) -> None:
    """H-61, H-62; C-4: a bare word in capitals is no variable."""
    assert references.filled(text, ENVIRON, "it") == told


@pytest.mark.parametrize("text", ["$NO", "${NO}", "${A}$NO", "$EMPTY$NO"])
def test_a_missing_variable_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match=r"acme\.key: not set: .*NO"):
        references.filled(text, ENVIRON, "acme.key")


def test_variables_are_listed_once_and_a_command_has_none() -> None:
    assert references.variables("$A${B}$A$$C") == ["A", "B"]
    assert references.variables("!echo $A") == []
    assert references.missing("$A$EMPTY$NO", ENVIRON) == ["EMPTY", "NO"]
    assert references.command("!echo $A") == "echo $A"
    assert references.command("$!echo") is None


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_written_so_that_it_stands_for_itself(text: str) -> None:
    assert references.filled(references.literal(text), {}, "it") == text
    assert references.command(references.literal(text)) is None
