"""The pipelines of one client: each is compiled once, when it is first asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from hamr.admission import Admission
from hamr.builtin import Builtin
from hamr.calls.circuit import Circuit
from hamr.capability_sources import CapabilitySources
from hamr.compose import Hooks
from hamr.prices import Prices
from hamr.routes import Routes

if TYPE_CHECKING:
    from hamr.calls.breaker import Breaker
    from hamr.calls.pipeline import Pipeline
    from hamr.pool.pooling import Pooling
    from hamr.resolve.model import Role
    from hamr.specs import Transport
    from hamr.stand_ins import StandIns
    from hamr.types import Route


class Pipelines:
    """Routes to pipelines, with what lets their calls in; `extensions` are the names of those that are switched on."""

    def __init__(
        self,
        routes: Routes,
        capabilities: CapabilitySources,
        admission: Admission,
        extensions: Iterable[str],
        tell: Callable[[str, str | None], None],
    ) -> None:
        self._routes, self._capabilities, self._admission = routes, capabilities, admission
        self._extensions, self._tell = tuple(extensions), tell
        self._builtin = Builtin()
        self._hooks: dict[str, Hooks] = {}
        self._made: dict[tuple[str | None, ...], Pipeline] = {}
        self._compiling = threading.RLock()
        self._left: list[Transport] = []
        self._replaced: dict[int, StandIns] = {}
        self._circuits: dict[str, Circuit] = {}

    def of(
        self, id: str, name: str | None, role: Role = "chat", mode: str | None = None, form: str | None = None
    ) -> Pipeline:
        """The pipeline to a model of a provider; to none, where its name is empty. Raises ConfigError, PluginError.

        `form` is how tools are to be offered to it.
        """
        key = id, name, role, mode, form
        if (ready := self._made.get(key)) is None:
            with self._compiling:
                self._routes.providers.warn(self._tell)
                ready = self._made.get(key) or self._compiled(self._route(id, name, role, mode, form))
                self._made[key] = ready
        return ready

    def login(self, id: str, name: str) -> Pipeline:
        """The pipeline to no model of a provider, by the login of this name or the first; raises as `of` does."""
        key = id, "", "login", name
        if (ready := self._made.get(key)) is None:
            route, store = self._routes.route(id, ""), self._routes.store
            provider = replace(route.provider, auth=route.provider.auth.by_login)
            names = provider.stored_names
            tokens = store.tokens(names, name) if store is not None and names else None
            ready = self._made[key] = self.plain(replace(route, provider=provider, tokens=tokens))
        return ready

    def together(
        self,
        several: Sequence[str],
        role: Role,
        mode: str | None,
        pipeline: Callable[[str, Role, str | None], Pipeline],
    ) -> Pipeline:
        """The pool of the models of these selectors, made once; raises ConfigError or PluginError."""
        return self._pooling.together(several, role, mode, pipeline)

    def hooks(self, id: str) -> Hooks:
        """The hooks of one provider, its plugin loaded; raises ConfigError or PluginError."""
        with self._compiling:
            if id not in self._hooks:
                providers = self._routes.providers
                own, extensions = providers.loaded(id), providers.plugins.load_extensions(self._extensions)
                self._hooks[id] = Hooks(self._builtin, own, extensions)
            return self._hooks[id]

    def forget(self) -> None:
        """Compile them anew when they are next asked for: what they were made of has changed."""
        self._left = self.transports  # they may have connections, or a program, that are let go of at the end
        self._made.clear()
        self._hooks.clear()
        self._replaced.clear()
        if "_pooling" in self.__dict__:
            self._pooling.forget()

    @property
    def transports(self) -> list[Transport]:
        """All that were asked for, each once."""
        pools = self._pooling.made if "_pooling" in self.__dict__ else ()
        pipelines = [each for pipeline in (*self._made.values(), *pools) for each in pipeline.all]
        return list(
            {
                id(each): each for each in (self._builtin.http, *self._left, *(one.transport for one in pipelines))
            }.values()
        )

    def close(self) -> None:
        """Let go of the file of the pools."""
        if "_pooling" in self.__dict__:
            self._pooling.close()

    def _route(self, id: str, name: str | None, role: Role, mode: str | None, form: str | None) -> Route:
        route = self._routes.route(id, name, role, mode)
        return route if form is None else replace(route, model=replace(route.model, tool_format=form))

    def _compiled(self, route: Route) -> Pipeline:
        pipeline = self._single(route)
        several = route.model.id and self._routes.has_several_keys(route.provider)
        if several:
            return self._pooling.of_keys(pipeline)
        return replace(pipeline, circuit=self._circuit(route.selector)) if route.model.id else pipeline

    def _circuit(self, selector: str) -> Circuit:
        """What is known of how a model's calls end, for a model may be overloaded by itself; raises ConfigError."""
        if selector not in self._circuits:
            self._circuits[selector] = Circuit(self._breaker)
        return self._circuits[selector]

    @cached_property
    def _breaker(self) -> Breaker | None:
        """The policy that the environment names; None for the library's own, which is not loaded before it counts."""
        environ = self._routes.environ
        if not any(name.removeprefix("HAMR_").startswith("BREAKER_") for name in environ):
            return None
        from hamr.pool.policy import breaker

        return breaker(environ, "consecutive")

    @cached_property
    def _pooling(self) -> Pooling:
        from hamr.pool.pooling import Pooling

        return Pooling(self._routes.environ, self._routes.every_key, self._single, self._admission.stores.chosen)

    def plain(self, route: Route) -> Pipeline:
        """The pipeline of a route, without what its calls have to pass and what they cost."""
        pipeline = self._capabilities.told_to(self.hooks(route.provider.id).compile(route))
        defaults = self._routes.providers.configuration.model_defaults(route.provider.id, route.model.id)
        return replace(pipeline, defaults=defaults) if defaults else pipeline

    def _single(self, route: Route) -> Pipeline:
        charge = Prices(route, self._routes.providers, self._routes.environ)
        others = partial(self._stand_ins, route) if route.model.id else None
        return replace(self.plain(route), gates=self._admission.gates(route, charge), charge=charge, others=others)

    def _stand_ins(self, route: Route) -> StandIns:
        """Which models may take the place of the one of this route; made once, for its key."""
        from hamr.stand_ins import StandIns

        with self._compiling:
            if id(route) not in self._replaced:
                providers, environ = self._routes.providers, self._routes.environ
                make = partial(self._other, route)
                self._replaced[id(route)] = StandIns(route, providers, environ, lambda: self._pooling.shared, make)
            return self._replaced[id(route)]

    def _other(self, route: Route, name: str) -> Pipeline:
        """The pipeline of another model of the provider with the same key; raises ConfigError or PluginError."""
        other = self._routes.route(route.provider.id, name)
        same = {each: getattr(route, each) for each in ("secret", "is_slow", "waits", "tokens")}
        pipeline = self._single(replace(other, **same))
        self._left.append(pipeline.transport)  # to be let go of at the end
        return pipeline
