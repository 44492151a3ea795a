"""Which of a provider's models may take the place of one that is gone, and which has (inventory R-111, R-42)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from hamr.catalog.rating import answers, rating
from hamr.effects import Tell
from hamr.errors import HamrError
from hamr.types import Image

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.calls.pipeline import Pipeline
    from hamr.effects import Flow
    from hamr.providers import Providers
    from hamr.specs import StateStore
    from hamr.state.shared import Shared
    from hamr.types import ModelInfo, Request, Route

TABLE = "stand-ins"


class StandIns:
    """Those for the model of one route; `make` gives the pipeline of another. What was found is `believed` so long."""

    def __init__(
        self,
        route: Route,
        providers: Providers,
        environ: Mapping[str, str],
        shared: Callable[[], tuple[Shared, float]],
        make: Callable[[str], Pipeline],
    ) -> None:
        self._route, self._providers, self._environ = route, providers, environ
        self._shared, self._make = shared, make
        self._made: dict[str, Pipeline] = {}

    def known(self, now: float) -> Flow[str]:
        """The model that was found to take its place, if that is not too long ago; else empty."""
        shared, believed = self._shared()
        selector = self._route.selector

        def read(store: StateStore) -> Flow[str]:
            kept = yield from store.change(TABLE, lambda rows: rows.get(selector))
            try:
                name, at = json.loads(kept or "null")
            except (TypeError, ValueError):
                return ""
            return name if isinstance(name, str) and isinstance(at, int | float) and 0 <= now - at < believed else ""

        return (yield from shared.use(read))

    def learn(self, name: str | None, now: float) -> Flow[None]:
        """Keep which model takes its place, for all processes of this user."""
        shared, _ = self._shared()
        selector = self._route.selector

        def work(rows: dict[str, str]) -> None:
            rows.pop(selector, None)
            if name is not None:
                rows[selector] = json.dumps([name, now])

        try:
            yield from shared.use(lambda store: store.change(TABLE, work))
        except HamrError as problem:  # the answer is there all the same
            yield Tell(f"which model takes the place of {selector} could not be kept: {problem.message}")

    def best(self, listed: Sequence[ModelInfo], request: Request, now: float) -> str | None:
        """The best-rated of those that may take its place; of equals, the one with the name most like it."""
        gone, day = self._route.model.id, datetime.fromtimestamp(now, UTC).date().isoformat()
        fit = [each for each in listed if each.id != gone and self._suits(each, request, day)]
        alike = SequenceMatcher(b=gone)

        def key(each: ModelInfo) -> tuple[float, float, str]:
            alike.set_seq1(each.id)
            return rating(each.id), -alike.ratio(), each.id

        return min(fit, key=key).id if fit else None

    def pipeline(self, name: str) -> Pipeline:
        """The pipeline of another model with the same key, made once."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _suits(self, model: ModelInfo, request: Request, day: str) -> bool:
        """Whether it may be asked in the place of another, as far as is known."""
        free = self._providers.manifest(model.provider).catalog.free
        if (free is not None and not fnmatchcase(model.id.lower(), free)) or not answers(model.id):
            return False
        if model.shutdown_date is not None and model.shutdown_date <= day:
            return False
        if request.tools and model.tools is False:
            return False
        has_image = any(isinstance(part, Image) for message in request.messages for part in message.parts)
        if has_image and model.input is not None and "image" not in model.input:
            return False
        if self._providers.configuration.suppressed(model.provider, model.id) is not None:
            return False
        return self._is_served(model, day)

    def _is_served(self, model: ModelInfo, day: str) -> bool:
        """Whether no list says that it must be set up first, or has ended."""
        from hamr.catalog.pricing import Pricing
        from hamr.prices import price_lists

        row = Pricing(model.id, price_lists(model.provider, self._providers, self._environ)).row()
        return row is None or (
            row.availability != "dedicated" and not (row.shutdown is not None and row.shutdown <= day)
        )
