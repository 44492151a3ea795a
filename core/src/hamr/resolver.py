"""Whose model is meant, found once for each selector."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from hamr.errors import ConfigError, HamrError
from hamr.model_names import ModelNames
from hamr.resolve import rules
from hamr.resolve.candidates import candidates, names
from hamr.resolve.known import Holder, Server
from hamr.resolve.model import Role
from hamr.resolve.outcome import Refusal, Selection, Step
from hamr.resolve.select import select
from hamr.resolve.steps import NOT_INSTALLED
from hamr.resolve.variables import DEFAULT, EMBED, MODEL, PROVIDER, Said
from hamr.variables import first

if TYPE_CHECKING:
    from hamr.resolve.candidates import Models
    from hamr.routes import Routes

VARIABLES = (*PROVIDER, *MODEL, *EMBED, *DEFAULT)
NAMED = "name"
"""The step that asks nothing but what is there."""
SPOILT = "Mend it there; until then no other provider is asked in its place."
CUTOFF = 0.75
"""How much alike (0 to 1, of difflib) two names are where one may be meant by the other."""


class OtherDefaults(NamedTuple):
    """The models that serve where a provider's default cannot, and the variable that names them."""

    variable: str
    selectors: tuple[str, ...]

    def behind(self, chosen: Selection) -> Selection:
        """The selection with these behind it."""
        why = f"where its default cannot serve (the environment variable {self.variable})"
        step = Step("fallback", ", ".join(self.selectors) or None, why)
        return replace(chosen, steps=(*chosen.steps, step), fallbacks=self.selectors) if self.selectors else chosen


