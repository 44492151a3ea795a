"""`--schema` and `--json-object`: the shape that an answer is to have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hamr.errors import ConfigError

TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
HOLD_ONE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
HOLD_MANY = ("anyOf", "oneOf", "allOf", "prefixItems")
HOLD_NAMED = ("properties", "patternProperties", "$defs", "definitions")
KEYWORDS = {"type", "enum", "const", "$ref", *HOLD_ONE, *HOLD_MANY, *HOLD_NAMED}
"""Of which a schema has at least one (JSON Schema 2020-12, "Applicator" and "Validation" vocabularies)."""

HINT = 'Give a JSON Schema, such as \'{"type": "object", "properties": {"name": {"type": "string"}}}\', or its file.'


def response_format(schema: str | None, *, json_object: bool) -> str | Mapping[str, Any]:
    """What `response_format` of a call is to be; raises ConfigError naming the file, the place and the fault."""
    if schema is None:
        return "json"
    if json_object:
        raise ConfigError("--schema and --json-object exclude each other", hint="Leave --json-object out.")
    if not schema.strip():
        raise ConfigError("--schema: nothing is given", hint=HINT)
    return read(schema)


def read(given: str) -> dict[str, Any]:
    """The JSON Schema in a file, or given inline; raises ConfigError."""
    inline = given.lstrip().startswith(("{", "["))
    name = "--schema" if inline else given
    try:
        found = json.loads(given if inline else _text(given))
        fault = next(_faults(found, ""), None)
    except json.JSONDecodeError as error:
        fault = f"no JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    except RecursionError:
        fault = "nested too deeply"
    if fault is not None:
        raise ConfigError(f"{name}: {fault}", hint=HINT)
    return dict(found)


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}", hint=HINT) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is no text in UTF-8", hint=HINT) from error


def _faults(schema: Any, path: str) -> Iterator[str]:
    """What is wrong with a schema, as far as its shape goes; keywords that are not known are left alone."""
    if isinstance(schema, bool) and path:
        return
    if not isinstance(schema, dict):
        yield f"{path or 'a schema'} must be an object"
        return
    if not path and not schema.keys() & KEYWORDS:
        yield "JSON, but no schema: nothing in it says what the answer is"
    types = schema.get("type", [])
    for each in types if isinstance(types, list) else [types]:
        if each not in TYPES:
            yield f"{_at(path, 'type')}: {json.dumps(each)} is none of {', '.join(TYPES)}"
    for where, inner in _inner(schema, path):
        yield from _faults(inner, where)


def _inner(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """The schemas in this one, and where they stand; None stands for what should hold some and does not."""
    for name in HOLD_ONE:
        # A list of `items` is how older drafts wrote `prefixItems`.
        if name in schema and not isinstance(schema[name], list):
            yield _at(path, name), schema[name]
    for name in HOLD_MANY:
        many = schema.get(name, [])
        each = enumerate(many) if isinstance(many, list) else [(0, None)]
        yield from ((f"{_at(path, name)}[{place}]", inner) for place, inner in each)
    for name in HOLD_NAMED:
        named = schema.get(name, {})
        pairs = named.items() if isinstance(named, dict) else [("*", None)]
        yield from ((f"{_at(path, name)}.{key}", inner) for key, inner in pairs)


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
