"""The call that would be sent, without sending it: the same flow, up to where it would open it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hamr.calls.pipeline import Pipeline
from hamr.effects import Do, Effect, Fetch, Flow, Now, Open, OpenReply, ReadFile, Tell, Wait, WallClock
from hamr.errors import ConfigError
from hamr.held import looked_up
from hamr.types import Call, Provider, Request, Route, Secret, Settings, Tokens
from hamr.types.secret import variable_place

if TYPE_CHECKING:
    from hamr.secrets.store import CredentialStore

FAULTY = "The fault is the plugin's: its flow must yield Open and return the reply."


def rehearsed(
    route: Route, environ: Mapping[str, str], given: Mapping[str, str], store: CredentialStore | None = None
) -> Route:
    """The route with a stand-in for the key: `$VAR`, the first variable that holds it or could hold it.

    Without one where the real call would go without a key. For a login there are stand-ins of made-up names, whether
    somebody is logged in or not.
    """
    stored = store is not None and bool(store.keys(route.provider.stored_names))
    in_code = stored or bool(given.get(route.provider.id, "").strip())
    stand_in = _stand_in(route.provider, environ, in_code=in_code)
    return replace(
        route,
        secret=lambda: stand_in,
        variable=lambda name: _named(name, environ),
        tokens=_StandIns(_made_up(route.provider)),
        value=_expression,
        waits=False,
        is_slow=lambda: False,
    )


def call(pipeline: Pipeline, request: Request, settings: Settings) -> Call:
    """The call of a rehearsed route; raises ConfigError where another call would have to be sent before it."""
    flow = pipeline.auth.flow(pipeline.encode(request, settings))
    try:
        return _opened(flow, pipeline.route.provider.id)
    except StopIteration as end:
        raise ConfigError(f"{pipeline.route.provider.id}: its auth ended without a call", hint=FAULTY) from end
    finally:
        flow.close()


def _opened(flow: Flow[OpenReply], id: str) -> Call:
    effect: Effect = next(flow)
    while not isinstance(effect, Open):
        if (what := _first(effect)) is not None:
            raise ConfigError(
                f"{id}: what would be sent cannot be shown: {what} has to come first, whose answer goes into it",
                hint="Make the call once; a key or a token in the environment may do without that.",
            )
        effect = flow.send(_answer(effect))
    return _unseen(effect.call)


def _first(effect: Effect) -> str | None:
    """What would have to be done before the call, where that is not to be done for showing it."""
    if isinstance(effect, Fetch):
        return f"a call to {_origin(effect.call)}"
    if isinstance(effect, Wait) and effect.asks:
        return f"a question to {effect.asks}"
    return "a login" if isinstance(effect, Tell) else None


def _answer(effect: Effect) -> object:
    if isinstance(effect, WallClock | ReadFile):
        return looked_up(effect)
    if isinstance(effect, Do | Wait):
        return effect.work()
    return 0.0 if isinstance(effect, Now) else None


def _unseen(call: Call) -> Call:
    """The call without what no stand-in was for: a credential that the auth has found for itself, in a file say."""
    shown = {name: "***" if name in call.secret and "$" not in value else value for name, value in call.headers.items()}
    return replace(call, headers=shown)


def _expression(text: str, what: str) -> Secret:
    """As a shell would say it."""
    return Secret(f"$({text[1:]})" if text.startswith("!") else text, "a preview")


def _named(name: str, environ: Mapping[str, str]) -> Secret | None:
    return Secret(f"${name}", "a preview") if environ.get(name, "").strip() else None


def _origin(call: Call) -> str:
    parts = urlsplit(call.url)
    return f"{parts.scheme}://{parts.hostname}"


def _named_by_file(key: str) -> Secret:
    """What a file says of the key, where that is no key itself."""
    return _expression(key, "a file") if key.startswith("!") or "$" in key else Secret("***", "a preview")


def _stand_in(provider: Provider, environ: Mapping[str, str], *, in_code: bool) -> Secret | None:
    if provider.auth.style == "none":
        return None
    held = [name for name in provider.auth.env if environ.get(name, "").strip()]
    if provider.auth.key is not None and not (in_code or held):
        return _named_by_file(provider.auth.key)
    if provider.auth.optional and not (in_code or held):
        return None
    if held and not in_code:
        return Secret(f"${held[0]}", variable_place(held[0]))  # which of them it is may say how it is sent
    return Secret(f"${provider.auth.usual_env or f'{_made_up(provider)}_API_KEY'}", "a preview")


def _made_up(provider: Provider) -> str:
    """How variables of a provider would begin."""
    return provider.id.upper().replace("-", "_")


class _StandIns:
    """A TokenStore whose tokens never end, so that nothing is refreshed and nothing is written."""

    name, folder, lock, refresh_lock, login = "a preview", "", "", "", ""

    def __init__(self, name: str) -> None:
        self._tokens = Tokens(f"${name}_ACCESS_TOKEN", account=f"${name}_ACCOUNT")

    def read(self) -> Tokens:
        """The stand-ins."""
        return self._tokens

    def replace(self, old: Tokens | None, new: Tokens) -> bool:
        """Nothing is kept."""
        return False
