"""Files that are wrong in any way: what is wrong is told with its place, the rest counts (H-48, H-97, M-5, V-47)."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from hamr import ConfigError, Hamr
from hamr.config.configuration import LARGEST, Configuration
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install

CANARY = "sk-canary-0123456789"
REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
GOOD = {"baseUrl": "http://127.0.0.1:9/v1", "api": "openai-completions", "apiKey": CANARY}


def said(folder: Path, name: str = "models.json") -> list[str]:
    environ = {"HAMR_AGENT_DIR": str(folder), "HAMR_CONFIG_DIR": str(folder)}
    problems = [str(problem) for problem in Configuration(environ).problems]
    assert CANARY not in str(problems)
    assert all(problem.startswith(str(folder / name)) for problem in problems)
    return [problem.removeprefix(f"{folder / name}: ") for problem in problems]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", None),
        (b"  \n", None),
        (b"{}", None),
        (b'{"providers": {}}', None),
        (b'{"providers": {"a": {"baseUrl": "http://x/v1", "apiKey": "sk-canary', "line 1, column "),
        (b'{"providers":\r\n {"a": sk-canary}}', "line 2, column 8"),
        (b"[]", "it must hold"),
        (b'{"providers": []}', "providers: it must be a table"),
        (b'{"provider": {}}', "provider: unknown field"),
        (b"\xff\xfe{}", "it is no text in UTF-8 (at byte 0)"),
        (b'\xef\xbb\xbf{"providers": {}}', None),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"providers": ' + b"1" * 5000 + b"}", "4300 digits"),
    ],
)
def test_a_models_json(tmp_path: Path, data: bytes, told: str | None) -> None:
    (tmp_path / "models.json").write_bytes(data)
    problems = said(tmp_path)
    assert (problems == []) if told is None else (len(problems) == 1 and told in problems[0])


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({}, "it has none of base_url"),
        ({"baseUrl": 3}, "baseUrl must be a text"),
        ({**GOOD, "api": "openapi"}, "api must be one of openai-completions"),
        ({**GOOD, "baseURL": "x"}, "baseURL: unknown field (did you mean base_url?); it is passed over"),
        ({**GOOD, "headers": {"a": 1}}, "headers must be a table of texts"),
        ({**GOOD, "models": {"id": "x"}}, "models must be a list of tables"),
        ({**GOOD, "models": [{"id": 3}]}, "models[0]: id must be a text"),
        ({**GOOD, "models": [{"id": "m", "contextWindow": 0}]}, "models[0]: contextWindow must be at least 1"),
        ({**GOOD, "models": [{"id": "m", "cost": {"input": "free"}}]}, "models[0]: cost.input must be a number"),
        ("http://x", "it must be a table"),
    ],
)
def test_an_entry_awry_leaves_the_others(tmp_path: Path, entry: object, told: str) -> None:
    (tmp_path / "models.json").write_text(json.dumps({"providers": {"bad": entry, "good": GOOD}}))
    (problem,) = said(tmp_path)
    assert problem.startswith("providers.bad")
    assert told in problem
    assert "good" in Configuration({"HAMR_AGENT_DIR": str(tmp_path)}).ids


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = ", "Invalid value"),
        (f"a = {'1' * 5000}", "4300 digits"),
        ("providers = 3", "providers: it must be a table"),
        ("[aliases]\na = 3", "aliases.a: it must be a table"),
        ('[aliases]\na = { provider = "x" }', "aliases.a: id: missing"),
        ("default_provider = 3", "default_provider: it must be a text"),
        ("[provider]\n", "provider: unknown field"),
    ],
)
def test_a_providers_toml(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "providers.toml").write_text(text)
    (problem,) = said(tmp_path, "providers.toml")
    assert told in problem


@pytest.mark.parametrize("table", ["aliases", "providers"])
def test_a_table_of_a_project_that_stands_at_the_top_is_told(tmp_path: Path, table: str) -> None:
    """As it would stand in a providers.toml; the rest of the file may be another program's."""
    (tmp_path / "hamr.toml").write_text(f'[{table}]\nmine = "sim/echo"\n[other]\na = 1\n')
    (problem,) = Configuration({"HAMR_AGENT_DIR": str(tmp_path)}, str(tmp_path)).problems
    assert str(problem).endswith(
        f"{table}: it is passed over: in a project's file it stands under [llm], as [llm.{table}]"
    )


def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "models.json").mkdir()
    assert said(tmp_path) == ["it cannot be read: Is a directory"]


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read every file")
    (tmp_path / "models.json").write_text("{}")
    (tmp_path / "models.json").chmod(0)
    assert said(tmp_path) == ["it cannot be read: Permission denied"]


def test_a_file_that_is_far_too_large(tmp_path: Path) -> None:
    with (tmp_path / "models.json").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert said(tmp_path) == [f"it is larger than {LARGEST} bytes"]


def test_a_link_to_elsewhere_is_the_file_that_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text(json.dumps({"providers": {"good": GOOD}}))
    (tmp_path / "models.json").symlink_to(tmp_path / "real.json")
    assert said(tmp_path) == []


