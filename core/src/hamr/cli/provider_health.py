"""`hamr providers --check`: whether each provider answers, and lets this user in (inventory N-123)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hamr.drive import run
from hamr.errors import HamrError, NotLetIn, Unsupported
from hamr.types import Call, Settings, Timeouts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.calls.pipeline import Pipeline
    from hamr.client import Hamr
    from hamr.plugins.asking_table import HealthTable

SECONDS = 10.0
AT_ONCE = 8
SETTINGS = Settings(timeouts=Timeouts(connect=SECONDS, read=SECONDS, total=SECONDS), retries=0)


@dataclass(frozen=True, slots=True)
class Health:
    """What came of asking a provider: `state` is answers, refuses, fails, or unknown where there is nothing to ask.

    `asked` is what was asked for, and `milliseconds` how long the answer took.
    """

    state: str
    asked: str | None = None
    milliseconds: int | None = None
    problem: str | None = None

    @property
    def told(self) -> str:
        """The same for people."""
        if self.state == "answers":
            return f"answers ({self.milliseconds:,} ms)"
        return f"{self.state}: {self.problem}" if self.problem else self.state


def check(client: Hamr, ids: Sequence[str]) -> dict[str, Health]:
    """Ask all of these beside each other; nobody is asked longer than ten seconds, and nothing is sent again."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(ids, pool.map(lambda each: _checked(client, each), ids), strict=True))


def _checked(client: Hamr, id: str) -> Health:
    asked, begun = "its list of models", monotonic()
    try:
        table, pipeline = client.providers.manifest(id).health, client.access(id)
        if table is None:
            run(pipeline.list_models(SETTINGS), pipeline.transport)
        else:
            asked = f"{table.method} {table.address(pipeline.route.provider.base_url).partition('?')[0]}"
            _ask(pipeline, table)
    except Unsupported:
        return Health("unknown", None, None, "it has no list of models, and no file names a healthcheck")
    except NotLetIn as error:
        return Health("refuses", asked, None, error.message)
    except HamrError as error:
        return Health("fails", asked, None, error.message)
    return Health("answers", asked, round((monotonic() - begun) * 1000))


def _ask(pipeline: Pipeline, table: HealthTable) -> None:
    """Ask what the file names; a key goes to its provider's own host and to no other."""
    url, base = table.address(pipeline.route.provider.base_url), pipeline.route.provider.base_url
    body = b"" if table.body is None else table.body.encode()
    call = Call(url, table.method, {"content-type": "application/json"} if body else {}, body)
    if _origin(url) != _origin(base):
        from hamr.auth.header import HeaderAuth

        bare = replace(pipeline.route, provider=replace(pipeline.route.provider, headers={}))
        pipeline = replace(pipeline, auth=HeaderAuth(lambda: None), route=bare)
    run(pipeline.ask(call, lambda head: head.status, SETTINGS), pipeline.transport)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
