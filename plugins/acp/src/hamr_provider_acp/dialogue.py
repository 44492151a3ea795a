"""What is said before a prompt. Generators: each yield waits for the agent's next line; no I/O, no clock, no colour."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from hamr.api import BrokenReply, NoSuchModel, Unsupported
from hamr.wirekit import Told
from hamr_provider_acp.failure import AUTH_REQUIRED, Refusal
from hamr_provider_acp.session import Session, choices, matching

if TYPE_CHECKING:
    from hamr_provider_acp.asked import Asked
    from hamr_provider_acp.peer import Peer

VERSION = 1
"""Of the protocol."""

Result = TypeVar("Result")
Steps = Generator[None, bytes, Result]

CAPABILITIES: Mapping[str, Any] = {"fs": {"readTextFile": False, "writeTextFile": False}, "terminal": False}


@dataclass(frozen=True, slots=True)
class Hello:
    """What an agent says of itself."""

    capabilities: Mapping[str, Any]
    auth_methods: Any
    info: Mapping[str, Any]

    @property
    def prompt_takes(self) -> Mapping[str, Any]:
        """Which blocks may stand in a prompt besides text and links."""
        takes = self.capabilities.get("promptCapabilities")
        return takes if isinstance(takes, dict) else {}

    @property
    def reload(self) -> str | None:
        """The method that brings an earlier session back, where there is one; the first sends no history again."""
        inner = self.capabilities.get("sessionCapabilities")
        if isinstance(inner, dict) and isinstance(inner.get("resume"), dict):
            return "session/resume"
        return "session/load" if self.capabilities.get("loadSession") else None


def answer(peer: Peer, method: str, params: Mapping[str, Any]) -> Steps[dict[str, Any]]:
    """Ask, and wait for the answer; raises Refusal."""
    id = peer.ask(method, params)
    while True:
        message = peer.read((yield))
        if message is not None and "method" not in message and message.get("id") == id:
            if "error" in message:
                raise Refusal(method, message["error"])
            result = message.get("result")
            return result if isinstance(result, dict) else {}


def greeting(peer: Peer, asked: Asked, version: str) -> Steps[Hello]:
    """Begin with an agent that was just started; raises Refusal, or Unsupported for another version."""
    params = {
        "protocolVersion": VERSION,
        "clientCapabilities": {**CAPABILITIES, **(asked.client_capabilities or {})},
        "clientInfo": {"name": "hamr", "title": "hamr", "version": version, **(asked.client_info or {})},
    }
    said = yield from answer(peer, "initialize", params)
    spoken = said.get("protocolVersion")
    if spoken != VERSION:
        raise Unsupported(
            f"{asked.name} speaks version {spoken!r} of the protocol, and hamr version {VERSION}",
            hint="Install a version of the agent that speaks it.",
        )
    capabilities, info = said.get("agentCapabilities"), said.get("agentInfo")
    hello = Hello(
        capabilities if isinstance(capabilities, dict) else {},
        said.get("authMethods"),
        info if isinstance(info, dict) else {},
    )
    if asked.auth_method is not None:
        yield from answer(peer, "authenticate", {"methodId": asked.auth_method})
    return hello


def new_session(peer: Peer, asked: Asked) -> Steps[Session]:
    """A session without a past; raises Refusal, or BrokenReply where it has no id."""
    said = yield from answer(peer, "session/new", {"cwd": asked.cwd, "mcpServers": asked.mcp_servers})
    id = said.get("sessionId")
    if not isinstance(id, str):
        raise BrokenReply(f"{asked.name} began a session without an id; {_wrong('NewSessionResponse', said)}")
    session = Session.read(id, said)
    session.cost = 0.0
    return session


def earlier_session(peer: Peer, asked: Asked, hello: Hello, id: str, told: Told) -> Steps[Session | None]:
    """An earlier session brought back, where the agent still has it."""
    if hello.reload is None:
        return None
    params = {"sessionId": id, "cwd": asked.cwd, "mcpServers": asked.mcp_servers}
    try:
        said = yield from answer(peer, hello.reload, params)
    except Refusal as refusal:
        if refusal.code == AUTH_REQUIRED:
            raise
        told("changed", "messages", f"the agent could not bring back its session: {refusal.text}")
        return None
    return Session.read(id, said)


def choosing(peer: Peer, asked: Asked, session: Session, told: Told) -> Steps[None]:
    """Choose the model and how much it thinks; raises Refusal, or NoSuchModel for one that is not offered."""
    if asked.model is not None and asked.model != session.model:
        yield from _choose_model(peer, asked.model, session, asked.name)
    if asked.thought_level is not None:
        option = session.option("thought_level")
        value = matching(asked.thought_level, choices(option)) if option else None
        if option is None or value is None:
            offered = f"only {', '.join(choices(option))}" if option else "no choice of it"
            told("dropped", "thinking", f"the agent offers {offered}")
        elif value != option.get("currentValue"):
            yield from _choose(peer, session, option, value)


def _choose_model(peer: Peer, wanted: str, session: Session, agent: str) -> Steps[None]:
    option = session.option("model")
    known = session.known_models
    value = matching(wanted, known)
    if value is None:
        offered = f"it offers {', '.join(known)}" if known else "it offers no choice"
        raise NoSuchModel(f"{agent} has no model {wanted!r}: {offered}", hint="Leave the model out for its own choice.")
    if option is not None:
        yield from _choose(peer, session, option, value)
    elif value != session.model:
        yield from answer(peer, "session/set_model", {"sessionId": session.id, "modelId": value})
        session.models = {**session.models, "currentModelId": value}


def _choose(peer: Peer, session: Session, option: Mapping[str, Any], value: str) -> Steps[None]:
    if value == option.get("currentValue"):
        return
    params = {"sessionId": session.id, "configId": option.get("id"), "value": value}
    said = yield from answer(peer, "session/set_config_option", params)
    session.options = [{**each, "currentValue": value} if each is option else each for each in session.options]
    session.learn(said)


def _wrong(model: str, said: Mapping[str, Any]) -> str:
    """What the protocol's own models find wrong with an answer; they take half a second to import."""
    from acp import schema
    from pydantic import ValidationError

    try:
        getattr(schema, model).model_validate(said)
    except ValidationError as error:
        places = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_input=False))
        return f"its {model} is wrong: {'; '.join(places)}"
    return f"its {model} fits the protocol all the same"
