"""A selector to a provider and a model: its forms, and then the steps in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

from hamr.errors import ConfigError
from hamr.resolve.known import Known
from hamr.resolve.model import Role
from hamr.resolve.outcome import Found, Meant, Passed, Selection, Step
from hamr.resolve.steps import SELECTOR, STEPS, Asked
from hamr.resolve.variables import EMBED, MODEL, PROVIDER, said
from hamr.types.request import ThinkingLevel

LEVELS: tuple[ThinkingLevel, ...] = get_args(ThinkingLevel)
ROLE = "role"
KEYED = "lists"
"""The step that passes by who has the model but no key."""
Aliased = Callable[[str], Meant | None]
"""A name of the user's files to what it stands for, None where it is none; raises ConfigError, for a circle say."""


def select(
    selector: str | None, environ: Mapping[str, str], known: Known, alias: Aliased, role: Role = "chat"
) -> Selection:
    """The provider and the model that a selector means, or the environment and the files where there is none.

    Raises ConfigError where nothing says whose the model is, or several have it.
    """
    asked = _asked(selector, environ, known, role)
    if role == "embeddings" and asked.name is None:
        asked = _talking(environ, known, alias, asked)
    if asked.name is not None and not asked.name.strip("/ "):
        raise _nothing(role)
    level, meant, asked = _meant(asked, known, alias)
    taken: list[Step] = [*meant.steps] if meant is not None else []
    for name, step in STEPS.items():
        try:
            found = step(asked, known)
        except ConfigError as error:
            error.steps = (*taken, Step(name, None, error.message))
            raise
        if isinstance(found, Passed):
            taken.append(Step(name, None, found.why, found.refused))
            continue
        taken.append(Step(name, _told(found), found.why, found.refused))
        return _selection(found, level, taken, meant)
    nobody = _nothing(role) if asked.name is None else known.absent(asked.name.partition("/")[0])
    nobody.steps = tuple(taken)
    raise nobody


def _asked(selector: str | None, environ: Mapping[str, str], known: Known, role: Role) -> Asked:
    if selector is not None:
        return Asked(selector.strip(), SELECTOR, environ, role)
    if role == "chat" and (own := known.given()) is not None:
        return Asked(own.value.strip(), own.origin, environ, role)
    given = said(environ, EMBED if role == "embeddings" else MODEL)
    name, origin = given or (None, "")
    return Asked(name, origin, environ, role, paired=role == "chat")


def _talking(environ: Mapping[str, str], known: Known, alias: Aliased, asked: Asked) -> Asked:
    """For embeddings the provider of the model that chats: the model itself makes none."""
    if said(environ, PROVIDER) is None and said(environ, MODEL) is None:
        return asked
    chosen = select(None, environ, known, alias)
    return asked._replace(name=chosen.provider, origin=chosen.origin)


def _meant(asked: Asked, known: Known, alias: Aliased) -> tuple[ThinkingLevel | None, Meant | None, Asked]:
    """The name that an alias stands for, without the level of thinking behind it (inventory H-50)."""
    name, level = asked.name, None
    if name is None:
        return None, None, asked
    if (other := alias(name)) is None and ":" in name:
        bare, _, last = name.rpartition(":")
        if last in LEVELS and bare and f"{bare}:" not in known.prefixes and not _whole(name, known):
            level = next(each for each in LEVELS if each == last)
            name, other = bare, alias(bare)
    return level, other, asked._replace(name=name if other is None else other.selector)


def _whole(name: str, known: Known) -> bool:
    """Whether a list has the name with what stands behind its colon, as Ollama's tags do."""
    head, _, rest = name.partition("/")
    if known.registered(head):
        return any(each.provider == head for each in known.exact(rest))
    return bool(known.exact(name))


def _selection(found: Found, level: ThinkingLevel | None, taken: list[Step], meant: Meant | None) -> Selection:
    lasting = found.sure and not any(_passing(step) for step in taken)
    return Selection(
        found.provider,
        found.model,
        level,
        found.origin,
        found.model_origin,
        tuple(taken),
        found.warning,
        lasting,
        meant,
    )


def _passing(step: Step) -> bool:
    """Whether it may come to something else next time: a key may be there then, or a variable say who has a role."""
    return step.name == ROLE or (step.found is None and step.name == KEYED and bool(step.refused))


def _told(found: Found) -> str:
    return f"{found.provider}/{found.model}" if found.model else found.provider


def _nothing(role: Role) -> ConfigError:
    variable = EMBED[0] if role == "embeddings" else MODEL[0]
    return ConfigError(
        "no model was named",
        hint=f"Name one as provider/model (-m on the command line), or set {variable}=provider/model. "
        "`hamr providers` lists what is installed.",
    )
