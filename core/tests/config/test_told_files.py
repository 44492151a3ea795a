"""HARN_VERBOSE_CONFIG: which files of configuration are read is told, once (N-126)."""

from __future__ import annotations

from pathlib import Path

import pytest

from hamr import Hamr
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour

REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
CONFIG = """default_provider = "mine"
nonsense = 1
[providers.mine]
base_url = "{}/v1"
api_key = "canary"
models = [{{ id = "m" }}]
[aliases]
a = "mine/m"
b = "mine/n"
"""


@pytest.mark.parametrize(("value", "is_told"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_the_files_and_what_they_bring_are_told_once(
    colour: Colour, provider: Canned, tmp_path: Path, value: str, *, is_told: bool
) -> None:
    own = tmp_path / "providers.toml"
    own.write_text(CONFIG.format(provider.url))
    (tmp_path / "models.json").write_text("{}")
    environ = {"HAMR_CONFIG_DIR": str(tmp_path), "HAMR_AGENT_DIR": str(tmp_path), "HARN_VERBOSE_CONFIG": value}
    lines: list[str] = []
    with Hamr(environ=environ, folder=None, tell=lambda text, _: lines.append(text)) as client:
        for model in ("a", "b"):
            provider.answer(REPLY)
            colour.call(client, "hi", model)
    told = [line for line in lines if line.startswith("configuration: ")]
    assert told == (
        [
            f"configuration: {own} (providers: 1, aliases: 2, rows of models: 1, other settings: 1, problems: 1)",
            f"configuration: {tmp_path / 'models.json'} (it says nothing)",
        ]
        if is_told
        else []
    )
    assert "canary" not in "".join(lines)
