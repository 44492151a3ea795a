"""The front door: a client that owns its plugins, settings and transports."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack, cast

from hamr.admission import Admission, Given
from hamr.capability_sources import CapabilitySources
from hamr.drive import arun, run, tell_on_stderr
from hamr.environment import with_files
from hamr.errors import ConfigError
from hamr.given import check
from hamr.key_stores import KeyStores
from hamr.options import Options, WaitOptions, known, mode, named, request, settings, usual
from hamr.pipelines import Pipelines
from hamr.plugins.choices import Choices
from hamr.plugins.discover import Plugins
from hamr.providers import Providers
from hamr.resolve.candidates import names
from hamr.resolver import Resolver
from hamr.routes import Routes
from hamr.secrets.store import CredentialStore
from hamr.stores import Stores
from hamr.streams import AsyncStream, Stream, Tell
from hamr.types import Call, Response, ResponseFormat, Run, Settings

if TYPE_CHECKING:
    from hamr.admission import GivenLimits
    from hamr.calls.background import Background
    from hamr.calls.pipeline import Pipeline
    from hamr.capabilities.capability import Capabilities
    from hamr.compose import Hooks
    from hamr.config.configuration import Configuration
    from hamr.effects import Flow, RunFlow
    from hamr.inputs import EmbedOptions, Inputs
    from hamr.listing import ListOptions
    from hamr.messages import Prompt
    from hamr.resolve.candidates import Models
    from hamr.resolve.model import Role
    from hamr.resolve.outcome import Selection
    from hamr.runs.limits import RunOptions
    from hamr.runs.stream import AsyncRunStream, RunStream
    from hamr.specs import Transport
    from hamr.types import Embeddings, Listing, Message, ModelInfo, Request


class Hamr:
    """A client. Safe to use from many threads and event loops; a context manager in both colours.

    `keys` gives a provider's key in code (None says nothing), `parameters` what its URL needs to know besides; `prefer`
    says which distribution counts where two bring the same provider; `extensions` are switched on by name; `limits` are
    laid over those of a `provider` or a `provider/model`; what calls cost is charged to the `project` and the `tags`,
    within `budgets`; `tell` is called with what a login or a limit has to say. `credentials` is the user's own store of
    keys and logins, None where there is no home. `folder` is where a `hamr.toml` is looked for, and above.
    """

    def __init__(  # noqa: PLR0913  # each is given by name
        self,
        *,
        settings: Settings | None = None,
        environ: Mapping[str, str] | None = None,
        keys: Mapping[str, str | None] | None = None,
        parameters: Mapping[str, Mapping[str, str]] | None = None,
        prefer: Mapping[str, str] | None = None,
        extensions: Iterable[str] | None = None,
        limits: GivenLimits | None = None,
        project: str | None = None,
        tags: Iterable[str] | None = None,
        budgets: Mapping[str, Any] | None = None,
        folder: str | None = ".",
        tell: Callable[[str, str | None], None] = tell_on_stderr,
    ) -> None:
        check(settings=settings, environ=environ, keys=keys, parameters=parameters, prefer=prefer, limits=limits)
        check(extensions=extensions, project=project, tags=tags, budgets=budgets, folder=folder, tell=tell)
        self._environ, problems = with_files(os.environ if environ is None else environ, folder)
        for problem in problems:
            tell(f"warning: {problem}", None)
        self.settings = settings or usual(self._environ)
        choices = Choices.read(self._environ)
        self.plugins = Plugins(choices.but(prefer={**choices.prefer, **(prefer or {})}))
        self.providers = Providers(self.plugins, self._environ, folder)
        self._tell = tell
        self.credentials = CredentialStore.of(self._environ, KeyStores(self.plugins, self._environ).opened)
        given, needed = {name: key for name, key in (keys or {}).items() if key is not None}, dict(parameters or {})
        own = (self.providers, self._environ, given, needed, self.credentials, self.settings, tuple(limits or ()))
        self._routes = Routes(*own)
        self._resolver = Resolver(self._routes, self._environ, tell)
        self.capabilities: CapabilitySources = CapabilitySources(self.providers, self._resolver.warn, self._environ)
        self.stores = Stores(self.plugins, self._environ, self.providers.setting)
        self._admission = Admission(self._environ, Given(limits, project, tags, budgets), self.stores)
        said = self._environ.get("HAMR_EXTENSIONS", "") if extensions is None else extensions
        switched_on = names(said) if isinstance(said, str) else said
        self._pipelines = Pipelines(self._routes, self.capabilities, self._admission, switched_on, tell)

    def call(self, prompt: Prompt, model: Models | None = None, **options: Unpack[Options]) -> Response:
        """Ask, and wait for the whole answer; raises HamrError."""
        flow, transport, *_ = self._asked(prompt, model, options, stream=False)
        return run(flow, transport, self._tell)

    def stream(self, prompt: Prompt, model: Models | None = None, **options: Unpack[Options]) -> Stream:
        """Ask, and read the answer as it comes; nothing is sent before the first event is asked for."""
        return Stream(*self._asked(prompt, model, options, stream=True))

    async def acall(self, prompt: Prompt, model: Models | None = None, **options: Unpack[Options]) -> Response:
        """Ask, and await the whole answer; raises HamrError."""
        flow, transport, *_ = self._asked(prompt, model, options, stream=False)
        return await arun(flow, transport, self._tell)

    def astream(self, prompt: Prompt, model: Models | None = None, **options: Unpack[Options]) -> AsyncStream:
        """Ask, and await the answer as it comes; nothing is sent before the first event is asked for."""
        return AsyncStream(*self._asked(prompt, model, options, stream=True))

    def run(self, prompt: Prompt, model: Models | None = None, **options: Unpack[RunOptions]) -> Run:
        """Ask, run the tools that the model asks for, and ask again, until it has answered; raises HamrError."""
        return run(*self._run(prompt, model, options, stream=False))

    def run_stream(self, prompt: Prompt, model: Models | None = None, **options: Unpack[RunOptions]) -> RunStream:
        """The same run, whose events are read as they come, those of its tools among them."""
        from hamr.runs.stream import RunStream

        return RunStream(*self._run(prompt, model, options, stream=True))

    async def arun(self, prompt: Prompt, model: Models | None = None, **options: Unpack[RunOptions]) -> Run:
        """Ask, run the tools that the model asks for, and ask again, until it has answered; raises HamrError."""
        return await arun(*self._run(prompt, model, options, stream=False))

    def arun_stream(self, prompt: Prompt, model: Models | None = None, **options: Unpack[RunOptions]) -> AsyncRunStream:
        """The same run, whose events are awaited as they come, those of its tools among them."""
        from hamr.runs.stream import AsyncRunStream

        return AsyncRunStream(*self._run(prompt, model, options, stream=True))

    def preview(
        self, prompt: Prompt, model: Models | None = None, *, stream: bool = False, **options: Unpack[Options]
    ) -> Call:
        """The very call that would be sent, the key in it as `$VAR`; needs none, and sends nothing.

        Raises ConfigError where the provider's auth has to send another call first.
        """
        from hamr.calls import rehearsal

        chosen = self.selection(model)
        options = chosen.options(options)
        asked = request(prompt, options, stream=stream)
        route = self._routes.route(chosen.provider, chosen.model, mode=mode(options))
        route = rehearsal.rehearsed(route, self._environ, self._routes.keys, self.credentials)
        return rehearsal.call(self._pipelines.plain(route), asked, settings(options, self.settings))

    def count_tokens(self, prompt: Prompt, model: Models | None = None, **options: Unpack[Options]) -> int:
        """How many tokens a call would send, counted by the provider; raises HamrError."""
        pipeline, asked, how = self._asking(prompt, model, options)
        return run(pipeline.count(asked, how), pipeline.transport, self._tell)

    async def acount_tokens(self, prompt: Prompt, model: Models | None = None, **options: Unpack[Options]) -> int:
        """How many tokens a call would send, counted by the provider, awaiting; raises HamrError."""
        pipeline, asked, how = self._asking(prompt, model, options)
        return await arun(pipeline.count(asked, how), pipeline.transport, self._tell)

    def resume(self, id: str, model: str | None = None, **options: Unpack[WaitOptions]) -> Response:
        """Wait for an answer that the provider goes on with in the background, by its id; raises HamrError."""
        background, transport = self._waiting(model, options)
        return run(background.resume(id), transport, self._tell)

    async def aresume(self, id: str, model: str | None = None, **options: Unpack[WaitOptions]) -> Response:
        """Wait for an answer that the provider goes on with in the background, awaiting; raises HamrError."""
        background, transport = self._waiting(model, options)
        return await arun(background.resume(id), transport, self._tell)

    def cancel(self, id: str, model: str | None = None, **options: Unpack[WaitOptions]) -> Response:
        """Call off an answer in the background; gives what there is of it. Raises HamrError."""
        background, transport = self._waiting(model, options)
        return run(background.cancel(id), transport, self._tell)

    async def acancel(self, id: str, model: str | None = None, **options: Unpack[WaitOptions]) -> Response:
        """Call off an answer in the background, awaiting; raises HamrError."""
        background, transport = self._waiting(model, options)
        return await arun(background.cancel(id), transport, self._tell)

    def compact(self, prompt: Prompt, model: str | None = None, **options: Unpack[Options]) -> tuple[Message, ...]:
        """A shorter conversation that says the same to this provider, to go on with; raises HamrError."""
        pipeline, asked, how = self._asking(prompt, model, options)
        return run(pipeline.compact(asked, how), pipeline.transport, self._tell)

    async def acompact(
        self, prompt: Prompt, model: str | None = None, **options: Unpack[Options]
    ) -> tuple[Message, ...]:
        """A shorter conversation, awaiting; raises HamrError."""
        pipeline, asked, how = self._asking(prompt, model, options)
        return await arun(pipeline.compact(asked, how), pipeline.transport, self._tell)

    def embed(self, inputs: Inputs, model: Models | None = None, **options: Unpack[EmbedOptions]) -> Embeddings:
        """Turn a text, or each of a list, into a vector; raises HamrError."""
        flow, transport = self._embedding(inputs, model, options)
        return run(flow, transport, self._tell)

    async def aembed(self, inputs: Inputs, model: Models | None = None, **options: Unpack[EmbedOptions]) -> Embeddings:
        """Turn a text, or each of a list, into a vector, awaiting; raises HamrError."""
        flow, transport = self._embedding(inputs, model, options)
        return await arun(flow, transport, self._tell)

    def models(self, provider: str | None = None, **options: Unpack[ListOptions]) -> Listing:
        """The models of a provider; raises HamrError. Without one, those of all that can be asked.

        All are asked beside each other; one that fails is told of in `failures`.
        """
        from hamr.listing import ONCE, shown, together
        from hamr.types import Listing

        there = self._refreshed()
        if provider is not None:
            return shown(Listing(run(*self._models(provider, options), self._tell)), there)
        own: ListOptions = {**ONCE, **options}
        return shown(together(self._routes.askable(), lambda each: run(*self._models(each, own), self._tell)), there)

    async def amodels(self, provider: str | None = None, **options: Unpack[ListOptions]) -> Listing:
        """The models of a provider, or of all that can be asked, awaiting; raises HamrError."""
        from hamr.listing import ONCE, atogether, shown
        from hamr.types import Listing

        there = self._refreshed()
        if provider is not None:
            return shown(Listing(await arun(*self._models(provider, options), self._tell)), there)

        async def ask(id: str) -> tuple[ModelInfo, ...]:
            return await arun(*self._models(id, {**ONCE, **options}), self._tell)

        return shown(await atogether(self._routes.askable(), ask), there)

    def pipeline(self, model: Models | None = None, role: Role = "chat", mode: str | None = None) -> Pipeline:
        """The compiled route of `provider/model`, made once; raises ConfigError or PluginError.

        Where no model is named, `role` says which of the defaults is meant; `mode` picks one of the provider's
        interfaces. Several models are the candidates of a pool.
        """
        return self._selected(model, role, mode)[0]

    def selection(self, model: Models | None = None, role: Role = "chat") -> Selection:
        """The provider and the model that a selector means, or without one the environment and the files.

        Its `steps` say how that was found. Raises ConfigError where nothing says whose the model is.
        """
        several = self._resolver.candidates(model, role)
        return self._resolver.select(several[0] if several else cast("str | None", model), role)

    def configure(self, said: str | Mapping[str, Any]) -> None:
        """Lay this over all files and the environment: what a `providers.toml` may hold, as TOML or as a mapping.

        It counts from the next call on, field by field, the newest first. Raises ConfigError where any of it is awry,
        and then none of it counts.
        """
        from hamr.config.code import layer

        self.providers.add(layer(said))
        self._pipelines.forget()

    def register_provider(self, id: str, /, **fields: Any) -> None:
        """Add a provider, or say more of one, with the fields that files have: `base_url`, `api_key`, `models`...

        Raises ConfigError where any of them is awry.
        """
        self.configure({"providers": {named("id", id): fields}})

    def unconfigure(self) -> None:
        """Forget all that `configure` and `register_provider` have said."""
        self.providers.forget_added()
        self._pipelines.forget()

    def access(self, provider: str, login: str = "") -> Pipeline:
        """The compiled route to a provider without a model, by which one logs in to it; raises as `pipeline` does.

        `login` is the name of one of several logins.
        """
        return self._pipelines.login(provider, login)

    def provider_capabilities(self, provider: str, model: str | None = None) -> Capabilities:
        """What is known of a provider's model, or of its default model; raises ConfigError or PluginError."""
        name = model or self._routes.provider(named("provider", provider)).models.get("chat", "")
        return self.capabilities.of(provider, named("model", name)).capabilities

    def hooks(self, id: str) -> Hooks:
        """The hooks of one provider, its plugin loaded; raises ConfigError or PluginError."""
        return self._pipelines.hooks(id)

    def close(self) -> None:
        """Let go of all connections of blocking calls; the client may be used again."""
        for transport in self._pipelines.transports:
            transport.close()
        self._admission.close()
        self._pipelines.close()

    async def aclose(self) -> None:
        """Let go of all connections of this event loop, and of those of blocking calls."""
        for transport in self._pipelines.transports:
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

    def _chosen(self, model: Models | None, options: Mapping[str, Any]) -> tuple[Pipeline, Any]:
        """The pipeline of a model, and the options with the level of thinking that stands behind its name."""
        pipeline, chosen = self._selected(model, "chat", mode(options))
        return pipeline, chosen.options(options)

    def _selected(self, model: Models | None, role: Role, mode: str | None) -> tuple[Pipeline, Selection]:
        several = self._resolver.candidates(model, role)
        chosen = self._resolver.select(several[0] if several else cast("str | None", model), role)
        if chosen.fallbacks and not several[1:]:
            several = (cast("str", model) or chosen.selector, *chosen.fallbacks)
        if not several[1:]:
            return self._pipelines.of(chosen.provider, chosen.model, role, mode, chosen.tool_format), chosen
        return self._pipelines.together(several, role, mode, self._alone), chosen

    def _alone(self, selector: str, role: Role, mode: str | None) -> Pipeline:
        """The pipeline of one candidate, without those that serve where it cannot."""
        chosen = self._resolver.select(selector, role)
        return self._pipelines.of(chosen.provider, chosen.model, role, mode, chosen.tool_format)

    def _refreshed(self) -> Configuration:
        """The files of configuration, read again where they have changed: lists show what is there now (M-3)."""
        if self.providers.again():
            self._pipelines.forget()
        return self.providers.configuration

    def _embedding(
        self, inputs: Inputs, model: Models | None, options: EmbedOptions
    ) -> tuple[Flow[Embeddings], Transport]:
        from hamr.inputs import embedding_request

        asked = embedding_request(inputs, options)
        pipeline = self.pipeline(model, "embeddings")
        return pipeline.embed(asked, settings(options, self.settings)), pipeline.transport

    def _asking(self, prompt: Prompt, model: Models | None, options: Options) -> tuple[Pipeline, Request, Settings]:
        pipeline, options = self._chosen(model, options)
        return pipeline, request(prompt, options, stream=False), settings(options, self.settings)

    def _models(self, id: str, options: ListOptions) -> tuple[Flow[tuple[ModelInfo, ...]], Transport]:
        from hamr.listing import listing_options

        asked = settings(listing_options(options), self.settings)
        pipeline = self._pipelines.of(named("provider", id), "")
        return pipeline.list_models(asked), pipeline.transport

    def _asked(
        self, prompt: Prompt, model: Models | None, options: Options, *, stream: bool
    ) -> tuple[Flow[Response], Transport, Tell, ResponseFormat | None]:
        pipeline, options = self._chosen(model, options)
        asked = request(prompt, options, stream=stream)
        wanted = asked.response_format
        flow = self._flow(pipeline, asked, options)
        if wanted is not None:
            from hamr.shapes.answered import answered

            flow = answered(flow, wanted)
        return flow, pipeline.transport, self._tell, wanted

    def _flow(self, pipeline: Pipeline, asked: Request, options: Options) -> Flow[Response]:
        if not options.get("background"):
            return pipeline.flow(asked, settings(options, self.settings))
        from hamr.calls.background import Background

        return Background.of(pipeline, options, self.settings).answer(asked)

    def _waiting(self, model: str | None, options: WaitOptions) -> tuple[Background, Transport]:
        from hamr.calls.background import Background

        known(options, WaitOptions.__annotations__)
        pipeline = self.pipeline(model, mode=mode(options))
        return Background.of(pipeline, options, self.settings), pipeline.transport

    def _run(
        self, prompt: Prompt, model: Models | None, options: RunOptions, *, stream: bool
    ) -> tuple[RunFlow[Run], Transport, Tell]:
        from hamr.runs.limits import Limits
        from hamr.runs.loop import running

        limits, own = Limits.split(options)
        if own.get("background"):
            raise ConfigError("a run waits for each of its answers", hint="Leave `background` to a call of its own.")
        pipeline, own = self._chosen(model, own)
        asked = request(prompt, own, stream=stream)
        return running(pipeline, asked, settings(own, self.settings), limits), pipeline.transport, self._tell
