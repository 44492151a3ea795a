"""A value as somebody types it, as what a file holds; one that is a secret is refused."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from hamr import schema
from hamr.config.keys import Key, like_a_key
from hamr.config.translate import KEYLESS
from hamr.errors import ConfigError

_NAMES_SECRET = re.compile(r"auth|key|token|secret|cookie|passw|credential|session", re.IGNORECASE)
_WORDS = {"true": True, "false": False}


def read(key: Key, text: str) -> Any:
    """The value that this text is for this key; raises ConfigError, which does not show it."""
    value = _read(key, text)
    _refuse_secret(key, value)
    if value == "":
        raise ConfigError(f"{key}: there is no value", hint=f"To take it away: hamr config unset {key}")
    if key.kind in schema.KINDS:
        fits, words = schema.KINDS[key.kind]
        if not fits(value):
            raise ConfigError(f"{key} must be {words}", hint=_example(key))
    if problems := list(schema.broken_rules(key.rules, value)):
        raise ConfigError(f"{key} {problems[0]}", hint=_near(key, value))
    return value


def _read(key: Key, text: str) -> Any:
    kind = key.kind
    if kind == "str":
        return text
    if kind in ("table", "any") or "Mapping" in kind:
        return _json(key, text, plain=kind == "any")
    if kind.startswith("tuple") or "| tuple" in kind:
        return _list(key, text)
    if "bool" in kind and text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if kind in ("int", "float"):
        return _number(text)
    return text


def _json(key: Key, text: str, *, plain: bool) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        if plain:
            return text
        raise ConfigError(f"{key} must be a table, as JSON", hint=f"hamr config set {key} '{{...}}'") from None


def _list(key: Key, text: str) -> Any:
    """A list as JSON, or texts between commas; a single text stays one where that is allowed."""
    if text.lstrip().startswith("["):
        return _json(key, text, plain=False)
    texts = [each.strip() for each in text.split(",")]
    return texts[0] if "str |" in key.kind and len(texts) == 1 else [each for each in texts if each]


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text.replace("_", ""))
        except ValueError:
            continue
    return text


def _example(key: Key) -> str:
    return {
        "int": f"For instance: hamr config set {key} 1000",
        "float": f"For instance: hamr config set {key} 0.5",
        "bool": f"hamr config set {key} true, or false",
    }.get(key.kind, f"hamr config explain {key} tells what is there now.")


def _near(key: Key, value: Any) -> str:
    from difflib import get_close_matches

    allowed = key.rules.get("one_of", ())
    near = get_close_matches(str(value), allowed, n=2, cutoff=0.4)
    return f"Did you mean {' or '.join(near)}?" if near else _example(key)


def _refuse_secret(key: Key, value: Any) -> None:
    """Raise ConfigError for what is a secret: it was seen by whoever may see the machine's processes."""
    named = key.names[2] if key.provider and key.names[2:] else ""
    if not any(_is_secret(named or key.names[-1], name, text) for name, text in _texts(key.names[-1], value)):
        return
    how = f"hamr auth add {key.provider}" if key.provider else "hamr auth add PROVIDER"
    raise ConfigError(
        f"{key}: a secret is not given as an argument: other users of the machine see it, and the shell keeps it",
        hint=f"Store it: {how}. Or name a variable: hamr config set {key} '$NAME'. Consider that key to be known.",
    )


def _texts(name: str, value: Any) -> list[tuple[str, str]]:
    """All texts of a value, each with the name that it has."""
    if isinstance(value, dict):
        return [pair for each, inner in value.items() for pair in _texts(str(each), inner)]
    if isinstance(value, list):
        return [pair for inner in value for pair in _texts(name, inner)]
    return [(name, value)] if isinstance(value, str) else []


def _is_secret(field: str, name: str, text: str) -> bool:
    if "$" in text or text.startswith("!"):
        return False
    if field in ("api_key", "apiKey") or name in ("api_key", "apiKey"):
        return text != KEYLESS
    if like_a_key(text) or text.lower().startswith(("bearer ", "basic ")):
        return True
    if field in ("headers", "extra_headers", "custom_headers", "env") and _NAMES_SECRET.search(name):
        return True
    return _in_url(text)


def _in_url(text: str) -> bool:
    try:
        return "://" in text and bool(urlsplit(text).password)
    except ValueError:
        return False
