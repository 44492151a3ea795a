"""The steps from a name to a provider, in their order; each is a function that finds one or says why not.

The order: what the user wrote, the environment, a server of one's own, the lists of models, the rules of inference, the
lists again, the configured default, and hamr's own (inventory M-10, N-130, N-131).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hamr.errors import ConfigError
from hamr.resolve.glob import fits
from hamr.resolve.known import Holder, Known, Server
from hamr.resolve.model import Role
from hamr.resolve.outcome import Found, Passed, Refusal
from hamr.resolve.rules import Rule
from hamr.resolve.variables import AUTO, DEFAULT, PROVIDER, Said, said

DATED = re.compile(r"-(?:\d{8}|\d{4}-\d{2}-\d{2})$")
SHOWN = 6
"""How many candidates an error names."""
NOT_INSTALLED = "no plugin for it is installed"
HINT = "Write it as provider/model. `hamr explain -m ...` says how a name is read, and `hamr providers` what is there."


SELECTOR = "the selector"
"""What names a model that is named in a call."""


class Asked(NamedTuple):
    """The name of a model, None where nobody named one, and who did.

    One that is `paired` stands in a variable beside that of its provider.
    """

    name: str | None
    origin: str
    environ: Mapping[str, str]
    role: Role = "chat"
    paired: bool = False


def named(asked: Asked, known: Known) -> Found | Passed:
    """`provider`, `provider/model` where the first part is a provider, and the prefixes such as `ollama:`.

    Raises ConfigError for a provider whose description does not count: its calls are no other's.
    """
    if asked.name is None:
        return Passed("no model was named")
    given = said(asked.environ, PROVIDER) if asked.paired else None
    if given is not None and given.value.lower() != AUTO:
        return Passed(f"{given.origin} names the provider")  # the two are set together, never by themselves (V-40)
    head, slash, rest = asked.name.partition("/")
    if slash and (server := _over(head, asked, known)) is not None:
        return Passed(f"{server.origin} is set, where {head!r} is a maker and no provider")
    if known.registered(head):
        return Found(head, rest or None, "it begins with a provider", asked.origin, asked.origin if rest else None)
    for prefix, provider in known.prefixes.items():
        if asked.name.lower().startswith(prefix) and (model := asked.name[len(prefix) :]):
            return Found(provider, model, f"{prefix} means {provider}", asked.origin, asked.origin)
    if (error := known.spoilt(head)) is not None:
        raise error
    why = f"{head!r} is no provider that is there" if slash else "it begins with no provider"
    return Passed(why)


def _over(head: str, asked: Asked, known: Known) -> Said | None:
    """The variable of a server of one's own where this is the name of a maker."""
    servers = (each for each in known.servers if head in each.makers and known.registered(each.provider))
    return next((given for each in servers if (given := said(asked.environ, each.env)) is not None), None)


def environment(asked: Asked, known: Known) -> Found | Passed:
    """HAMR_LLM_PROVIDER; `auto` says that the name of the model is to tell."""
    if (given := said(asked.environ, PROVIDER)) is None:
        return Passed(f"{PROVIDER[0]} is not set")
    if given.value.lower() == AUTO:
        return Passed(f"{given.origin} says auto")
    head, _, rest = given.value.partition("/")
    model = asked.name or rest or None
    return Found(head, model, f"{given.origin} says so", given.origin, asked.origin if asked.name else None)


def own_server(asked: Asked, known: Known) -> Found | Passed:
    """The base URL of a server of one's own, where a model is named for it."""
    unset: list[str] = []
    passed: Passed | None = None
    for server in known.servers:
        if (given := said(asked.environ, server.env)) is None:
            unset += server.env[:1]
            continue
        if isinstance(found := _at(server, given, asked, known), Found):
            return found
        passed = passed or found
    return passed or Passed(f"{' and '.join(unset)} {'is' if len(unset) == 1 else 'are'} not set")


def _at(server: Server, given: Said, asked: Asked, known: Known) -> Found | Passed:
    """The model at a server whose URL a variable says."""
    provider, name = server.provider, asked.name
    if name is not None and any(fits(pattern, name.lower()) for pattern in server.unless):
        return Passed(f"{given.origin} is set, but not for {name!r}")
    if not known.registered(provider):
        return Passed(f"{given.origin} is set", (Refusal(provider, NOT_INSTALLED),))
    if name is None and known.default(provider, asked.role) is None:
        return Passed(f"{given.origin} is set, but no model is named")
    return Found(provider, name, f"{given.origin} is set", given.origin, asked.origin if name else None)


