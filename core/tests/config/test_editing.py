"""One change of a file that people write by hand: all else stays as it stands."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.config import jsonc
from hamr.config.editing import jsonc_edit, nested, toml_edit
from hamr_testkit.growth import is_linear

TOML = """# mine
default_provider = "groq"  # the fast one

[aliases]
# short
fast = "groq/llama" # quick
"with.dot" = { id = "m", provider = "groq" }

[providers.mine]
base_url = 'http://localhost:8080/v1'
auth_env = [
  "ONE",  # the first
  "TWO",
]

[[providers.mine.models]]
id = "a"
cost = { input = 1, output = 2.5 }

[[providers.mine.models]]
id = "b"

[providers.mine.models.compat]
text = \"\"\"
[not.a.table]
x = 1
\"\"\"

[providers."llama.cpp"]  # a dot
base_url = "http://localhost:8081/v1"
compat.a = 1
compat.b = 2
"""
JSONC = """{
  // mine
  "providers": {
    "relay": { "baseUrl": "http://127.0.0.1:1234/v1", "apiKey": "not-needed" }, // one line
    "proxy": {
      "baseUrl": "https://proxy.example.com/v1", // "quoted": {
      "headers": {
        "X-A": "$A", /* a */
        "X-B": "$B"
      },
      "models": [
        { "id": "a" },
        { "id": "b" }, // the last
      ]
    },
    "empty": {}
  }
}
"""


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("default_provider",), "openai", 'default_provider = "openai"  # the fast one'),
        (("default_model",), "m", 'default_model = "m"'),
        (("aliases", "fast"), "x", 'fast = "x" # quick'),
        (("aliases", "with.dot"), "x", '"with.dot" = "x"'),
        (("aliases", "with.dot", "id"), "n", '"with.dot" = { id = "n", provider = "groq" }'),
        (("aliases", "with.dot", "tool_format"), "t", '{ id = "m", provider = "groq", tool_format = "t" }'),
        (("aliases", "new one"), 'a"b\\c\n', '"new one" = "a\\"b\\\\c\\n"'),
        (("providers", "mine", "rpm"), 5, "rpm = 5"),
        (("providers", "mine", "auth_env", 1), "THREE", '  "THREE",'),
        (("providers", "mine", "models", 0, "cost", "input"), 0.5, "cost = { input = 0.5, output = 2.5 }"),
        (("providers", "mine", "models", 1, "name"), "B", 'name = "B"'),
        (("providers", "mine", "models", 1, "compat", "x"), True, "x = true"),
        (("providers", "llama.cpp", "compat", "a"), False, "compat.a = false"),
        (("providers", "llama.cpp", "compat", "c"), [1, "x"], 'compat.c = [1, "x"]'),
        (("providers", "new", "base_url"), "http://x/v1", "[providers.new]"),
        (("providers", "ne w", "a", "b"), {"c": 1}, '[providers."ne w".a]'),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_value_is_put_into_toml(path: nested.Path, value: Any, line: str, ends: str) -> None:
    text = TOML.replace("\n", ends)
    changed = toml_edit.put(text, path, value)
    assert changed is not None
    assert tomllib.loads(changed) == nested.put(tomllib.loads(text), path, value)
    assert line in changed
    assert all(comment in changed for comment in ("# mine", "# the fast one", "# short", "# quick", "# a dot"))
    assert changed.count("\r\n") == (changed.count("\n") if ends == "\r\n" else 0)
    there = toml_edit.line(changed, path)
    assert there is not None
    assert (line in changed.splitlines()[there - 1]) or (line in changed.splitlines()[there - 2])
    gone = sum(each not in changed.splitlines() for each in text.splitlines())
    assert gone <= 1, "more than one line is another"


@pytest.mark.parametrize(
    "path",
    [
        ("default_provider",),
        ("aliases", "fast"),
        ("aliases", "with.dot"),
        ("aliases", "with.dot", "id"),
        ("aliases", "with.dot", "provider"),
        ("aliases",),
        ("providers", "mine", "auth_env", 0),
        ("providers", "mine", "auth_env", 1),
        ("providers", "mine", "models", 0, "cost", "output"),
        ("providers", "mine", "models", 0),
        ("providers", "mine", "models", 1, "compat", "text"),
        ("providers", "mine"),
        ("providers", "llama.cpp", "compat", "a"),
        ("providers", "llama.cpp", "compat"),
        ("providers", "llama.cpp"),
        ("providers",),
    ],
)
def test_a_value_is_taken_out_of_toml(path: nested.Path) -> None:
    changed = toml_edit.drop(TOML, path)
    assert changed is not None
    stored = tomllib.loads(TOML)
    assert tomllib.loads(changed) == nested.dropped(stored, nested.emptied(stored, path))
    assert changed.startswith("# mine\n")


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("providers", "relay", "apiKey"), "$K", '"apiKey": "$K" }, // one line'),
        (("providers", "relay", "name"), "R", '"apiKey": "not-needed", "name": "R" }, // one line'),
        (("providers", "proxy", "headers", "X-C"), "$C", '        "X-C": "$C"'),
        (("providers", "proxy", "headers", "X-A"), "$C", '        "X-A": "$C", /* a */'),
        (("providers", "proxy", "models", 1, "name"), "B", '{ "id": "b", "name": "B" }, // the last'),
        (("providers", "proxy", "rpm"), 5, '      "rpm": 5'),
        (("providers", "empty", "baseUrl"), "http://x", '      "baseUrl": "http://x"'),
        (("providers", "new", "baseUrl"), "http://x", '    "new": {'),
        (("providers", "proxy", "models"), [{"id": "c"}], '"models": ['),
        (("other",), 1, '  "other": 1'),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_value_is_put_into_json(path: nested.Path, value: Any, line: str, ends: str) -> None:
    text = JSONC.replace("\n", ends)
    changed = jsonc_edit.put(text, path, value)
    assert changed is not None
    assert jsonc.loads(changed) == nested.put(jsonc.loads(text), path, value)
    assert line in changed
    comments = ["// mine", "// one line", '// "quoted": {', "/* a */"]
    comments += [] if path[-1] == "models" else ["// the last"]
    assert all(comment in changed for comment in comments)
    assert changed.count("\r\n") == (changed.count("\n") if ends == "\r\n" else 0)


@pytest.mark.parametrize(
    "path",
    [
        ("providers", "relay"),
        ("providers", "relay", "baseUrl"),
        ("providers", "relay", "apiKey"),
        ("providers", "proxy", "headers", "X-B"),
        ("providers", "proxy", "headers", "X-A"),
        ("providers", "proxy", "models", 0),
        ("providers", "proxy", "models", 1),
        ("providers", "proxy"),
        ("providers", "empty"),
        ("providers",),
    ],
)
def test_a_value_is_taken_out_of_json(path: nested.Path) -> None:
    changed = jsonc_edit.drop(JSONC, path)
    assert changed is not None
    stored = jsonc.loads(JSONC)
    assert jsonc.loads(changed) == nested.dropped(stored, nested.emptied(stored, path))
    assert "// mine" in changed


NAMES = st.sampled_from(["a", "b", "c.d", "e f", "ü", '"'])
LEAVES = st.one_of(st.booleans(), st.integers(-9, 99), st.text(max_size=5), st.lists(st.integers(0, 3), max_size=2))
TABLES = st.recursive(LEAVES, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=8)
DOCUMENTS = st.dictionaries(NAMES, TABLES, max_size=4)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(tuple)


def _toml(table: dict[str, Any], head: tuple[str, ...] = ()) -> str:
    """A table with a head for each inner one."""
    plain = [f"{toml_edit.name(name)} = {toml_edit.written(each)} # c" for name, each in table.items()
             if not isinstance(each, dict)]  # fmt: skip
    named = ".".join(map(toml_edit.name, head))
    text = "\n".join([*([f"[{named}]"] if head else []), *plain, ""])
    inner = [_toml(each, (*head, name)) for name, each in table.items() if isinstance(each, dict)]
    return "\n".join([text, *inner])


@settings(max_examples=150, deadline=None)
@given(document=DOCUMENTS, path=PATHS, value=LEAVES, heads=st.booleans())
def test_any_toml_is_changed_as_it_is_meant(document: dict[str, Any], path: Any, value: Any, heads: bool) -> None:
    text = _toml(document) if heads else "".join(f"{toml_edit.name(name)} = {toml_edit.written(each)}\n"
                                                 for name, each in document.items())  # fmt: skip
    stored = tomllib.loads(text)
    assert stored == document
    try:
        meant = nested.put(stored, path, value)
    except TypeError:
        return
    there = nested.found(stored, path)
    changed = toml_edit.put(text, path, value)
    if not isinstance(there, dict):
        assert changed is not None
        assert tomllib.loads(changed) == meant
        assert changed.count("# c") == text.count("# c")
        again = toml_edit.drop(changed, path)
        assert again is not None
        assert nested.found(tomllib.loads(again), path) is nested.MISSING


@settings(max_examples=150, deadline=None)
@given(document=DOCUMENTS, path=PATHS, value=LEAVES, indent=st.sampled_from([None, 0, 2, 4]))
def test_any_json_is_changed_as_it_is_meant(
    document: dict[str, Any], path: Any, value: Any, indent: int | None
) -> None:
    text = json.dumps(document, indent=indent)
    try:
        meant = nested.put(document, path, value)
    except TypeError:
        return
    changed = jsonc_edit.put(text, path, value)
    assert changed is not None
    assert jsonc.loads(changed) == meant
    again = jsonc_edit.drop(changed, path)
    assert again is not None
    assert nested.found(jsonc.loads(again), path) is nested.MISSING


def test_time_grows_with_the_file_and_no_faster() -> None:
    def put(count: int) -> None:
        toml = "\n".join(f"[providers.p{number}]\nbase_url = 'http://x/v1'\n" for number in range(count))
        text = json.dumps({"providers": {f"p{number}": {"baseUrl": "x"} for number in range(count)}}, indent=1)
        assert toml_edit.put(toml, ("providers", "new", "base_url"), "x")
        assert jsonc_edit.put(text, ("providers", "new", "baseUrl"), "x")

    assert is_linear(put, 1000)


def test_of_two_tables_of_one_name_the_one_that_is_read_is_changed() -> None:
    text = '{"a": {"b": 1} /* , */ /* } */, "a": {"c": 2}}'
    assert jsonc_edit.put(text, ("a", "d"), 1) == text.replace('"c": 2', '"c": 2, "d": 1')


def test_what_cannot_be_found_equal_again_is_refused() -> None:
    assert toml_edit.put("x = nan\n", ("y",), 1) is None
