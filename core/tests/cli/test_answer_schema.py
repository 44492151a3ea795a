"""`--schema` and `--json-object`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


def sent(server: Any) -> Any:
    return server.asked[-1]["response_format"]


def test_a_schema_from_a_file_or_inline(server: Any, hamr: Any, tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    file.write_text("\ufeff" + json.dumps(SCHEMA), encoding="utf-8")
    for given in (str(file), json.dumps(SCHEMA)):
        assert hamr("-m", "loop/m", "--schema", given, "hi").code == 0
        assert sent(server)["json_schema"]["schema"]["properties"] == SCHEMA["properties"]


def test_json_of_any_shape(server: Any, hamr: Any) -> None:
    assert hamr("-m", "loop/m", "--json-object", "hi").code == 0
    assert sent(server) == {"type": "json_object"}


@pytest.fixture(autouse=True)
def answered(server: Any) -> None:
    """The model answers in JSON."""
    server.pieces = ['{"na', 'me": "Rome"}']


@pytest.mark.parametrize("asked", [["--json-object"], ["--schema", json.dumps({"type": "object"})]])
@pytest.mark.parametrize("how", [[], ["--no-stream"], ["--json"]])
def test_an_answer_that_is_no_json_is_printed_and_fails(
    server: Any, hamr: Any, asked: list[str], how: list[str]
) -> None:
    server.pieces = ["Sure! ", "Here it is."]
    ran = hamr("-m", "loop/m", *asked, *how, "hi")
    assert ran.code == 1
    assert "the answer is no JSON" in ran.err
    assert (ran.error["partial"]["text"] if how == ["--json"] else ran.out.rstrip()) == "Sure! Here it is."


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["string", "null"]},
        {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {"enum": [1]}}},
        {"type": "object", "properties": {"type": {"type": "string"}}, "additionalProperties": False},
        {"type": "array", "items": [{"type": "string"}], "x-own": {"type": "bogus"}},
    ],
)
def test_schemas_of_many_shapes(server: Any, hamr: Any, schema: Any) -> None:
    assert hamr("-m", "loop/m", "--schema", json.dumps(schema), "hi").code == 0


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ('{"type": ', "--schema: no JSON: Expecting value at line 1, column 10"),
        ("[]", "--schema: a schema must be an object"),
        ("{}", "--schema: JSON, but no schema"),
        ('{"name": "Ada"}', "--schema: JSON, but no schema"),
        ('{"type": "strng"}', '--schema: type: "strng" is none of array, '),
        ('{"properties": {"a": {"items": {"type": 1}}}}', "--schema: properties.a.items.type: 1 is none of"),
        ('{"properties": []}', "--schema: properties.* must be an object"),
        ('{"anyOf": [{"type": "string"}, 3]}', "--schema: anyOf[1] must be an object"),
        ("/nowhere.json", "/nowhere.json cannot be read: No such file or directory"),
        ("[" * 100_000, "--schema: nested too deeply"),
    ],
)
def test_what_is_no_schema_is_told_with_its_place(server: Any, hamr: Any, given: str, fault: str) -> None:
    ran = hamr("-m", "loop/m", "--schema", given, "hi")
    assert (ran.code, ran.out, server.asked) == (2, "", [])
    assert ran.err.startswith(f"Error: {fault}")
    assert "Give a JSON Schema" in ran.err


def test_a_file_that_is_no_text(hamr: Any, server: Any, tmp_path: Path) -> None:
    (tmp_path / "schema").write_bytes(b"\xff\xfe\0")
    assert "is no text in UTF-8" in hamr("-m", "loop/m", "--schema", str(tmp_path / "schema"), "hi").err


def test_both_exclude_each_other(server: Any, hamr: Any) -> None:
    ran = hamr("-m", "loop/m", "--json-object", "--schema", json.dumps(SCHEMA), "hi")
    assert (ran.code, ran.err.splitlines()[0]) == (2, "Error: --schema and --json-object exclude each other")