def listed(asked: Asked, known: Known) -> Found | Passed:
    """The lists of models: who can be called and has one of exactly this name."""
    if asked.name is None:
        return Passed("no model was named")
    holders, refused = _open(known.exact(asked.name))
    if not holders:
        return Passed("no list has a model of this name", refused)
    rule = _rule(asked.name, known)
    makers = [each for each in holders if rule is not None and each.provider == rule.named(each.id)]
    if makers and known.unready(makers[0].provider) is None:  # the others need not even be asked
        rest = tuple(Refusal(each.selector, "another is its maker") for each in holders if each not in makers)
        return _held(makers[0], asked, (*refused, *rest))
    unready = {each: known.unready(each.provider) for each in holders}
    ready = [each for each, why in unready.items() if why is None]
    taken = next(iter(ready or makers), None)
    refused = (*refused, *(Refusal(each.selector, why) for each, why in unready.items() if why and each != taken))
    if len(ready) > 1:
        raise ambiguous(asked.name, ready)
    if taken is None:
        return Passed("who has it cannot be called", refused)
    return _held(taken, asked, refused)._replace(sure=bool(ready))


def inferred(asked: Asked, known: Known) -> Found | Passed:
    """The first rule that fits the name."""
    if asked.name is None:
        return Passed("no model was named")
    rule = _rule(asked.name, known)
    if rule is None:
        return Passed("no rule fits the name")
    provider = rule.named(asked.name)
    if not provider:
        return Passed(f"{rule.told()}: no one provider is meant")
    if not known.registered(provider):
        if rule.is_of_names:
            raise known.absent(provider)
        return Passed(f"{rule.told()} means {provider}", (Refusal(provider, NOT_INSTALLED),))
    found = Found(provider, asked.name, rule.told(), asked.origin, asked.origin)
    return found if rule.is_of_names else _by_shape(found, asked.name, known)


def _by_shape(found: Found, name: str, known: Known) -> Found:
    """What only the look of a name says: no slip of a provider's name is sent to another, and what fails is explained.

    Raises ConfigError where the first part is nearly a provider's name, and that of no maker of models.
    """
    head, slash, rest = name.partition("/")
    if slash and not head:
        hint = f"Write it as provider/model: PROVIDER/{rest}. To list the providers: hamr providers"
        raise ConfigError(f"{name!r} names no provider before its first slash", hint=hint)
    if slash and known.resembles_provider(head) and not _makes(head.lower(), known):
        error = known.absent(head)
        hint = f"{error.hint}\nTo ask {found.provider} for it: {found.provider}/{name}"
        raise ConfigError(error.message, hint=hint)
    if (why := known.unready(found.provider)) is None:
        return found
    what = f"{head!r} is no provider that is there" if slash else f"nothing says whose model {name!r} is"
    return found._replace(warning=f"{what}; by the look of the name {found.provider} is asked, but {why}")


def _makes(maker: str, known: Known) -> bool:
    """Whether models are called `maker/...`."""
    return maker in known.makers or any(each.id.lower().startswith(f"{maker}/") for each in known.like(f"{maker}/"))


def alike(asked: Asked, known: Known) -> Found | Passed:
    """The lists again: one that has the name although it cannot be called, or one model in whose name it stands."""
    if asked.name is None:
        return Passed("no model was named")
    if asked.name != (lower := asked.name.lower()) and known.registered(lower):
        raise known.absent(asked.name)
    if exact := _open(known.exact(asked.name))[0]:  # none of them can be called, or they would be found by now
        others = [each for each in _open(known.like(asked.name))[0] if _ends_with(asked.name, each)]
        ready = [each for each in others if known.unready(each.provider) is None]
        among = ready or exact
        if len({each.provider for each in among}) > 1:
            raise ambiguous(asked.name, among)
        return _held(among[0], asked, ())._replace(sure=bool(ready))
    holders, refused = _open(known.like(asked.name))
    holders = [each for each in holders if not DATED.search(each.id)] or holders
    if not holders:
        return Passed("it stands in no name of a list", refused)
    if len(holders) > 1:
        raise ambiguous(asked.name, holders)
    return _held(holders[0], asked, refused)


def _ends_with(name: str, holder: Holder) -> bool:
    """Whether it is `maker/name`."""
    return holder.id.lower().endswith(f"/{name.lower()}")


