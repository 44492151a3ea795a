"""Published pages whose examples must load as they stand: read where they lie, and copied nowhere."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TOML_LINE = re.compile(r"\s*(?:\[.*\]|[\w.\"-]+ = .*|#.*|)$")


class Pages:
    """The pages of a folder, by name; a page that is not there skips the test, saying so."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def text(self, name: str) -> str:
        """All of a page."""
        path = self._folder / f"{name}.txt"
        if not path.exists():
            pytest.skip(f"the page is not on this machine: ../shared/reference/pages/{name}.txt")
        return path.read_text(encoding="utf-8")

    def documents(self, name: str) -> list[str]:
        """Its JSON documents: what stands between a brace at the beginning of a line and its other half."""
        text, found, at = self.text(name), list[str](), 0
        while (begins := re.compile(r"^\{$", re.MULTILINE).search(text, at)) is not None:
            _, at = json.JSONDecoder().raw_decode(text, begins.start())
            found.append(text[begins.start() : at])
        return found

    def tables(self, name: str) -> list[str]:
        """Its pieces of TOML: lines of that kind which begin with the head of a table."""
        return list(_tables(self.text(name)))

    def example(self, name: str, of: str, number: int = 0) -> str:
        """The example that describes a provider, a model or whose capabilities, counted where several do."""
        documents = ((text, json.loads(text)) for text in self.documents(name))
        tables = ((text, tomllib.loads(text)) for text in self.tables(name))
        return [text for text, held in (*documents, *tables) if of in described(held)][number]


def described(held: Any) -> list[str]:
    """What an example describes: the providers, the models, or whose capabilities."""
    llm = {**held, **held.get("llm", {})}
    return [
        *llm.get("providers", {}),
        *llm.get("models", {}),
        *list(llm.get("capabilities", {}).get("provider", {}))[:1],
    ]


def _tables(text: str) -> Iterator[str]:
    lines: list[str] = []
    for line in [*text.splitlines(), "."]:
        if TOML_LINE.match(line) and (lines or line.startswith("[")):
            lines.append(line)
        elif lines:
            yield "\n".join(lines)
            lines = []
