"""The environment variables, and the names that other programs have for the same (C-2)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hamr.limits import configured
from hamr.storage.locks import state_folder
from hamr.types import RateLimits
from hamr.variables import TABLE, Conflict, are_set, conflicts, first, is_on

ROOT = Path(__file__).parents[2]


def test_the_first_that_is_set_and_not_empty_counts() -> None:
    names = TABLE["model"].names
    assert names == ("HAMR_LLM_MODEL", "HARN_LLM_MODEL")
    assert first({"HARN_LLM_MODEL": "a", "HAMR_LLM_MODEL": "b"}, names) == "HAMR_LLM_MODEL"
    assert first({"HARN_LLM_MODEL": "a", "HAMR_LLM_MODEL": " "}, names) == "HARN_LLM_MODEL"
    assert first({}, names) is None


def test_names_that_say_different_things_are_told() -> None:
    environ = {"HARN_LLM_MODEL": "a", "HAMR_LLM_MODEL": "b", "ROTATION_MODE": "seq", "HAMR_ROTATION_MODE": "seq "}
    environ |= {"HARN_RATE_LIMIT_GROQ_RPM": "1", "HAMR_RATE_LIMIT_GROQ_RPM": "2", "HARN_RATE_LIMIT_OPENAI": "3"}
    found = conflicts(environ)
    assert found == [
        Conflict("HAMR_LLM_MODEL", "HARN_LLM_MODEL"),
        Conflict("HAMR_RATE_LIMIT_GROQ_RPM", "HARN_RATE_LIMIT_GROQ_RPM"),
    ]
    assert str(found[0]) == "HAMR_LLM_MODEL and HARN_LLM_MODEL say different things; HAMR_LLM_MODEL counts"
    limits = configured.of_provider("groq", RateLimits(), environ, {})
    assert limits.rpm == 2, "the one that is said to count does"
    assert [name for name, counts, _ in are_set(environ) if counts] == [
        "HAMR_LLM_MODEL", "HAMR_RATE_LIMIT_GROQ_RPM", "HARN_RATE_LIMIT_OPENAI", "HAMR_ROTATION_MODE",
    ]  # fmt: skip


def test_another_programs_folder_of_state_is_taken(tmp_path: Path) -> None:
    """N-126."""
    assert state_folder({"HARN_STATE_DIR": str(tmp_path)}) == tmp_path
    assert state_folder({"HARN_STATE_DIR": "/elsewhere", "HAMR_STATE_DIR": str(tmp_path)}) == tmp_path


@pytest.mark.parametrize(
    ("said", "on"), [("1", True), ("true", True), ("x", True), ("0", False), ("No", False), ("off", False), ("", None)]
)
def test_what_is_on_or_off(said: str, *, on: bool | None) -> None:
    """N-126: what says neither is what it is where nothing is said."""
    environ = {"HARN_LLM_STREAM": said}
    assert [is_on(environ, "llm_stream", unsaid=unsaid) for unsaid in (True, False)] == (
        [True, False] if on is None else [on, on]
    )


@pytest.mark.parametrize("source", ["core/src/hamr"])
def test_every_variable_of_the_core_is_in_the_table(source: str) -> None:
    named = {name for variable in TABLE.values() for name in variable.names}
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / source).rglob("*.py")]
    found = {name for text in texts for name in re.findall(r'"((?:HAMR|HARN)_[A-Z_]+)"', text)}
    assert found <= named
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    for name in ("HAMR_STATE_DIR", "HARN_STATE_DIR", "HARN_PROVIDERS_CONFIG"):
        assert f"`{name}`" in page
