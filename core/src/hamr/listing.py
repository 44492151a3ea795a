"""The models of many providers at once, each asked beside the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypedDict

from hamr.errors import HamrError
from hamr.options import request_fields
from hamr.types import Listing, ModelInfo, Timeouts

if TYPE_CHECKING:
    from hamr.config.configuration import Configuration

Models = tuple[ModelInfo, ...]
AT_ONCE = 16


class ListOptions(TypedDict, total=False):
    """The keyword arguments of `models`."""

    timeout: float | Timeouts | None
    retries: int


# Whoever looks for a model does not wait for a server that is away: five seconds, as other programs give it.
PATIENCE: ListOptions = {"timeout": 5.0}
ONCE: ListOptions = {"retries": 0}


def listing_options(options: ListOptions) -> ListOptions:
    """The options with the default laid under; raises ConfigError for one that is not known."""
    request_fields(options, ListOptions.__annotations__)
    return {**PATIENCE, **options}


def shown(listing: Listing, configuration: Configuration) -> Listing:
    """The list without the models that a file of configuration suppresses."""
    if not configuration.changes_lists:
        return listing
    kept = tuple(each for each in listing.models if configuration.suppressed(each.provider, each.id) is None)
    return Listing(kept, listing.failures)


def together(ids: Sequence[str], ask: Callable[[str], Models]) -> Listing:
    """Ask each of them in a thread; one that fails is told of beside the rest."""
    from concurrent.futures import ThreadPoolExecutor

    def answered(id: str) -> Models | HamrError:
        try:
            return ask(id)
        except HamrError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE, "hamr-models") as pool:
        return _listing(ids, pool.map(answered, ids))


async def atogether(ids: Sequence[str], ask: Callable[[str], Awaitable[Models]]) -> Listing:
    """Ask each of them in a task; one that fails is told of beside the rest."""
    import asyncio

    async def answered(id: str) -> Models | HamrError:
        try:
            return await ask(id)
        except HamrError as error:
            return error

    return _listing(ids, await asyncio.gather(*map(answered, ids)))


def _listing(ids: Iterable[str], answers: Iterable[Models | HamrError]) -> Listing:
    models: list[ModelInfo] = []
    failures: dict[str, HamrError] = {}
    for id, answer in zip(ids, answers, strict=True):
        if isinstance(answer, HamrError):
            failures[id] = answer
        else:
            models.extend(answer)
    return Listing(tuple(models), failures)
