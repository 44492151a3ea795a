"""`hamr config get`, `set`, `unset` and `explain`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hamr.config import jsonc
from hamr.config.configuration import LARGEST

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
CANARY = "sk-canary-0123456789abcdef"
URL = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HAMR_AGENT_DIR", "HAMR_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "own"))
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    for name in ("HARN_DEFAULT_PROVIDER", "HARN_LLM_MODEL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def toml(here: Path) -> Path:
    (here / "own").mkdir()
    file = here / "own" / "providers.toml"
    file.write_text(f'# mine\n[aliases]\nfast = "groq/llama"  # quick\n\n[providers.mine]\nbase_url = "{URL}"\n')
    return file


@pytest.fixture
def models(here: Path) -> Path:
    (here / "own").mkdir(exist_ok=True)
    file = here / "own" / "models.json"
    file.write_text(f'{{\n  // mine\n  "providers": {{\n    "box": {{ "baseUrl": "{URL}" }} // here\n  }}\n}}\n')
    return file


def check(name: str, document: Any) -> Any:
    jsonschema.validate(document, json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")))
    return document


def test_the_first_value_makes_the_file_for_its_owner_alone(hamr: Any, here: Path) -> None:
    ran = hamr("config", "set", "default_provider", "sim")
    file = here / "own" / "providers.toml"
    assert (ran.code, ran.out, ran.err) == (0, f"default_provider = sim in {file}:1\n", "")
    assert file.read_text() == 'default_provider = "sim"\n'
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert hamr("config", "get", "default_provider").out == "sim\n"


def test_comments_and_order_stay_in_toml(hamr: Any, toml: Path) -> None:
    told = check("config-change", hamr("config", "set", "aliases.fast", "groq/other", "--json").json)
    assert told == {
        "key": "aliases.fast", "file": str(toml), "line": 3, "changed": True, "before": "groq/llama",
        "after": "groq/other", "counts_instead": None,
    }  # fmt: skip
    assert hamr("config", "set", "providers.mine.rateLimits.tpm", "6_000").code == 0
    assert toml.read_text() == (
        '# mine\n[aliases]\nfast = "groq/other"  # quick\n\n'
        f'[providers.mine]\nbase_url = "{URL}"\n\n[providers.mine.rate_limits]\ntpm = 6000\n'
    )


def test_a_provider_of_models_json_is_changed_there_in_its_own_spelling(hamr: Any, models: Path) -> None:
    assert hamr("config", "set", "providers.box.context_window", "1").code == 2
    ran = hamr("config", "set", "providers.box.auth_env", "BOX_KEY")
    assert (ran.code, ran.out) == (0, f"providers.box.auth_env = BOX_KEY in {models}:4\n")
    assert hamr("config", "set", "providers.box.baseUrl", "http://127.0.0.1:8/v1").code == 0
    assert '"box": { "baseUrl": "http://127.0.0.1:8/v1", "authEnv": "BOX_KEY" } // here' in models.read_text()
    assert hamr("config", "unset", "providers.box").code == 0
    assert jsonc.loads(models.read_text()) == {}
    assert "// mine" in models.read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("provders.groq.rpm", "1"), "Did you mean providers"),
        (("providers.mine.basse_url", URL), "Did you mean base_url"),
        (("providers.mnie.rpm", "1"), "Did you mean mine"),
        (("providers.mine.rpm", "many"), "rpm must be a whole number"),
        (("providers.mine.rpm", "-1"), "rpm must be at least 0"),
        (("providers.mine.api", "openai-complete"), "Did you mean openai-completions"),
        (("providers.mine.enabled", "yes"), "must be true or false"),
        (("providers.mine.auth_env", "not a name"), "must match"),
        (("providers.mine.base_url", "nonsense"), "is no http(s) URL"),
        (("providers.mine.base_url.x", "1"), "is no table"),
        (("providers.mine.models", "{"), "models[0]: it must be a table"),
        (("providers.mine.compat", "{"), "must be a table"),
        (("providers.mine.models", '[{"id": "a", "oops": 1}]'), "oops: unknown field"),
        (("providers.new.rpm", "1"), "there is no provider 'new'"),
        (("providers.new.base_url", "nonsense"), "base_url: 'nonsense' is no http(s) URL"),
        (("providers.mine", "{}"), "it has none of base_url"),
        (("default_provider", "mnie"), "Did you mean mine"),
        (("aliases", "x"), "must be a table"),
        (("aliases.fast.provider", "mnie"), "Did you mean mine"),
        (("aliases.fast.oops", "x"), "is not a field of aliases.fast"),
        (("aliases.fast", ""), "there is no value"),
        (("providers.mine.model_overrides.llama-3.1.name", "x"), "A name with a dot in it stands in quotes."),
        (("", "x"), "is no key of configuration"),
        (("providers..x", "x"), "is no key of configuration"),
        (("providers.", "x"), "is no key of configuration"),
        (("providers.mine.name", "\udcff"), "no text in UTF-8"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_written(
    hamr: Any, toml: Path, arguments: tuple[str, str], told: str
) -> None:
    before = toml.read_bytes(), toml.stat().st_mtime_ns
    ran = hamr("config", "set", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert (toml.read_bytes(), toml.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("providers.mine.api_key", CANARY),
        ("providers.mine.api_key", "canary"),
        ("providers.mine.headers.X-Api-Key", "canary"),
        ("providers.mine.headers", json.dumps({"Authorization": f"Bearer {CANARY}"})),
        ("providers.mine.extra_headers.X-Other", CANARY),
        ("providers.mine.env", json.dumps({"MY_TOKEN": "canary"})),
        ("providers.mine.base_url", "https://canary:canary@example.org/v1"),
        ("providers.mine", json.dumps({"base_url": URL, "api_key": "canary"})),
        ("aliases.fast", CANARY),
        ("default_provider", CANARY),
        ("state", "redis://:canary@example.org/0"),
        (f"providers.{CANARY}.rpm", "1"),
        (CANARY, "x"),
    ],
)
def test_a_secret_is_refused_and_not_shown(hamr: Any, toml: Path, key: str, value: str) -> None:
    before = toml.read_bytes()
    for more in ((), ("--json",)):
        ran = hamr("config", "set", key, value, *more)
        assert ran.code == 2
        assert "canary" not in (ran.out + ran.err)
    assert toml.read_bytes() == before


@pytest.mark.parametrize("name", ["hf-internal-testing-model", "ask-sk-learn-assistant", "risk-assessment-model-2"])
def test_a_models_name_is_no_secret(hamr: Any, toml: Path, name: str) -> None:
    assert hamr("config", "set", "providers.mine.default_model", name).code == 0
    assert hamr("config", "get", "providers.mine.default_model").out == f"{name}\n"


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("model_defaults.qwen/*.temperature", "0.2", {"model_defaults": {"qwen/*": {"temperature": 0.2}}}),
        ('model_defaults."gpt-4.1".max_tokens', "5", {"model_defaults": {"gpt-4.1": {"max_tokens": 5}}}),
        ("credentials.store", "keyring", {"credentials": {"store": "keyring"}}),
        ("tier_defaults.small", "sim/echo", {"tier_defaults": {"small": "sim/echo"}}),
    ],
)
def test_the_other_tables_are_set_and_judged(hamr: Any, here: Path, key: str, value: str, told: Any) -> None:
    assert hamr("config", "set", key, value).code == 0
    assert tomllib.loads((here / "own" / "providers.toml").read_text()) == told
    assert hamr("config", "set", key, "[3]").code == 2
    assert hamr("config", "get", key).code == 0


@pytest.mark.parametrize("value", ["$MINE_KEY", "${MINE_KEY}", "!pass mine", "not-needed"])
def test_what_names_a_key_is_taken(hamr: Any, toml: Path, value: str) -> None:
    assert hamr("config", "set", "providers.mine.api_key", value).code == 0
    assert tomllib.loads(toml.read_text())["providers"]["mine"]["api_key"] == value


@pytest.mark.parametrize("url", ["redis://u:canary@redis.test/2", "redis://u:can/ary@x@redis.test/2?password=canary"])
def test_a_url_is_shown_without_user_and_password(
    hamr: Any, toml: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml.write_text(f'state = "{url}"\n')
    monkeypatch.setenv("HAMR_STATE_ON_FAILURE", "open")
    for arguments in (("get", "state"), ("explain", "state"), ("explain", "state", "--json")):
        ran = hamr("config", *arguments)
        assert "redis://***@redis.test/2" in ran.out
        assert "ary" not in ran.out + ran.err
    assert "* the environment variable HAMR_STATE_ON_FAILURE: open" in hamr("config", "explain", "state_on_failure").out
    monkeypatch.setenv("HAMR_STATE_URL", url)
    for ran in (hamr("config"), hamr("config", "--json"), hamr("config", "get", "state")):
        assert "redis://***@redis.test/2" in ran.out
        assert "ary" not in ran.out.replace("canary_", "")


def test_a_key_in_a_file_is_shown_as_its_tail(hamr: Any, models: Path) -> None:
    models.write_text(json.dumps({"providers": {"box": {
        "baseUrl": URL, "apiKey": CANARY, "headers": {"X-Key": CANARY, "X-Name": "$NAME"}}}}))  # fmt: skip
    for asked in ("providers.box.api_key", "providers.box.headers.X-Key"):
        assert hamr("config", "get", asked).out == "…cdef\n"
    assert hamr("config", "get", "providers.box.headers.X-Name").out == "$NAME\n"
    for command, asked in (("get", "providers.box"), ("explain", "providers.box"), ("explain", "providers"),
                           ("get", "providers"), ("explain", "providers.box.apiKey"),
                           ("unset", "providers.box.api_key")):  # fmt: skip
        ran = hamr("config", command, asked, "--json")
        assert ran.code == 0
        assert CANARY not in (ran.out + ran.err)
    assert "apiKey" not in models.read_text()


def test_explain_tells_who_says_what_and_who_counts(
    hamr: Any, here: Path, toml: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models.write_text('{"providers": {\n"mine": {"baseUrl": "http://127.0.0.1:8/v1"}}}')
    (here / "project" / "hamr.toml").write_text(
        '[llm]\ndefault_provider = "sim"\n[llm.providers.mine]\nbase_url = "http://x"\n'
    )
    ran = hamr("config", "explain", "providers.mine.base_url")
    why = "it would change a provider that is there already, and the project is not trusted."
    assert ran.out.splitlines() == [
        f"- {toml}:6: {URL}",
        f"* {models}:2: http://127.0.0.1:8/v1",
        f"- {here}/project/hamr.toml:4: http://x  (does not count: {why} To allow it: hamr trust)",
    ]
    monkeypatch.setenv("HARN_DEFAULT_PROVIDER", "mine")
    told = check("config-explain", hamr("config", "explain", "default_provider", "--json").json)
    assert told["value"] == "mine"
    assert [(each["kind"], each["counts"], each["wins"]) for each in told["sources"]] == [
        ("project", False, False), ("environment", True, True),
    ]  # fmt: skip
    assert told["variables"] == ["HAMR_DEFAULT_PROVIDER", "HARN_DEFAULT_PROVIDER"]
    ran = hamr("config", "set", "default_provider", "sim")
    assert (ran.code, ran.err) == (
        0, "warning: the environment variable HARN_DEFAULT_PROVIDER counts instead: mine\n"
    )  # fmt: skip


def test_explain_has_the_plugins_word_and_the_stores(hamr: Any, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = hamr("config", "explain", "providers.groq.base_url", "--json").json
    assert told["sources"][0]["place"].startswith("provider.toml of hamr-provider-groq ")
    assert "GROQ_BASE_URL" in told["variables"]
    monkeypatch.setenv("GROQ_API_KEY", CANARY)
    assert hamr("auth", "add", "groq", "--stdin", stdin=b"gsk_another-0123456789abcdefgh").code == 0
    ran = hamr("config", "explain", "providers.groq.api_key")
    assert ran.out.splitlines() == [
        "- the environment variable GROQ_API_KEY: …cdef",
        f"* groq.key in {here}/own/auth.json: …efgh",
    ]


def test_tables_of_several_files_are_laid_over_one_another(hamr: Any, toml: Path, models: Path) -> None:
    models.write_text('{"providers": {"mine": {"compat": {"a": 1}, "models": [{"id": "m", "contextWindow": 5}]}}}')
    assert hamr("config", "set", "providers.mine.models.m.max_tokens", "7").code == 0
    told = check("config-get", hamr("config", "get", "providers.mine", "--json").json)
    assert told["value"] == {
        "base_url": URL, "compat": {"a": 1}, "models": [{"id": "m", "contextWindow": 5, "maxTokens": 7}],
    }  # fmt: skip
    assert hamr("config", "get", "providers.mine.models.m.contextWindow").out == "5\n"
    assert hamr("config", "get", "providers.mine.models.0.id").out == "m\n"


def test_what_nobody_says_is_told_by_the_exit_code(hamr: Any, toml: Path) -> None:
    for command in ("get", "explain"):
        ran = hamr("config", command, "default_model")
        assert (ran.code, ran.out) == (1, "")
        assert "default_model" in ran.err
        assert hamr("config", command, "providers.mnie.rpm").code == 2
    assert check("config-get", hamr("config", "get", "default_model", "--json").json)["set"] is False
    assert hamr("config", "unset", "default_model").code == 2
    assert hamr("config", "unset", "providers.mnie").code == 2


def test_a_projects_file_is_written_for_all_who_work_on_it(hamr: Any, here: Path) -> None:
    ran = hamr("config", "set", "aliases.quick", "sim/echo", "--project")
    file = here / "project" / "hamr.toml"
    assert (ran.code, file.read_text()) == (0, '[llm.aliases]\nquick = "sim/echo"\n')
    assert file.stat().st_mode & 0o777 == 0o644
    assert sorted(each.name for each in file.parent.iterdir()) == ["hamr.toml"]
    ran = hamr("config", "set", "default_provider", "sim", "--project")
    assert "it does not count: the project is not trusted" in ran.err
    (file.parent / "inner").mkdir()
    os.chdir(file.parent / "inner")
    assert str(file) in hamr("config", "unset", "aliases.quick", "--project").out
    assert tomllib.loads(file.read_text()) == {"llm": {"default_provider": "sim"}}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"[providers.mine\n", "line 1"),
        (b'default_provider = "unclosed\n', "line 1"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b"#" * (LARGEST + 1), "is larger than"),
        (b"providers = 3\n", "there is no table for 'new' to stand in"),
    ],
)
def test_a_broken_file_is_left_alone(hamr: Any, toml: Path, data: bytes, told: str) -> None:
    toml.write_bytes(data)
    ran = hamr("config", "set", "providers.new.base_url", URL)
    assert ran.code == 2
    assert told in ran.err
    assert toml.read_bytes() == data


def test_a_folder_a_link_and_a_mark_of_byte_order(hamr: Any, here: Path, toml: Path) -> None:
    elsewhere = here / "dotfiles.toml"
    elsewhere.write_bytes(b"\xef\xbb\xbf# mine\r\n[aliases]\r\nfast = 'x'\r\n")
    toml.unlink()
    toml.symlink_to(elsewhere)
    assert hamr("config", "set", "aliases.slow", "y").code == 0
    assert toml.is_symlink()
    assert elsewhere.read_bytes() == b"\xef\xbb\xbf# mine\r\n[aliases]\r\nfast = 'x'\r\nslow = \"y\"\r\n"
    toml.unlink()
    toml.mkdir()
    ran = hamr("config", "set", "aliases.slow", "y")
    assert (ran.code, "Is a directory" in ran.err) == (2, True)


def test_a_provider_is_switched_off_and_on(hamr: Any, here: Path) -> None:
    assert hamr("config", "set", "providers.groq.enabled", "FALSE").code == 0
    assert hamr("config", "get", "providers.groq.enabled").out == "false\n"
    assert hamr("explain", "-m", "groq", "hi").code == 2
    assert hamr("config", "set", "providers.grok.enabled", "false").code == 2
    assert hamr("config", "unset", "providers.groq.enabled").code == 0
    assert hamr("explain", "-m", "groq", "hi").code == 0


def test_tables_and_lists_are_given_as_json(hamr: Any, toml: Path) -> None:
    for key, value in (("rate_limits", {"rpm": 5}), ("models", [{"id": "a.b", "cost": {"input": 1}}]),
                       ("model_overrides", {"c": {"name": "C"}}), ("args", ["a", "b"])):  # fmt: skip
        assert hamr("config", "set", f"providers.mine.{key}", json.dumps(value)).code == 0
        assert hamr("config", "get", f"providers.mine.{key}", "--json").json["value"] == value
    assert hamr("config", "set", 'providers.mine.models."a.b".cost.output', "2.5").code == 0
    assert tomllib.loads(toml.read_text())["providers"]["mine"]["models"][0]["cost"] == {"input": 1, "output": 2.5}


def test_a_pipe_is_not_waited_for(hamr: Any, here: Path) -> None:
    (here / "own").mkdir()
    os.mkfifo(here / "own" / "providers.toml")
    ran = hamr("config", "set", "aliases.a", "b")
    assert (ran.code, "is no file" in ran.err) == (2, True)
    ran = hamr("import", "pi", str(here / "own"))
    assert ran.code == 2


def test_a_slip_in_the_commands_name_is_told(hamr: Any) -> None:
    ran = hamr("config", "st", "default_provider", "groq")
    assert (ran.code, "did you mean set" in ran.err) == (2, True)


def test_many_at_once_lose_nothing(toml: Path) -> None:
    program = [sys.executable, "-m", "hamr", "config", "set"]
    running = [
        subprocess.Popen([*program, f"aliases.a{number}", "sim/echo"], stdout=subprocess.DEVNULL) for number in range(6)
    ]
    assert [each.wait(60) for each in running] == [0] * 6
    assert len(tomllib.loads(toml.read_text())["aliases"]) == 7


def test_the_next_program_sees_the_change(hamr: Any, here: Path) -> None:
    assert hamr("config", "set", "aliases.me", "sim/echo").code == 0
    assert "hello" in hamr("-m", "me", "hello").out
