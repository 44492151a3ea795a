"""The models of a provider: the agents that are installed, or what one agent offers."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hamr.api import Call, Head, ModelInfo, ModelPage
from hamr_provider_acp.asked import Asked

if TYPE_CHECKING:
    from hamr.api import Route
    from hamr_provider_acp.agent import Compat
    from hamr_provider_acp.flows import Flow
    from hamr_provider_acp.opening import Opening

INSTALLED = "acp:installed"
OFFERED = "acp:offered"


class Listed:
    """A reply that is there as a whole: a table of ids and names."""

    def __init__(self, models: Mapping[str, str]) -> None:
        from pydantic_core import to_json

        self.head = Head(200, {"content-type": "application/json"})
        self._rest = to_json(models)

    @classmethod
    def installed(cls, call: Call) -> Flow[Listed]:
        """Those of the agents in a call whose program is on the PATH."""
        from pydantic_core import from_json

        commands: dict[str, str] = from_json(call.body)
        yield from ()  # a flow that waits for nothing
        return cls({name: name for name, command in commands.items() if shutil.which(command)})

    @classmethod
    def offered(cls, opening: Opening) -> Flow[Listed]:
        """The models that an agent offers."""
        return cls((yield from opening.models()))

    def reading(self) -> Flow[bytes]:
        """The bytes, empty at the end."""
        yield from ()
        rest, self._rest = self._rest, b""
        return rest

    def closing(self) -> Flow[None]:
        """There is nothing to let go of."""
        yield from ()


def encode_models(route: Route, compat: Compat) -> Call:
    """The call that asks for them."""
    from pydantic_core import to_json

    if not compat.command:
        commands = {name: agent.command for name, agent in compat.agents.items()}
        return Call(INSTALLED, "GET", {"content-type": "application/json"}, to_json(commands))
    from dataclasses import replace

    name, agent = compat.named("", route.provider.id)
    return replace(Asked.of(name, agent).call(()), url=OFFERED)


def decode_models(head: Head, route: Route) -> ModelPage:
    """What the reply says."""
    from pydantic_core import from_json

    models: Any = from_json(head.body)
    return ModelPage(tuple(ModelInfo(id, route.provider.id, name or id) for id, name in models.items()))
