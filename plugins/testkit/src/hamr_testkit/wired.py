"""A model's wire as its plugin sets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr import Hamr
from hamr_testkit.spoken import Spoken

if TYPE_CHECKING:
    from hamr.api import Response


class Wired(Spoken):
    """The wire of `provider/model`, in a mode of the provider's, with this environment."""

    def __init__(self, selector: str, *, api_mode: str | None = None, **environ: str) -> None:
        self.pipeline = Hamr(environ=environ).pipeline(selector, mode=api_mode)
        super().__init__(self.pipeline.wire, self.pipeline.route)


def counted(response: Response) -> int:
    """All tokens in the buckets of a response's usage."""
    assert response.usage is not None
    return response.usage.total
