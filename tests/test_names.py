"""Names of models as they are mistyped, with every plugin installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hamr import Hamr
from hamr.errors import ConfigError


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("grok/x", "groq"), ("opnai/gpt-4o", "openai"), ("antrhopic/claude-sonnet-4", "anthropic"),
     ("gemni/gemini-2.5-flash", "gemini"), ("open_ruter/a/b", "openrouter")],
)  # fmt: skip
def test_a_mistyped_provider_is_told_the_nearest(typed: str, meant: str) -> None:
    with Hamr() as client, pytest.raises(ConfigError) as caught:
        client.call("hi", model=typed)
    assert f"no plugin for the provider '{typed.partition('/')[0]}' is installed" in str(caught.value)
    assert str(caught.value.hint).startswith(f"Did you mean {meant}? ")


def test_the_command_says_so_with_the_exit_code_of_usage() -> None:
    command = [sys.executable, "-m", "hamr", "hi", "-m", "grok/x"]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "Did you mean groq? " in ran.stderr


@pytest.mark.parametrize("name", ["mistralai/mistral-large-2512", "deepseek-ai/DeepSeek-Novel", "x-ai/grok-9"])
def test_the_makers_that_lists_name_are_no_slips(name: str) -> None:
    with Hamr(keys={"openrouter": "k"}) as client:
        assert client.selection(name).provider == "openrouter"
