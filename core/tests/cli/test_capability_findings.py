"""`hamr capabilities promote`: what an evaluation has found out counts, behind what the user has written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hamr import Hamr

SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / "capability-findings.json"
PARITY = """
schema_version = 1
generated_at = "2026-05-24T00:00:00Z"
fixture_suite = "coding-agent"
[[rows]]
provider = "groq"
model = "Qwen/Coder"
tool_mode_parity = "native_unreliable"
preferred_tool_format = "text"
confidence = "low"
sample_size = 5
last_updated = "2026-05-24T00:00:00Z"
evidence_path = ".harn-runs/latest"
verifier_divergence_rate = 0.8
native = { total_runs = 5, passed_runs = 1, unique_fixtures = 5, replicate_count = 1, pass_rate = 0.2 }
text = { total_runs = 5, passed_runs = 5, unique_fixtures = 5, replicate_count = 1, pass_rate = 1.0 }
"""


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HAMR_CONFIG_DIR", str(tmp_path / "own"))
    return tmp_path / "own"


def laid(tmp_path: Path, text: str = PARITY) -> str:
    file = tmp_path / "tool_mode_parity_overlay.toml"
    file.write_text(text)
    return str(file)


def known(**environ: str) -> Any:
    with Hamr(environ=environ, folder=None) as client:
        return client.capabilities.of("groq", "qwen/coder")


def test_the_verdicts_of_an_evaluation_count(hamr: Any, tmp_path: Path, own: Path) -> None:
    """N-109, M-53: with the evidence and the day; the other rules of the model count as before."""
    before = known(HAMR_CONFIG_DIR=str(own)).capabilities
    ran = hamr("capabilities", "promote", laid(tmp_path))
    assert ran.code == 0
    assert "groq/Qwen/Coder: preferred_tool_format text, tool_mode_parity native_unreliable" in ran.out
    assert ran.err == f"kept in {own}/capabilities.toml\n"
    after = known(HAMR_CONFIG_DIR=str(own))
    said = after.capabilities
    assert (said.tool_format, said.tool_mode_parity) == ("text", "native_unreliable")
    assert said.tool_mode_parity_notes == "native 1 of 5; text 5 of 5; 5 fixtures, confidence low"
    assert (said.native_tools, said.seed_supported) == (before.native_tools, before.seed_supported)
    rule, place = after.rules[0]
    assert (rule.source, rule.date, place) == ("eval: .harn-runs/latest", "2026-05-24", f"{own}/capabilities.toml")
    assert (own / "capabilities.toml").stat().st_mode & 0o777 == 0o600


def test_what_was_kept_before_is_replaced_and_the_same_is_not_written_again(
    hamr: Any, tmp_path: Path, own: Path
) -> None:
    hamr("capabilities", "promote", laid(tmp_path))
    file = own / "capabilities.toml"
    written = file.stat().st_mtime_ns
    assert hamr("capabilities", "promote", laid(tmp_path)).err == "nothing new\n"
    assert file.stat().st_mtime_ns == written
    newer = PARITY.replace("native_unreliable", "interchangeable").replace("2026-05-24", "2026-06-01")
    hamr("capabilities", "promote", laid(tmp_path, newer))
    assert file.read_text().count("[[provider.") == 1
    assert known(HAMR_CONFIG_DIR=str(own)).capabilities.tool_mode_parity == "interchangeable"


def test_rules_of_the_users_own_count_before(hamr: Any, tmp_path: Path, own: Path) -> None:
    hamr("capabilities", "promote", laid(tmp_path))
    (own / "providers.toml").write_text(
        '[[capabilities.provider.groq]]\nmodel_match = "qwen/*"\nextends = true\npreferred_tool_format = "native"\n'
    )
    said = known(HAMR_CONFIG_DIR=str(own)).capabilities
    assert (said.tool_format, said.tool_mode_parity) == ("native", "native_unreliable")


def test_it_counts_before_tables_of_a_package(hamr: Any, install: Any, tmp_path: Path, own: Path) -> None:
    package = install("acme", dist="acme-tables", group="hamr.tables")
    rule = '[[capabilities.provider.groq]]\nmodel_match = "*"\nextends = true\npreferred_tool_format = "{}"\n'
    (package / "hamr.toml").write_text(rule.format("json"))
    assert known(HAMR_CONFIG_DIR=str(own)).capabilities.tool_format == "json"
    hamr("capabilities", "promote", laid(tmp_path))
    assert known(HAMR_CONFIG_DIR=str(own)).capabilities.tool_format == "text"


def test_rules_may_be_promoted_too(hamr: Any, tmp_path: Path, own: Path) -> None:
    rules = '[[provider.groq]]\nmodel_match = "qwen/coder"\nvision_supported = true\ndate = "2026-01-02"\n'
    told = hamr("capabilities", "promote", laid(tmp_path, rules), "--json").json
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert told["findings"][0]["says"] == {"vision_supported": True}
    assert known(HAMR_CONFIG_DIR=str(own)).capabilities.vision_supported is True


def test_a_rehearsal_writes_nothing(hamr: Any, tmp_path: Path, own: Path) -> None:
    ran = hamr("capabilities", "promote", laid(tmp_path), "--dry-run")
    assert (ran.code, ran.err) == (0, "nothing was written\n")
    assert not (own / "capabilities.toml").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rows = 3\n", "only rows of schema_version 1 are known"),
        ("schema_version = 2\nrows = []\n", "only rows of schema_version 1 are known"),
        ("rows = [3]\n", "rows[0] must be a table"),
        (PARITY.replace('"native_unreliable"', '"dubious"'), "rows[0]: tool_mode_parity must be one of"),
        ("[provider]\ngroq = 3\n", "provider must be a table of lists"),
        ("[[provider.groq]]\nmax_tools = 'many'\n", "provider.groq[0]: max_tools must be a whole number"),
        ("a = ", "Invalid value"),
    ],
)
def test_a_file_awry_is_told_and_nothing_is_kept(hamr: Any, tmp_path: Path, own: Path, text: str, told: str) -> None:
    ran = hamr("capabilities", "promote", laid(tmp_path, text))
    assert ran.code == 2
    assert told in ran.err
    assert not (own / "capabilities.toml").exists()


def test_a_spoilt_file_of_findings_is_told_and_all_else_is_known(hamr: Any, tmp_path: Path, own: Path) -> None:
    own.mkdir()
    (own / "capabilities.toml").write_text("[[provider.groq]\n")
    told: list[str] = []
    environ = {"HAMR_CONFIG_DIR": str(own)}
    with Hamr(environ=environ, folder=None, tell=lambda text, _: told.append(text)) as client:
        assert client.provider_capabilities("anthropic", "claude-opus-4-7").max_tools == 10000
    assert len(told) == 1
    assert str(own / "capabilities.toml") in told[0]
    assert hamr("capabilities", "promote", laid(tmp_path)).code == 2
    assert (own / "capabilities.toml").read_text() == "[[provider.groq]\n"
