"""The command that a user runs where pipx or uv keeps the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from hamr.errors import HamrError
from hamr.install import tool_environment

RECEIPT = """[tool]
requirements = [
    { name = "hamr", extras = ["rich"], specifier = "<1" },
    { name = "hamr-sim", directory = "/src/my sim" },
    { name = "Acme_LLM", specifier = "==2.1" },
    { name = "beta", git = "https://beta.example/b?rev=1" },
    { name = "gamma", url = "https://gamma.example/g.whl" },
]
"""


def test_an_environment_that_is_nobodys(tmp_path: Path) -> None:
    assert tool_environment.find(tmp_path) is None


def test_pipx(tmp_path: Path) -> None:
    (tmp_path / "pipx_metadata.json").touch()
    kept = tool_environment.find(tmp_path)
    assert kept is not None
    assert kept.command(["acme-llm>=2"], []) == f"pipx inject {tmp_path.name} 'acme-llm>=2'"
    assert kept.command([], ["acme-llm"]) == f"pipx uninject {tmp_path.name} acme-llm"


def test_uv_is_told_of_all_that_is_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "uv-receipt.toml").write_text(RECEIPT)
    kept = tool_environment.find(tmp_path)
    assert kept is not None
    assert kept.command(["hamr-provider-groq"], []) == (
        "uv tool install 'hamr[rich]<1' --with '/src/my sim' --with Acme_LLM==2.1"
        " --with 'beta @ git+https://beta.example/b?rev=1' --with 'gamma @ https://gamma.example/g.whl'"
        " --with hamr-provider-groq"
    )
    without = kept.command([], ["acme-llm", "beta", "gamma"])
    assert without == "uv tool install 'hamr[rich]<1' --with '/src/my sim'"


@pytest.mark.parametrize("text", ["[", "", "[tool]\nrequirements = [1]", "[tool]\nrequirements = [{}]"])
def test_a_receipt_that_makes_no_sense_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "uv-receipt.toml").write_text(text)
    with pytest.raises(HamrError, match=r"uv-receipt\.toml cannot be read"):
        tool_environment.find(tmp_path)
