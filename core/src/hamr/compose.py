"""Asking the hooks of one provider, once per route. No other provider's code is asked, or can be handed the key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pluggy

from hamr import specs
from hamr.builtin import STYLES, TRANSPORTS, WIRES, Builtin
from hamr.calls.pipeline import Pipeline
from hamr.errors import ConfigError, HamrError, PluginError
from hamr.types import Route

Named = tuple[str, object]
HOOKS = ("hamr_transport", "hamr_auth", "hamr_toolwire")


class Hooks:
    """The hooks of one provider: the core's, the provider's own, and the extensions that are switched on.

    A provider that the user describes may have no plugin. The last one is asked first. Raises PluginError, naming the
    plugin, for a hook that does not exist or has arguments that it should not have.
    """

    def __init__(self, builtin: Builtin, provider: Named | None, extensions: Iterable[Named] = ()) -> None:
        self._manager = pluggy.PluginManager(specs.PROJECT)
        self._manager.add_hookspecs(specs)
        self._manager.register(builtin, "core")
        for name, plugin in (*([provider] if provider else ()), *extensions):
            self._register(name, plugin)

    def _register(self, name: str, plugin: object) -> None:
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise PluginError(f"{name}: {error}", hint="docs/hooks.md lists the hooks and their arguments.") from error
        for hook in HOOKS:
            if callable(getattr(plugin, hook, None)) and self._manager.parse_hookimpl_opts(plugin, hook) is None:
                raise PluginError(f"{name}: {hook} is not marked", hint="Put @hookimpl, from hamr.api, above it.")

    def compile(self, route: Route) -> Pipeline:
        """Ask each hook about the route; raises ConfigError where none answers, PluginError for a wrong answer."""
        provider = route.provider
        transport: specs.Transport | None = self._ask("hamr_transport", specs.Transport, route)
        if transport is None:
            raise unanswered(provider.id, "transport", provider.transport, TRANSPORTS)
        auth: specs.Auth | None = self._ask("hamr_auth", specs.Auth, route)
        if auth is None:
            raise unanswered(provider.id, "auth style", provider.auth.style, STYLES)
        if provider.header_values or route.model.header_values:
            from hamr.auth.valued_headers import ValuedHeaders

            auth = ValuedHeaders(auth, route)
        wire: specs.ToolWire | None = self._ask("hamr_toolwire", specs.ToolWire, route)
        if wire is None:
            raise unanswered(provider.id, "wire", route.wire, WIRES)
        notice = wire.notice(route) if isinstance(wire, specs.NoticingWire) else None
        return Pipeline(route, transport, auth, wire, notice=notice)

    def _ask(self, hook: str, protocol: type, route: Route) -> Any:
        try:
            answer = getattr(self._manager.hook, hook)(route=route)
        except HamrError:
            raise
        except Exception as error:  # a plugin may fail in any way; it must break nothing else
            raise PluginError(f"{route.provider.id}: {hook} failed: {type(error).__name__}: {error}") from error
        if answer is not None and not isinstance(answer, protocol):
            raise PluginError(
                f"{route.provider.id}: {hook} gave a {type(answer).__name__}, which is no {protocol.__name__}",
                hint="docs/hooks.md says what each hook returns.",
            )
        return answer

    def names(self) -> dict[str, list[str]]:
        """Each plugin and the hooks that it answers."""
        return {
            name: sorted(caller.name for caller in self._manager.get_hookcallers(plugin) or ())
            for name, plugin in self._manager.list_name_plugin()
        }

    def only_the_core(self, hook: str) -> bool:
        """Whether nobody but the core answers this hook, so that it must know what the provider names."""
        return not any(hook in answered for name, answered in self.names().items() if name != "core")


def unanswered(id: str, noun: str, name: str, known: Iterable[str]) -> ConfigError:
    """The error for what a provider names and nobody answers for; `known` are those of the core."""
    return ConfigError(
        f"{id}: no plugin knows the {noun} {name!r}",
        hint=f"The core knows {', '.join(known)}; another comes from the provider's own plugin or an extension.",
    )
