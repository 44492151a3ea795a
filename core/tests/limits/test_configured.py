"""Which limits are set: manifest, environment, code (N-162 to N-167)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hamr.admission import Admission, Given
from hamr.errors import ConfigError
from hamr.limits import configured
from hamr.limits.limiter import FILE, Limiter
from hamr.plugins.manifest import check
from hamr.types import Model, Provider, RateLimits, Route

NONE = RateLimits()


def test_the_bare_variable_is_calls_a_minute() -> None:
    """N-163."""
    environ = {"HAMR_RATE_LIMIT_GITHUB_MODELS": "7"}
    assert configured.of_provider("github_models", NONE, environ, {}) == RateLimits(rpm=7)
    assert configured.of_provider("groq", NONE, environ, {}) == NONE


def test_each_limit_has_its_variable() -> None:
    """N-163."""
    environ = {
        f"HAMR_RATE_LIMIT_GROQ_{kind}": str(place)
        for place, kind in enumerate(("RPM", "TPM", "INPUT_TPM", "OUTPUT_TPM", "CONCURRENCY"), 1)
    }
    assert configured.of_provider("groq", NONE, environ, {}) == RateLimits(1, 2, 3, 4, 5)


def test_a_model_has_its_own() -> None:
    """N-163."""
    environ = {"HAMR_RATE_LIMIT_GROQ_LLAMA_3_3_70B_VERSATILE_TPM": "6000"}
    assert configured.of_model("groq/llama-3.3-70b-versatile", NONE, environ, {}) == RateLimits(tpm=6000)
    assert configured.of_provider("groq", NONE, environ, {}) == NONE


def test_harns_spelling_counts_where_hamrs_is_not_there() -> None:
    """C-2."""
    environ = {"HARN_RATE_LIMIT_GROQ_RPM": "1", "HARN_RATE_LIMIT_GROQ_TPM": "2", "HAMR_RATE_LIMIT_GROQ_TPM": "3"}
    assert configured.of_provider("groq", NONE, environ, {}) == RateLimits(rpm=1, tpm=3)


def test_the_environment_is_laid_over_the_manifest_and_code_over_both() -> None:
    """N-164."""
    base, environ = RateLimits(1, 1, 1), {"HAMR_RATE_LIMIT_GROQ_TPM": "2", "HAMR_RATE_LIMIT_GROQ_INPUT_TPM": "2"}
    code = configured.given({"groq": {"input_tpm": 3}})
    assert configured.of_provider("groq", base, environ, code) == RateLimits(1, 2, 3)


def test_what_is_no_table_of_limits_is_named() -> None:
    with pytest.raises(ConfigError, match=r"limits\['groq'\] is no table of limits"):
        configured.given({"groq": 30})


@pytest.mark.parametrize("number", ["0", "-1"])
def test_zero_takes_a_limit_away(number: str) -> None:
    """N-163."""
    assert configured.of_provider("groq", RateLimits(rpm=5), {"HAMR_RATE_LIMIT_GROQ": number}, {}) == NONE
    assert configured.of_provider("groq", RateLimits(5), {}, {"groq": RateLimits(rpm=int(number))}) == NONE


def test_a_limit_that_is_no_number_is_told() -> None:
    with pytest.raises(ConfigError, match="HAMR_RATE_LIMIT_GROQ_RPM must be a whole number"):
        configured.of_provider("groq", NONE, {"HAMR_RATE_LIMIT_GROQ_RPM": "many"}, {})
    wrong: Any
    for wrong, told in (({"rps": 1}, "'rps' is no limit"), ({"rpm": "1"}, r"\['rpm'\] must be a whole number")):
        with pytest.raises(ConfigError, match=told):
            Admission({}, Given({"groq": wrong}))


@pytest.mark.parametrize(("text", "seconds"), [("", 30.0), ("1500", 1.5), ("0", float("inf"))])
def test_the_longest_wait(text: str, seconds: float) -> None:
    """N-167."""
    assert configured.patience({"HAMR_LLM_RATE_LIMIT_MAX_WAIT_MS": text}, 30.0) == seconds


def test_the_file_may_be_elsewhere(tmp_path: Path) -> None:
    """N-166."""
    assert Limiter({"HAMR_STATE_DIR": str(tmp_path)}, {}, 1).shared.store.place == str(tmp_path / FILE)
    shared = {"HARN_LLM_RATE_LIMIT_STATE_PATH": str(tmp_path / "shared.db")}
    assert Limiter(shared, {}, 1).shared.store.place == str(tmp_path / "shared.db")


def test_a_manifest_says_limits_of_the_provider_and_of_its_models() -> None:
    manifest = check(
        {
            "id": "acme",
            "name": "Acme",
            "base_url": "https://acme.test",
            "wire": "w",
            "limits": {"rpm": 30, "inputTpm": 6000},
            "model": [{"match": "small*", "limits": {"concurrency": 2}}],
        },
        "here",
    )
    provider = manifest.provider({}, "here")
    assert provider.limits == RateLimits(rpm=30, input_tpm=6000)
    assert provider.rules[0].limits == RateLimits(concurrency=2)


def test_where_no_limit_is_set_there_is_no_gate() -> None:
    route = Route(Provider("acme", "Acme", "http://acme.test", "w"), Model("m"), lambda: None)
    no_prices: Any = None
    assert Admission({"HOME": "/nowhere"}).gates(route, no_prices) == ()
    assert Admission({"HAMR_RATE_LIMIT_OTHER": "1"}).gates(route, no_prices) == ()
    assert len(Admission({"HAMR_RATE_LIMIT_ACME_M_RPM": "1"}).gates(route, no_prices)) == 1
