"""Providers and models that are known without anything being installed."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hamr.errors import ConfigError
from hamr.resolve import rules
from hamr.resolve.known import Holder, Server
from hamr.resolve.model import Role
from hamr.resolve.outcome import Meant, Selection
from hamr.resolve.select import select
from hamr.resolve.variables import Said

SHIPPED = tomllib.loads(Path(rules.__file__).with_name("inference.toml").read_text("utf-8"))


@dataclass
class World:
    """Providers with their default model, those that can be called (None for all), those described awry, and lists."""

    providers: Mapping[str, str | None] = field(default_factory=dict)
    ready: Collection[str] | None = ()
    models: Sequence[Holder] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    own_rules: Sequence[rules.Rule] = ()
    embedders: Mapping[str, str] = field(default_factory=dict)
    awry: Collection[str] = ()
    asked: list[str] = field(default_factory=list)

    def pick(self, selector: str | None = None, role: Role = "chat", **environ: str) -> Selection:
        """What a selector means here."""
        return select(selector, environ, self, self.meant, role)

    def meant(self, name: str) -> Meant | None:
        return Meant(self.aliases[name]) if name in self.aliases else None

    def found(self, selector: str | None = None, role: Role = "chat", **environ: str) -> str:
        """The same as a user writes it."""
        chosen = self.pick(selector, role, **environ)
        return f"{chosen.provider}/{chosen.model}" if chosen.model else chosen.provider

    def registered(self, id: str) -> bool:
        return id in self.providers

    def absent(self, id: str) -> ConfigError:
        return ConfigError(f"no plugin for the provider {id!r} is installed")

    def spoilt(self, id: str) -> ConfigError | None:
        return ConfigError(f"{id!r} is a provider of a file") if id in self.awry else None

    def resembles_provider(self, name: str) -> bool:
        return any(name[:3] == each[:3] for each in self.providers)

    def unready(self, id: str) -> str | None:
        self.asked.append(id)
        return None if self.ready is None or id in self.ready else "it has no key"

    def default(self, id: str, role: Role) -> str | None:
        return (self.providers if role == "chat" else self.embedders).get(id)

    def exact(self, name: str) -> Sequence[Holder]:
        self.asked.append(name)
        return [each for each in self.models if each.id.lower() == name.lower()]

    def like(self, text: str) -> Sequence[Holder]:
        return [each for each in self.models if text.lower() in each.id.lower()]

    def given(self) -> Said | None:
        return None

    def setting(self, name: str) -> Said | None:
        return Said(self.settings[name], "providers.toml") if name in self.settings else None

    @property
    def rules(self) -> Sequence[rules.Rule]:
        return [*self.own_rules, *rules.shipped(SHIPPED["rule"])]

    @property
    def prefixes(self) -> Mapping[str, str]:
        found: Mapping[str, str] = SHIPPED["prefixes"]
        return found

    @property
    def makers(self) -> Collection[str]:
        found: Collection[str] = SHIPPED["makers"]
        return found

    @property
    def servers(self) -> Sequence[Server]:
        return [Server(each["provider"], each["env"], each.get("except", ()), each.get("makers", ()))
                for each in SHIPPED["server"]]  # fmt: skip

    @property
    def defaults(self) -> Sequence[str]:
        found: Sequence[str] = SHIPPED["defaults"]
        return found


ALL = {id: f"{id}-default" for id in (
    "anthropic", "bedrock", "cohere", "deepseek", "fireworks", "gemini", "groq", "huggingface", "local", "mistral",
    "ollama", "openai", "openrouter", "together", "xai", "zai",
)}  # fmt: skip


@pytest.fixture
def make() -> Any:
    """Makes a world, of all providers where none are given."""
    return lambda providers=ALL, **said: World(providers, **said)


@pytest.fixture
def world() -> World:
    """A world where every provider can be called."""
    return World(ALL, ready=None, embedders={"openai": "text-embedding-3-small"})
