"""The front door: a client that owns its plugins, settings and transports."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from hamr import resolve
from hamr.builtin import Builtin
from hamr.choices import Choices
from hamr.compose import Hooks
from hamr.discover import Plugins
from hamr.drive import AsyncStream, Stream, tell_on_stderr
from hamr.options import Options, request, settings
from hamr.secrets import keys
from hamr.types import Response, Route, Settings

if TYPE_CHECKING:
    from hamr.messages import Prompt
    from hamr.pipeline import Pipeline
    from hamr.specs import Transport


class Hamr:
    """A client. Safe to use from many threads and event loops; a context manager in both colours.

    `keys` gives a provider's key in code; `prefer` says which distribution counts where two bring the same
    provider; `extensions` are switched on by name; `tell` is called with what a login has to say.
    """

    def __init__(
        self,
        *,
        settings: Settings | None = None,
        environ: Mapping[str, str] | None = None,
        keys: Mapping[str, str] | None = None,
        prefer: Mapping[str, str] | None = None,
        extensions: Iterable[str] | None = None,
        tell: Callable[[str, str | None], None] = tell_on_stderr,
    ) -> None:
        self.settings = settings or Settings()
        self._environ = os.environ if environ is None else environ
        self._keys = dict(keys or {})
        choices = Choices.read(self._environ)
        self.plugins = Plugins(replace(choices, prefer={**choices.prefer, **(prefer or {})}))
        self._extensions = tuple(_names(self._environ.get("HAMR_EXTENSIONS", "")) if extensions is None else extensions)
        self._tell = tell
        self._builtin = Builtin()
        self._hooks: dict[str, Hooks] = {}
        self._pipelines: dict[tuple[str, str | None], Pipeline] = {}
        self._compiling = threading.RLock()

    def call(self, prompt: Prompt, model: str | None = None, **options: Unpack[Options]) -> Response:
        """Ask, and wait for the whole answer; raises HamrError."""
        with self._stream(prompt, model, options, stream=False) as stream:
            return stream.response

    def stream(self, prompt: Prompt, model: str | None = None, **options: Unpack[Options]) -> Stream:
        """Ask, and read the answer as it comes; nothing is sent before the first event is asked for."""
        return self._stream(prompt, model, options, stream=True)

    async def acall(self, prompt: Prompt, model: str | None = None, **options: Unpack[Options]) -> Response:
        """Ask, and await the whole answer; raises HamrError."""
        async with self._astream(prompt, model, options, stream=False) as stream:
            return await stream.response()

    def astream(self, prompt: Prompt, model: str | None = None, **options: Unpack[Options]) -> AsyncStream:
        """Ask, and await the answer as it comes; nothing is sent before the first event is asked for."""
        return self._astream(prompt, model, options, stream=True)

    def pipeline(self, model: str | None = None) -> Pipeline:
        """The compiled route of `provider/model`, made once; raises ConfigError or PluginError."""
        route = resolve.split(model, self._environ)
        if (ready := self._pipelines.get(route)) is None:
            with self._compiling:
                ready = self._pipelines.get(route) or self._compile(*route)
                self._pipelines[route] = ready
        return ready

    def hooks(self, id: str) -> Hooks:
        """The hooks of one provider, its plugin loaded; raises ConfigError or PluginError."""
        with self._compiling:
            if id not in self._hooks:
                self.plugins.manifest(id)
                extensions = self.plugins.load_extensions(self._extensions)
                self._hooks[id] = Hooks(
                    self._builtin, (self.plugins.find(id).source, self.plugins.load(id)), extensions
                )
            return self._hooks[id]

    def close(self) -> None:
        """Let go of all connections of blocking calls; the client may be used again."""
        for transport in self._transports():
            transport.close()

    async def aclose(self) -> None:
        """Let go of all connections of this event loop, and of those of blocking calls."""
        for transport in self._transports():
            await transport.aclose()
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()

    def _compile(self, id: str, name: str | None) -> Pipeline:
        manifest = self.plugins.manifest(id)
        provider = manifest.provider(self._environ, f"provider.toml of {self.plugins.find(id).source}")
        route = Route(
            provider=provider,
            model=resolve.model_of(provider, name),
            secret=lambda: keys.find(provider, self._environ, self._keys),
            settings=self.settings,
        )
        return self.hooks(id).compile(route)

    def _stream(self, prompt: Prompt, model: str | None, options: Options, *, stream: bool) -> Stream:
        asked = request(prompt, options, stream=stream)
        pipeline = self.pipeline(model)
        return Stream(pipeline.flow(asked, settings(options, self.settings)), pipeline.transport, self._tell)

    def _astream(self, prompt: Prompt, model: str | None, options: Options, *, stream: bool) -> AsyncStream:
        asked = request(prompt, options, stream=stream)
        pipeline = self.pipeline(model)
        return AsyncStream(pipeline.flow(asked, settings(options, self.settings)), pipeline.transport, self._tell)

    def _transports(self) -> list[Transport]:
        used: dict[int, Any] = {id(self._builtin.http): self._builtin.http}
        used |= {id(pipeline.transport): pipeline.transport for pipeline in self._pipelines.values()}
        return list(used.values())


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