@pytest.mark.parametrize(
    "entry", [{**GOOD, "apiKey": "!date"}, {**GOOD, "headers": {"x": "!date"}}, {"protocol": "acp", "command": "date"}]
)
def test_no_command_is_run_out_of_a_file_that_others_may_write(tmp_path: Path, entry: dict[str, object]) -> None:
    file = tmp_path / "models.json"
    file.write_text(json.dumps({"providers": {"one": entry, "two": GOOD}}))
    file.chmod(0o666)
    (problem,) = said(tmp_path)
    assert problem == f"providers.one: its command is not run, for others may write the file: chmod 600 {file}"
    assert Configuration({"HAMR_AGENT_DIR": str(tmp_path)}).ids == ["two"]


def test_what_is_wrong_is_told_once_and_plugins_stay_usable(
    colour: Colour, install: Install, provider: Canned, tmp_path: Path
) -> None:
    install("acme", manifest=f'id = "acme"\nname = "x"\nbase_url = "{provider.url}/v1"\nwire = "openai-completions"\n')
    (tmp_path / "models.json").write_text("{")
    told: list[str] = []
    environ = {"HAMR_AGENT_DIR": str(tmp_path)}
    with Hamr(environ=environ, folder=None, tell=lambda text, _: told.append(text)) as client:
        for model in ("acme/a", "acme/b"):
            provider.answer(REPLY)
            colour.call(client, "hi", model)
    assert len(told) == 1
    assert told[0].startswith(f"warning: {tmp_path}/models.json: line 1, column 2")


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("$NOT_SET", "not set: NOT_SET"),
        ("${EMPTY}", "not set: EMPTY"),
        ("!exit 3", "its command ended with exit code 3"),
        ("!true", "its command printed nothing"),
        ("!printf 'a\\nb'", "holds a line break"),
    ],
)
def test_a_key_that_cannot_be_had_names_its_place(colour: Colour, tmp_path: Path, key: str, told: str) -> None:
    """H-60, H-63."""
    file = tmp_path / "models.json"
    file.write_text(json.dumps({"providers": {"good": {**GOOD, "apiKey": key}}}))
    environ = {"HAMR_AGENT_DIR": str(tmp_path), "EMPTY": ""}
    with Hamr(environ=environ, folder=None) as client, pytest.raises(ConfigError) as raised:
        colour.call(client, "hi", "good/m")
    assert told in str(raised.value)
    assert str(file) in str(raised.value)


def test_aliases_in_a_circle_are_told(colour: Colour, tmp_path: Path) -> None:
    (tmp_path / "providers.toml").write_text('[aliases]\na = "b"\nb = "a"\n')
    environ = {"HAMR_CONFIG_DIR": str(tmp_path)}
    with Hamr(environ=environ, folder=None) as client, pytest.raises(ConfigError, match="a -> b -> a"):
        colour.call(client, "hi", "a")


ALIAS = {
    "models.json": None,
    "providers.toml": '[aliases]\nfast = "a/b"\n',
    "hamr.toml": '[llm.aliases]\nfast = "a/b"\n',
}
FILES = tuple(ALIAS)


def read(folder: Path) -> Configuration:
    """All three files of one folder, with the project trusted."""
    environ = {"HAMR_AGENT_DIR": str(folder), "HAMR_CONFIG_DIR": str(folder), "HAMR_PROJECT_TRUST": "always"}
    return Configuration(environ, str(folder))


def lay(folder: Path, broken: str) -> Configuration:
    """Two good files beside a broken one, which is there already."""
    for name, text in ALIAS.items():
        if name != broken:
            (folder / name).write_text(text or json.dumps({"providers": {"good": GOOD}}))
    return read(folder)