class Resolver:
    """Selectors to providers and models, for one client; the answers to what `Known` asks are its own."""

    def __init__(self, routes: Routes, environ: Mapping[str, str], tell: Callable[[str, str | None], None]) -> None:
        self._routes, self._environ, self._tell = routes, environ, tell
        self._providers = routes.providers
        self._told: set[str] = set()
        self._read = routes.providers.configuration
        self._plain: dict[tuple[object, ...], Selection] = {}
        self._chosen: dict[tuple[object, ...], Selection] = {}

    def select(self, selector: str | None, role: Role = "chat") -> Selection:
        """What a selector, or without one the environment and the files, means; raises ConfigError.

        A default that was nobody's choice is warned of once.
        """
        if self._read is not self._providers.configuration:
            self._anew()
        plain = selector, role
        if (known := self._plain.get(plain)) is not None:
            return known
        key = (*plain, *map(self._environ.get, VARIABLES), *map(self._environ.get, self._of_servers))
        if (known := self._chosen.get(key)) is None:
            known = select(selector, self._environ, self, self._providers.meant, role)
            known = self._as_named(known)
            if role == "chat" and known.model is None and (others := self._other_defaults(known.provider)) is not None:
                known = others.behind(known)
            if role == "chat" and (said := self._read.fallbacks.get(known.provider)) is not None:
                known = self._with_fallbacks(known, *said)
            if selector is not None and known.lasting and known.steps[-1].name == NAMED:  # it says all by itself
                self._plain[plain] = known
            elif known.lasting:
                self._chosen[key] = known
            if known.warning is not None:
                self.warn(known.warning)
        return known

    def candidates(self, model: Models | None, role: Role) -> Sequence[str]:
        """Several models that are named, in the call or by the environment; what a program says counts before that."""
        if model is None and self.given() is not None:
            return ()
        return candidates(model, self._environ, role)

    def registered(self, id: str) -> bool:
        """Whether there is a provider of this name."""
        return id in self._providers.plugins.providers or id in self._providers.configuration.ids

    def absent(self, id: str) -> ConfigError:
        """The error for a provider that is not there."""
        from hamr.plugins.discover import not_installed

        return not_installed(id, self._providers.ids)

    def spoilt(self, id: str) -> ConfigError | None:
        """The error for a provider that a file describes, but so that it does not count; None for all others."""
        ends = (f"providers.{id}", f".providers.{id}")
        problems = self._providers.configuration.problems
        found = next((each for each in problems if each.path == ends[0] or each.path.endswith(ends[1])), None)
        return None if found is None else ConfigError(f"{id!r} is a provider of {found}", hint=SPOILT)

    def resembles_provider(self, name: str) -> bool:
        """Whether the name is nearly that of a provider."""
        import difflib

        return bool(difflib.get_close_matches(name.lower(), self._providers.ids, n=1, cutoff=CUTOFF))

    def unready(self, id: str) -> str | None:
        """Why a provider cannot be called; None where it can."""
        if id in self._providers.plugins.choices.disabled:
            return "it is switched off"
        try:
            return self._routes.unready(id)
        except HamrError as error:
            return error.message

    def default(self, id: str, role: Role) -> str | None:
        """A provider's default model."""
        try:
            return self._routes.provider(id).models.get(role) or None
        except HamrError:  # whoever uses that provider is told
            return None

    def exact(self, name: str) -> Sequence[Holder]:
        """The models whose id or alias is this name, in whatever letters."""
        return [each for each in self._names.exact(name) if self.registered(each.provider)]

    def like(self, text: str) -> Sequence[Holder]:
        """The models in whose id or name the text stands."""
        return [each for each in self._names.like(text) if self.registered(each.provider)]

    def setting(self, name: str) -> Said | None:
        """A text of the user's files that belongs to no provider."""
        found = self._providers.configuration.setting(name)
        if found is None or not found[0]:
            return None
        text = str(found[0])
        return Said((self._providers.alias(text) or text) if name == "default_model" else text, found[1])

    def given(self) -> Said | None:
        """The default model or provider that a program has said itself, before the environment."""
        there = self._providers.configuration
        found = there.given() if there.added else None
        return None if found is None else Said(*found)

    @cached_property
    def rules(self) -> Sequence[rules.Rule]:
        """The rules of inference, the user's first, and of these those of the last file."""
        self._providers.warn(self._tell)  # one that is awry does not count
        said = self._providers.configuration.said("inference_rules")
        return [*(rule for own, _ in reversed(said) for rule in own), *rules.shipped(self._shipped["rule"])]

    @property
    def prefixes(self) -> Mapping[str, str]:
        """What may stand before a name, and the provider it means."""
        found: Mapping[str, str] = self._shipped["prefixes"]
        return found

    @property
    def makers(self) -> Collection[str]:
        """Names of makers of models that are nearly those of providers, in small letters."""
        found: Collection[str] = self._shipped["makers"]
        return found

    @cached_property
    def servers(self) -> Sequence[Server]:
        """The servers of one's own that a variable may name."""
        tables = self._shipped["server"]
        return [
            Server(each["provider"], each["env"], each.get("except", ()), each.get("makers", ())) for each in tables
        ]

    @property
    def defaults(self) -> Sequence[str]:
        """The providers to take where nothing names one, the first that can be called."""
        found: Sequence[str] = self._shipped["defaults"]
        return found

    def warn(self, text: str) -> None:
        """Tell it once."""
        if text not in self._told:
            self._told.add(text)
            self._tell(f"warning: {text}", None)

    def _as_named(self, chosen: Selection) -> Selection:
        """The selection with what the alias or role brings that the configured default model is."""
        said = self._read.setting("default_model")
        if chosen.asked is not None or said is None or chosen.model is None or chosen.model_origin != said[1]:
            return chosen
        meant = self._providers.meant(str(said[0]))
        return chosen if meant is None else replace(chosen, asked=meant, steps=(*meant.steps, *chosen.steps))

    def _other_defaults(self, id: str) -> OtherDefaults | None:
        """The models behind the first in the variable of a provider's default model (R-45)."""
        try:
            variable = first(self._environ, self._providers.manifest(id).model_env)
        except HamrError:  # whoever uses that provider is told
            return None
        if variable is None or "," not in self._environ[variable]:
            return None
        return OtherDefaults(variable, tuple(f"{id}/{name}" for name in names(self._environ[variable])[1:]))

    def _with_fallbacks(self, chosen: Selection, fallbacks: Sequence[str], place: str) -> Selection:
        """The selection with the fallbacks that can be called; a provider alone is asked for the same model."""
        model = chosen.model or self.default(chosen.provider, "chat")
        kept, refused = [], []
        for name in fallbacks:
            own = self._providers.alias(name) or name
            selector = f"{own}/{model}" if model and self.registered(own) else own
            id = selector.partition("/")[0]
            refusal = self.unready(id) if self.registered(id) else NOT_INSTALLED
            if refusal is None:
                kept.append(selector)
            else:
                refused.append(Refusal(selector, refusal))
        why = f"where {chosen.provider} cannot serve ({place})"
        step = Step("fallback", ", ".join(kept) or None, why if kept else f"nobody serves {why}", tuple(refused))
        lasting = chosen.lasting and not refused
        return replace(chosen, steps=(*chosen.steps, step), fallbacks=(*chosen.fallbacks, *kept), lasting=lasting)

    def _anew(self) -> None:
        """Forget what the files said that have been read again since."""
        self._read = self._providers.configuration
        self._plain.clear()
        self._chosen.clear()
        for name in ("rules", "_names"):
            self.__dict__.pop(name, None)

    @cached_property
    def _of_servers(self) -> Sequence[str]:
        return [name for each in self.servers for name in each.env]

    @cached_property
    def _names(self) -> ModelNames:
        return ModelNames(self._providers, self._environ)

    @cached_property
    def _shipped(self) -> Mapping[str, Any]:
        from hamr.plugins.manifest_index import ManifestIndex

        path = os.path.join(os.path.dirname(rules.__file__), "inference.toml")
        return ManifestIndex(os.environ, "inference").tables(path)
