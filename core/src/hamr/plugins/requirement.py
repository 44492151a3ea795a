"""What the user wants installed, as an installer is told of it: a provider's id, a requirement or a path."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hamr.errors import ConfigError

OTHER_NAMES = {"sim": "hamr-sim", "testkit": "hamr-testkit"}
"""The distributions whose names do not follow from an id."""

ARCHIVES = (".whl", ".tar.gz", ".zip")
NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
VERSIONS = r"(?:===?|~=|!=|<=?|>=?)\s*[A-Za-z0-9][A-Za-z0-9.*+!_-]*"
WORD = re.compile(NAME)
REQUIREMENT = re.compile(
    rf"(?P<name>{NAME})\s*(?:\[\s*{NAME}(?:\s*,\s*{NAME})*\s*\])?\s*"
    rf"(?:{VERSIONS}(?:\s*,\s*{VERSIONS})*|@\s*(?P<url>[a-z+]+://[^\s;]+))?"
)
PASSWORD = re.compile(r"https?://[^/\s@]*@|://[^/\s@]*:[^/\s@]*@")

HINT = "Name a provider (groq, groq==1.2), an address ('acme-llm @ https://...') or a path (./my-plugin)."


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an installer is told: `argument`, which never begins with a dash.

    `dist` is the distribution's canonical name, None for a folder, whose name is known once it is installed.
    """

    argument: str
    dist: str | None


def canonical(name: str) -> str:
    """A distribution's name in the one spelling that compares (PyPA, "Names and normalization", 2026)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def usual_dist(id: str) -> str:
    """The distribution that a provider's id stands for where none is installed."""
    id = canonical(id)
    return OTHER_NAMES.get(id, id if id.startswith("hamr-") else f"hamr-provider-{id}")


def read(text: str, installed: Mapping[str, str], *, exact: bool = False) -> Requirement:
    """What this text stands for; raises ConfigError where it is no name, requirement or path.

    The name is a provider's id, of which `installed` tells the distribution where there is one, with versions behind it
    or without: the distribution `groq` is another's. With `exact`, and with an address, it is a distribution's own.
    """
    text = text.strip()
    if _is_path(text):
        return _at(_existing(text))
    if PASSWORD.search(text):
        raise ConfigError("the address holds a user's name or a password", hint="Put them into ~/.netrc instead.")
    found = REQUIREMENT.fullmatch(text)
    if found is None:
        raise ConfigError(f"{text!r} is no name of a plugin" if text else "the name of a plugin is empty", hint=HINT)
    name = found["name"]
    if exact or found["url"]:
        return Requirement(text, canonical(name))
    dist = installed.get(name.lower()) or installed.get(canonical(name)) or usual_dist(name)
    return Requirement(dist + text[len(name) :], canonical(dist))


def word(text: str) -> str:
    """The name that a text begins with; empty where it begins with none."""
    found = WORD.match(text.strip())
    return found[0] if found else ""


def _is_path(text: str) -> bool:
    separators = (os.sep, os.altsep or os.sep)
    pathlike = text.startswith((".", "~")) or any(separator in text for separator in separators)
    return "://" not in text and (pathlike or text.endswith(ARCHIVES))


def _at(path: Path) -> Requirement:
    """An archive has its distribution in its name: before the first dash of a wheel, the last of an sdist."""
    if path.is_dir():
        return Requirement(str(path), None)
    name = path.name.partition("-")[0] if path.suffix == ".whl" else path.name.rpartition("-")[0]
    return Requirement(str(path), canonical(name))


def _existing(text: str) -> Path:
    path = Path(os.path.abspath(os.path.expanduser(text)))
    if not path.exists():
        raise ConfigError(f"{path} is not there", hint=HINT)
    if path.is_dir() and not any((path / name).is_file() for name in ("pyproject.toml", "setup.py")):
        raise ConfigError(f"{path} is no Python project: it has no pyproject.toml", hint=HINT)
    return path
