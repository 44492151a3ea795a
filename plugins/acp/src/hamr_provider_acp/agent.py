"""Which program is meant, how it is started and what it is told: data, from a manifest, a user's file or a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from hamr.api import ConfigError
from hamr.wirekit import read_table

KINDS = ("stdio", "http", "sse")


@dataclass(frozen=True, slots=True)
class McpServer:
    """A server of the Model Context Protocol that the agent is told of: a program, or a URL."""

    name: str
    type: str = field(default="stdio", metadata={"one_of": KINDS})
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def table(self) -> dict[str, Any]:
        """As the protocol has it: lists of pairs, and no type for a program."""
        if self.type == "stdio":
            return {"name": self.name, "command": self.command, "args": list(self.args), "env": _pairs(self.env)}
        return {"type": self.type, "name": self.name, "url": self.url, "headers": _pairs(self.headers)}


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent.

    Relative to `cwd`, the agent works; `$NAME` in a value of `env`, or of a server's, is read from the environment
    when the agent is started. `auth_method` is one of those that the agent offers, where it asks for one; `install`
    is the line that brings the agent.
    """

    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str | None = None
    mcp_servers: tuple[McpServer, ...] = field(default=(), metadata={"tables": McpServer})
    client_capabilities: Mapping[str, Any] = field(default_factory=dict)
    client_info: Mapping[str, Any] = field(default_factory=dict)
    auth_method: str | None = None
    model: str | None = None
    install: str = ""

    def overridden(self, given: Mapping[str, Any], place: str) -> Agent:
        """With what a call says of it laid over; `env` is added to. Raises ConfigError."""
        if not given:
            return self
        laid = read_table(Agent, paired(given), place, HINT)
        changed = {name: getattr(laid, name) for name in (_snake(key) for key in given)}
        if "env" in changed:
            changed["env"] = {**self.env, **changed["env"]}
        return replace(self, **changed)


HINT = f"An agent has {', '.join(each.name for each in fields(Agent))}."


@dataclass(frozen=True, slots=True)
class Compat(Agent):
    """What a provider's manifest says under `compat`.

    With a `command` the provider is that one agent, and its models are the agent's. Else `agents` are meant by their
    names, as `provider/agent` or `provider/agent/model`; with `any_command` so is any command line.
    """

    agents: Mapping[str, Agent] = field(default_factory=dict, metadata={"named": Agent})
    any_command: bool = False

    @classmethod
    def read(cls, compat: Mapping[str, Any], place: str) -> Compat:
        """The tables of a manifest; raises ConfigError naming each wrong field."""
        return read_table(cls, paired(compat), place, HINT)

    def named(self, model: str, provider: str) -> tuple[str, Agent]:
        """The agent that a model's name stands for, and what to call it; raises ConfigError where there is none."""
        if self.command:
            agent = Agent(*(getattr(self, each.name) for each in fields(Agent)))
            return provider, replace(agent, model=_model(model) or agent.model)
        name, _, inner = model.partition("/")
        if name in self.agents:
            agent = self.agents[name]
            return name, replace(agent, model=_model(inner) or agent.model)
        if self.any_command and (words := _words(model)):
            return words[0].rpartition("/")[2], Agent(command=words[0], args=tuple(words[1:]))
        raise ConfigError(
            f"{provider}: no agent is called {name!r}",
            hint=f"Known are {', '.join(self.agents) or 'none'}; docs/acp.md says how to add one.",
        )


def says_servers(tables: Mapping[str, Any]) -> bool:
    """Whether the tables of a call say which servers of MCP there are."""
    return any(_snake(key) == "mcp_servers" for key in tables)


def paired(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The tables with `env` and `headers` of MCP servers as tables, where they are the protocol's lists of pairs."""
    made = {
        key: [_mended(each) for each in value] if _is_servers(key, value) else value for key, value in tables.items()
    }
    agents = made.get("agents")
    if isinstance(agents, Mapping):
        made["agents"] = {name: paired(each) if isinstance(each, Mapping) else each for name, each in agents.items()}
    return made


def _is_servers(key: str, value: Any) -> bool:
    return _snake(key) == "mcp_servers" and isinstance(value, list | tuple)


def _mended(server: Any) -> Any:
    if not isinstance(server, Mapping):
        return server
    return {key: _table(value) if key in ("env", "headers") else value for key, value in server.items()}


def _table(value: Any) -> Any:
    if isinstance(value, list) and all(
        isinstance(each, Mapping) and {"name", "value"} <= each.keys() for each in value
    ):
        return {each["name"]: each["value"] for each in value}
    return value


def _pairs(table: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in table.items()]


def _model(name: str) -> str | None:
    """The name of a model, where one is meant: `default` is the agent's own choice."""
    return None if name in ("", "default") else name


def _words(line: str) -> list[str]:
    import shlex

    try:
        return shlex.split(line)
    except ValueError as error:
        raise ConfigError(f"{line!r} is no command line: {error}", hint="Close every quote.") from error


def _snake(key: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: "_" + letter.group().lower(), key)
