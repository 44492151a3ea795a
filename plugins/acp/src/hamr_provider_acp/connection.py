"""One agent that runs: its process, what it said of itself, and the sessions it holds."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hamr.api import ConfigError
from hamr_provider_acp.peer import Peer
from hamr_provider_acp.process import LineTooLong, Process
from hamr_provider_acp.tail import Secrets

if TYPE_CHECKING:
    from hamr_provider_acp.asked import Asked
    from hamr_provider_acp.dialogue import Hello
    from hamr_provider_acp.session import Session

SESSIONS = 64
"""More of one agent's are forgotten, the oldest first."""
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")

Key = tuple[object, ...]


class Connection:
    """One agent. Its sessions are known by the transcript up to the end of their last answer."""

    def __init__(self, process: Process, key: Key, secrets: Secrets) -> None:
        self.process, self.key, self.secrets = process, key, secrets
        self.peer = Peer(process.write)
        self.hello: Hello | None = None
        self.sessions: dict[str, Session] = {}

    @property
    def stderr(self) -> str:
        """What it wrote there last, for people."""
        return self.process.stderr.text(self.secrets)

    def awake(self) -> bool:
        """Whether it can still be used; what it asked while nobody listened is answered."""
        try:
            for line in self.process.waiting():
                self.peer.read(line)
        except LineTooLong:
            return False
        return self.process.alive

    def remember(self, transcript: str, session: Session) -> None:
        """Keep a session for the next prompt of its conversation."""
        self.sessions[transcript] = session
        if len(self.sessions) > SESSIONS:
            del self.sessions[next(iter(self.sessions))]


def key(asked: Asked) -> Key:
    """What two calls must have in common for the same process; a forked process has none of its parent's."""
    from pydantic_core import to_json

    told = (asked.env, asked.mcp_servers, asked.client_capabilities, asked.client_info)
    return os.getpid(), asked.command, asked.args, asked.cwd, asked.auth_method, to_json(told)


def launched(asked: Asked) -> Connection:
    """The agent, started; raises ConfigError that says what is missing."""
    environ = {**os.environ, **(asked.env or {})}
    cwd = asked.cwd or os.getcwd()
    if not os.path.isdir(cwd):
        raise ConfigError(f"{asked.name}: there is no folder {cwd}", hint="Mend its cwd.")
    program = shutil.which(asked.command, path=environ.get("PATH"))
    if program is None:
        install = f"Install it: {asked.install}" if asked.install else "Install the agent, or mend its command."
        raise ConfigError(f"{asked.name}: there is no program {asked.command!r} on the PATH", hint=install)
    given = [*(asked.env or {}).values(), *_values(asked.mcp_servers or ())]
    secrets = Secrets(given, environ)
    try:
        process = Process([os.path.abspath(program), *asked.args], environ, cwd)
    except OSError as error:
        raise ConfigError(f"{asked.name}: {program} cannot be started: {error.strerror}") from error
    return Connection(process, key(asked), secrets)


def resolved(value: str, place: str, environ: Mapping[str, str]) -> str:
    """The value with `$NAME` and `${NAME}` read from the environment; raises ConfigError for one that is not set."""

    def read(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name not in environ:
            raise ConfigError(f"{place}: ${name} is not set", hint=f"Set it: export {name}=...")
        return environ[name]

    return _VARIABLE.sub(read, value)


def settled(asked: Asked) -> Asked:
    """The same with an absolute folder, and with the variables that its values name."""
    from dataclasses import replace

    environ = os.environ
    env = {name: resolved(value, f"{asked.name}: env.{name}", environ) for name, value in (asked.env or {}).items()}
    servers = tuple(_settled(server, asked.name, environ) for server in asked.mcp_servers or ())
    cwd = os.path.abspath(os.path.expanduser(asked.cwd or "."))
    return replace(asked, env=env, mcp_servers=servers, cwd=cwd)


def _settled(server: Mapping[str, Any], agent: str, environ: Mapping[str, str]) -> dict[str, Any]:
    place = f"{agent}: mcp_servers.{server['name']}"
    return {
        key: [{**pair, "value": resolved(pair["value"], f"{place}.{pair['name']}", environ)} for pair in value]
        if key in ("env", "headers")
        else value
        for key, value in server.items()
    }


def _values(servers: tuple[Mapping[str, Any], ...]) -> list[str]:
    return [pair["value"] for server in servers for name in ("env", "headers") for pair in server.get(name, ())]