SHAPES = {
    "empty": (b"", None),
    "blank": (b" \r\n\r\n", None),
    "a mark of byte order": (b"\xef\xbb\xbf", None),
    "half-written": (b'{"providers": {"a": {"baseUrl": "http://x', "line 1"),
    "no text": (b"\xff\xfe{}", "it is no text in UTF-8 (at byte 0)"),
    "a program": (b"\x7fELF\x02\x01\x01\x00\x00", ""),
    "a number": (b"3", ""),
    "nulls": (b"\x00" * 64, ""),
    "too deep": (b"[" * 100_000, ""),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", FILES)
def test_one_file_awry_leaves_the_others(tmp_path: Path, name: str, shape: str) -> None:
    """H-48, H-97, M-5: file, path and reason, and the rest counts."""
    data, told = SHAPES[shape]
    (tmp_path / name).write_bytes(data)
    there = lay(tmp_path, name)
    assert [each.file for each in there.problems] == ([] if told is None else [str(tmp_path / name)])
    assert all(each.reason and (told or "") in each.reason for each in there.problems)
    assert there.ids == ([] if name == "models.json" else ["good"])
    assert set(there.aliases) == {"fast"}


@pytest.mark.parametrize("ends", [b"\r\n", b"\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", FILES)
def test_line_ends_and_a_mark_of_byte_order_are_as_others_write_them(
    tmp_path: Path, name: str, mark: bytes, ends: bytes
) -> None:
    text = ALIAS[name] or json.dumps({"providers": {"good": GOOD}}, indent=1)
    (tmp_path / name).write_bytes(mark + text.encode().replace(b"\n", ends))
    there = lay(tmp_path, name)
    assert (there.problems, there.ids, set(there.aliases)) == ([], ["good"], {"fast"})


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_file_is_told_or_not_there(tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    place.mkdir()
    assert [each.reason for each in lay(tmp_path, name).problems] == ["it cannot be read: Is a directory"]
    place.rmdir()
    os.mkfifo(place)  # whoever opened it would wait for ever
    assert [each.reason for each in read(tmp_path).problems] == ["it is no file"]
    place.unlink()
    place.symlink_to(tmp_path / "nowhere")
    assert read(tmp_path).problems == []
    place.unlink()
    place.symlink_to(place)
    assert [each.reason.partition(":")[0] for each in read(tmp_path).problems] == ["it cannot be read"]
    place.unlink()
    assert read(tmp_path).problems == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("models.json", json.dumps({str(at): 1 for at in range(20_000)})),
        ("models.json", json.dumps({"providers": {"a": {str(at): 1 for at in range(20_000)}}})),
        ("providers.toml", "[aliases]\n" + "".join(f"a{at} = 1\n" for at in range(20_000))),
        ("hamr.toml", "[llm]\n" + "".join(f"a{at} = 1\n" for at in range(20_000))),
        ("providers.toml", "".join(f"[models.m{at}]\nprovider = 'a'\nzz = 1\n" for at in range(20_000))),
    ],
)
def test_of_what_is_awry_a_hundred_times_no_more_is_told(tmp_path: Path, name: str, text: str) -> None:
    """And it takes no longer than the reading of the file."""
    (tmp_path / name).write_text(text)
    begun = time.process_time()
    problems = read(tmp_path).problems
    assert time.process_time() - begun < 20
    assert len(problems) == 101
    assert problems[-1].reason in ("19,900 more things in it do not count", "19,901 more things in it do not count")


def test_a_file_that_breaks_while_a_program_runs_is_told_when_models_are_listed(
    colour: Colour, provider: Canned, tmp_path: Path
) -> None:
    """M-3, H-12: what was in it no longer counts, and all else does."""
    file, told = tmp_path / "models.json", list[str]()
    own = {**GOOD, "baseUrl": f"{provider.url}/v1"}
    file.write_text(json.dumps({"providers": {"good": own}}))
    (tmp_path / "providers.toml").write_text(f'[providers.steady]\nbase_url = "{provider.url}/v1"\n')
    environ = {"HAMR_AGENT_DIR": str(tmp_path), "HAMR_CONFIG_DIR": str(tmp_path)}
    with Hamr(environ=environ, folder=None, tell=lambda text, _: told.append(text)) as client:
        for _ in range(3):
            provider.answer({"object": "list", "data": [{"id": "m"}]})
        assert [each.id for each in colour.models(client, "good").models] == ["m"]
        file.write_text(json.dumps({"providers": {"good": own}})[:-9])
        assert [each.id for each in colour.models(client, "steady").models] == ["m"]
        assert len(told) == 1
        assert told[0].startswith(f"warning: {file}: line 1")
        with pytest.raises(ConfigError, match="no plugin for the provider 'good'"):
            colour.models(client, "good")
        file.write_text(json.dumps({"providers": {"good": own}}))
        assert [each.id for each in colour.models(client, "good").models] == ["m"]


def test_a_model_described_badly_costs_no_more_than_itself(tmp_path: Path) -> None:
    models = [{"id": "a", "nosuch": 1}, {"id": "b", "contextWindow": "large"}, {"id": "c"}, 3]
    (tmp_path / "models.json").write_text(json.dumps({"providers": {"mine": {**GOOD, "models": models}}}))
    assert said(tmp_path) == [
        "providers.mine.models[0].nosuch: unknown field; it is passed over",
        "providers.mine.models[1]: contextWindow must be a whole number",
        "providers.mine.models[3]: it must be a table",
    ]
    there = Configuration({"HAMR_AGENT_DIR": str(tmp_path), "HAMR_CONFIG_DIR": str(tmp_path)})
    assert [row["id"] for layer in there.layers for row in layer.models.get("mine", ())] == ["a", "c"]


def test_calls_for_a_provider_described_badly_go_nowhere(tmp_path: Path, colour: Colour, install: Install) -> None:
    """Else its name would be read as that of a maker, and the prompt sent to whoever has models of many makers."""
    install("openrouter")
    (tmp_path / "models.json").write_text(json.dumps({"providers": {"mine": {**GOOD, "apiKey": 3}}}))
    environ = {"HAMR_AGENT_DIR": str(tmp_path), "OPENROUTER_API_KEY": "k"}
    client = Hamr(environ=environ, folder=None, tell=lambda *_: None)
    with pytest.raises(ConfigError, match=r"'mine' is a provider of .*models\.json: providers\.mine: apiKey must be"):
        colour.call(client, "hi", "mine/big")