def configured(asked: Asked, known: Known) -> Found | Passed:
    """The default that the user's files, or HAMR_DEFAULT_PROVIDER, name."""
    provider = said(asked.environ, DEFAULT) or known.setting("default_provider")
    model = known.setting("default_model")
    if model is not None and (provider is None or provider.value == AUTO):
        head, _, rest = model.value.partition("/")
        if not rest:
            return _guessed(asked._replace(name=model.value, origin=model.origin), known)
        provider, model = model._replace(value=head), model._replace(value=rest)
    if provider is None or provider.value == AUTO:
        return Passed("no default is configured")
    if asked.name is not None:
        return Found(provider.value, asked.name, f"{provider.origin} says so", provider.origin, asked.origin)
    own = model if asked.role == "chat" else None
    return Found(
        provider.value,
        own.value.removeprefix(f"{provider.value}/") if own else None,
        f"{provider.origin} says so",
        provider.origin,
        own.origin if own else None,
    )


def _guessed(asked: Asked, known: Known) -> Found | Passed:
    """Whose the default model is, by its name."""
    if known.registered(asked.name or ""):
        return named(asked, known)
    found = (step(asked, known) for step in (listed, inferred, alike))
    passed = Passed(f"nothing says whose model {asked.name!r} is, the default of {asked.origin}")
    return next((each for each in found if isinstance(each, Found)), passed)


def built_in(asked: Asked, known: Known) -> Found | Passed:
    """Hamr's own default: the first of a few providers that can be called, and it is told that it was none's choice."""
    refused: list[Refusal] = []
    if asked.name is not None and ("/" in asked.name or _names_provider(asked.name, known)):
        return Passed("the name looks like that of a provider, not of a model of theirs")
    for provider in known.defaults:
        if (why := _unfit(provider, asked, known)) is not None:
            refused.append(Refusal(provider, why))
            continue
        what = f"nothing says whose model {asked.name!r} is" if asked.name else "no model was named"
        reasons = "".join(f"; {each.candidate}: {each.why}" for each in refused)
        warning = f"{what}: {provider} is asked{reasons}. Name it as provider/model, or configure a default."
        return Found(
            provider,
            asked.name,
            "the first default that can be called",
            "hamr's own default",
            asked.origin if asked.name else None,
            tuple(refused),
            warning,
            sure=not refused,
        )
    return Passed("none of the defaults can be called", tuple(refused))


def _names_provider(name: str, known: Known) -> bool:
    """Whether it is nearly the name of a provider that is there, or that of one which the rules know."""
    return known.resembles_provider(name) or name.lower() in {rule.provider for rule in known.rules}


STEPS = {
    "name": named,
    "environment": environment,
    "own server": own_server,
    "lists": listed,
    "rules": inferred,
    "near names": alike,
    "configured default": configured,
    "default": built_in,
}


def ambiguous(name: str, holders: Sequence[Holder]) -> ConfigError:
    """The error for a name that several have."""
    selectors = list(dict.fromkeys(each.selector for each in holders))
    more = f" and {len(selectors) - SHOWN} more" if len(selectors) > SHOWN else ""
    return ConfigError(
        f"{name!r} may be {', '.join(selectors[:SHOWN])}{more}", hint="Name one of them as provider/model."
    )


def _unfit(provider: str, asked: Asked, known: Known) -> str | None:
    if not known.registered(provider):
        return NOT_INSTALLED
    if (why := known.unready(provider)) is not None:
        return why
    if asked.name is None and known.default(provider, asked.role) is None:
        return "it has no default model"
    return None


def _rule(name: str, known: Known) -> Rule | None:
    small = name.lower()
    return next((rule for rule in known.rules if rule.fits(small)), None)


def _open(holders: Sequence[Holder]) -> tuple[list[Holder], tuple[Refusal, ...]]:
    """Those that anybody may ask; the others must be set up first, and are never picked by themselves (M-14).

    Nor are those that a file takes out of the lists.
    """
    free = [each for each in holders if each.refused is None]
    return free, tuple(Refusal(each.selector, each.refused) for each in holders if each.refused is not None)


def _held(holder: Holder, asked: Asked, refused: tuple[Refusal, ...]) -> Found:
    why = f"the list of {holder.provider} has {holder.id}"
    return Found(holder.provider, holder.id, why, asked.origin, asked.origin, refused)
