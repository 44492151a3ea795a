"""What one call asks of an agent, as it goes from the wire to the transport within a Call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hamr.api import Adaptation, Call

if TYPE_CHECKING:
    from hamr_provider_acp.agent import Agent

ENV, SERVERS = "acp-env", "acp-mcp-servers"
"""The headers for what may hold a secret: they are kept out of whatever shows a call."""

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message: blocks of the protocol's own, and of `_`-kinds where it has none.

    `mark` is what an answer of this wire carried: its session, and the transcript up to its end.
    """

    role: str
    blocks: tuple[Block, ...]
    mark: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """All of it. `instruction` is said after the prompt; `prompt` are fields of `session/prompt` of the user's own.

    `env` and `mcp_servers` are what the call itself says of them; the transport adds those of the configuration.
    """

    name: str
    command: str
    turns: tuple[Turn, ...]
    args: tuple[str, ...] = ()
    env: Mapping[str, str] | None = None
    cwd: str | None = None
    mcp_servers: tuple[Mapping[str, Any], ...] | None = None
    client_capabilities: Mapping[str, Any] | None = None
    client_info: Mapping[str, Any] | None = None
    auth_method: str | None = None
    model: str | None = None
    thought_level: str | None = None
    instruction: str = ""
    install: str = ""
    prompt: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, name: str, agent: Agent, turns: tuple[Turn, ...] = ()) -> Asked:
        """What an agent's table says, but for what may be secret."""
        return cls(
            name=name,
            command=agent.command,
            turns=turns,
            args=agent.args,
            cwd=agent.cwd,
            client_capabilities=agent.client_capabilities,
            client_info=agent.client_info,
            auth_method=agent.auth_method,
            model=agent.model,
            install=agent.install,
        )

    def call(self, adaptations: tuple[Adaptation, ...]) -> Call:
        """The call that carries it."""
        from pydantic_core import to_json

        body = {name: value for name in _PLAIN if (value := getattr(self, name))}
        body["turns"] = [
            {"role": turn.role, "blocks": turn.blocks, **({"mark": turn.mark} if turn.mark else {})}
            for turn in self.turns
        ]
        headers = {"content-type": "application/json"}
        headers |= {ENV: to_json(self.env).decode()} if self.env else {}
        headers |= {SERVERS: to_json(self.mcp_servers).decode()} if self.mcp_servers is not None else {}
        secret = frozenset({ENV, SERVERS}) & headers.keys()
        return Call(f"acp:{self.name}", "POST", headers, to_json(body), secret, adaptations)

    @classmethod
    def read(cls, call: Call) -> Asked:
        """The same, out of a call of this wire's."""
        from pydantic_core import from_json

        body = from_json(call.body)
        turns = tuple(Turn(each["role"], tuple(each["blocks"]), each.get("mark")) for each in body.pop("turns"))
        env = from_json(call.headers[ENV]) if ENV in call.headers else {}
        servers = tuple(from_json(call.headers[SERVERS])) if SERVERS in call.headers else None
        body["args"] = tuple(body.get("args", ()))
        return cls(turns=turns, env=env, mcp_servers=servers, **body)


_PLAIN = (
    "name",
    "command",
    "args",
    "cwd",
    "client_capabilities",
    "client_info",
    "auth_method",
    "model",
    "thought_level",
    "instruction",
    "install",
    "prompt",
)
