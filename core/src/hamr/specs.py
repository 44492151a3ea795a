"""The three hooks, asked once per route, and what they return."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar, runtime_checkable

import pluggy

from hamr.effects import OpenReply

if TYPE_CHECKING:
    from hamr.effects import Flow
    from hamr.errors import CallError
    from hamr.types import (
        Call,
        Claim,
        EmbeddingRequest,
        Embeddings,
        Event,
        Grant,
        Head,
        Message,
        ModelInfo,
        ModelPage,
        NoRoom,
        Notice,
        Request,
        Response,
        Route,
        Tokens,
    )

Result = TypeVar("Result")

PROJECT = "hamr"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec(firstresult=True)
def hamr_transport(route: Route) -> Transport | None:
    """Say what moves this route's bytes.

    Asked once, when the route is first used. None passes the question on; the core answers last, for `http`.
    A wrapper gets the transport that the others chose and may return another around it.
    """


@hookspec(firstresult=True)
def hamr_auth(route: Route) -> Auth | None:
    """Say what lets this route's calls in.

    Asked once, when the route is first used. None passes the question on; the core answers last, for the styles
    `none`, `bearer`, `header` and `oauth`.
    """


@hookspec(firstresult=True)
def hamr_toolwire(route: Route) -> ToolWire | None:
    """Say what writes and reads this route's messages, tools included.

    Asked once, when the route is first used. None passes the question on; the core answers last, for the wires
    that two or more providers speak.
    """


class Reply(OpenReply, Protocol):
    """An open reply, read by blocking."""

    def read(self) -> bytes:
        """The next bytes, empty at the end; raises NoAnswer or BrokenReply."""

    def close(self) -> None:
        """Let go; closing twice is allowed."""


class AsyncReply(OpenReply, Protocol):
    """An open reply, read by awaiting."""

    async def aread(self) -> bytes:
        """The next bytes, empty at the end; raises NoAnswer or BrokenReply."""

    async def aclose(self) -> None:
        """Let go; closing twice is allowed."""


@runtime_checkable
class Transport(Protocol):
    """What moves bytes. Safe to use from many threads and event loops; raises NoAnswer or BrokenReply."""

    def open(self, call: Call) -> Reply:
        """Send the call and wait for the head of its reply."""

    async def aopen(self, call: Call) -> AsyncReply:
        """Send the call and await the head of its reply."""

    def close(self) -> None:
        """Let go of everything that blocking calls hold."""

    async def aclose(self) -> None:
        """Let go of everything that this event loop's calls hold."""


@runtime_checkable
class Auth(Protocol):
    """What lets calls in."""

    def flow(self, call: Call) -> Flow[OpenReply]:
        """Open the finished call, signed, and return the open reply; may ask for more on the way."""


class Answers(Protocol):
    """Where the answer to a login with a browser arrives; `redirect_uri` is where the browser is sent back to."""

    @property
    def redirect_uri(self) -> str:
        """Where the browser is sent back to."""

    def take(self) -> str | None:
        """The next URL, or part of one, that has arrived; None where there is none yet. Never waits."""


@runtime_checkable
class LoginAuth(Protocol):
    """What an auth that people log in to has besides."""

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways to log in, of `browser` and `device`, the usual one first."""

    def login(self, way: str, inbox: Answers | None = None) -> Flow[Tokens]:
        """The tokens of who logs in; they are not kept yet. Raises NotLetIn, another CallError, or ConfigError."""

    def keep(self, tokens: Tokens) -> Flow[None]:
        """Keep the tokens of a new login in place of those of the last one; raises ConfigError."""

    def logout(self, tokens: Tokens) -> Flow[None]:
        """End a login at the server, where it takes that; raises CallError."""


@runtime_checkable
class ImportAuth(Protocol):
    """What an auth has besides that can take over the login of another program."""

    def imported(self) -> Flow[Tokens]:
        """The tokens of that login; they are not kept yet, and nothing is written there. Raises ConfigError."""


class Decoder(Protocol):
    """Bytes to events, one reply long. Failures come as a last event, Failed; neither method raises CallError."""

    def feed(self, data: bytes) -> Sequence[Event]:
        """The events that these bytes complete."""

    def finish(self) -> Sequence[Event]:
        """The events that the end of the reply completes: Finished, or Failed where it came too early."""


@runtime_checkable
class ToolWire(Protocol):
    """The client half of a wire. Pure: no I/O, no clock."""

    def encode(self, request: Request, route: Route) -> Call:
        """The call that asks for this, without credentials; raises Unsupported."""

    def decoder(self) -> Decoder:
        """A new decoder for one reply, streamed or whole."""

    def error(self, head: Head) -> CallError:
        """The error that a reply with a failing status and its body stands for."""


@runtime_checkable
class EmbeddingWire(Protocol):
    """What a wire that knows embeddings has besides. Pure: no I/O, no clock."""

    def max_embedding_inputs(self, route: Route) -> int | None:
        """The most inputs that one call takes; None where there is no limit."""

    def encode_embeddings(self, request: EmbeddingRequest, route: Route) -> Call:
        """The call that asks for these, without credentials; raises Unsupported."""

    def decode_embeddings(self, head: Head, route: Route) -> Embeddings:
        """What a whole reply says, in the order of the inputs; raises CallError."""


@runtime_checkable
class ListingWire(Protocol):
    """What a wire that knows lists of models has besides. Pure: no I/O, no clock."""

    def encode_models(self, route: Route, page: str | None) -> Call:
        """The call that asks for the first page, or for the one that the page before it named; raises Unsupported."""

    def decode_models(self, head: Head, route: Route) -> ModelPage:
        """What a whole reply says; raises CallError."""


@runtime_checkable
class CountingWire(Protocol):
    """What a wire that counts tokens without answering has besides. Pure: no I/O, no clock."""

    def encode_count(self, request: Request, route: Route) -> Call:
        """The call that asks how many tokens this request has, without credentials; raises Unsupported."""

    def decode_count(self, head: Head, route: Route) -> int:
        """What a whole reply says: the tokens that would go in; raises CallError."""


@runtime_checkable
class NoticingWire(Protocol):
    """What a wire has besides whose provider may keep silent for long, as while it loads a model. Pure."""

    def notice(self, route: Route) -> Notice | None:
        """What a user is told who waits for a conversation's first words; None where nothing is."""


@runtime_checkable
class BackgroundWire(Protocol):
    """What a wire has besides whose provider goes on with an answer while nobody waits. Pure: no I/O, no clock."""

    def encode_background(self, request: Request, route: Route) -> Call:
        """The call that hands this over, without credentials; raises Unsupported."""

    def encode_retrieval(self, id: str, route: Route, after: int | None) -> Call:
        """The call that asks how far the answer is; or for a stream of what came behind the event numbered `after`."""

    def encode_cancel(self, id: str, route: Route) -> Call:
        """The call that calls it off."""

    def is_pending(self, response: Response) -> bool:
        """Whether the provider goes on with it."""


@runtime_checkable
class ResumableDecoder(Decoder, Protocol):
    """What the decoder of such a wire has besides, for a stream that broke off and is taken up again."""

    @property
    def over(self) -> bool:
        """Whether the last event has been given."""

    @property
    def position(self) -> int | None:
        """The number of the last event that was read, where the provider numbers them."""

    def resume(self) -> None:
        """What is fed from now on follows what had been read, and begins with a whole event."""


@runtime_checkable
class CompactingWire(Protocol):
    """What a wire has besides whose provider makes conversations shorter. Pure: no I/O, no clock."""

    def encode_compact(self, request: Request, route: Route) -> Call:
        """The call that asks for it, without credentials; raises Unsupported."""

    def decode_compact(self, head: Head, route: Route) -> tuple[Message, ...]:
        """What a whole reply says: the conversation to go on with; raises CallError."""


class Encoder(Protocol):
    """Events to bytes, one reply long."""

    content_type: str

    def encode(self, events: Iterable[Event]) -> bytes:
        """The bytes for these events; empty where the reply is whole and not yet complete."""

    def finish(self) -> bytes:
        """The bytes that end the reply."""


Purpose = Literal["chat", "count", "embeddings", "models"]
"""What a client asks for at a path."""


@runtime_checkable
class Dialect(Protocol):
    """The server half of a wire. Pure: no I/O, no clock.

    `paths` says where it is spoken: patterns of a URL's path, in which a `*` stands for any text, each with what is
    asked for there.
    """

    @property
    def paths(self) -> Mapping[str, Purpose]:
        """Where it is spoken."""

    def parse(self, call: Call) -> Request:
        """What the client asks for; raises BadRequest. The model it names stands in `options["model"]`."""

    def encoder(self, request: Request) -> Encoder:
        """A new encoder for one reply, streamed or whole as the request wants it."""

    def refusal(self, error: CallError) -> Head:
        """The error in this wire's envelope, with its status."""


@runtime_checkable
class EmbeddingDialect(Protocol):
    """What the server half of a wire that knows embeddings has besides. Pure: no I/O, no clock."""

    def parse_embeddings(self, call: Call) -> EmbeddingRequest:
        """What the client asks for; raises BadRequest. The model it names stands in `options["model"]`."""

    def encode_vectors(self, embeddings: Embeddings, request: EmbeddingRequest) -> bytes:
        """The body of the reply, with its vectors in the format that the client asked for."""


@runtime_checkable
class CountingDialect(Protocol):
    """What the server half of a wire that counts tokens has besides. Pure: no I/O, no clock."""

    def parse_count(self, call: Call) -> Request:
        """What the client wants counted; raises BadRequest. The model it names stands in `options["model"]`."""

    def encode_count(self, tokens: int) -> bytes:
        """The body of the reply."""


@runtime_checkable
class ListingDialect(Protocol):
    """What the server half of a wire that lists models has besides. Pure: no I/O, no clock."""

    def encode_models(self, models: Sequence[ModelInfo]) -> bytes:
        """The body of the reply."""


@runtime_checkable
class KeyStore(Protocol):
    """Where keys are kept that `auth.json` only names, each under a name of its own.

    Safe to use from many threads and processes. Its methods block; they raise HamrError with the remedy, and never
    show a key.
    """

    def read(self, name: str, what: str) -> str:
        """The key of this name; raises ConfigError, which begins with `what`: the place that names it."""

    def write(self, name: str, key: str) -> str:
        """Keep a key under this name, so that it can be read; gives what the store is called. Raises HamrError."""

    def remove(self, name: str) -> None:
        """Take a key out, if it is there; raises HamrError."""


@runtime_checkable
class StateStore(Protocol):
    """What processes have in common: how much of each limit is used, and tables of short texts.

    Safe to use from many threads, event loops and forks. Its flows raise StateLost where it cannot be read or written;
    what they were to do is then done elsewhere. It is given no key: buckets and rows hold salted ids.
    """

    @property
    def place(self) -> str:
        """Where it is, for people; without a password."""

    def salt(self) -> Flow[bytes]:
        """Sixteen random bytes that are the same for all who use it."""

    def claim(
        self, claims: Sequence[Claim], ticket: int | None = None, patience: float = float("inf")
    ) -> Flow[Grant | NoRoom]:
        """Reserve all of these in one step, or none and take a place in the queue.

        The window slides: no 60 seconds hold more than a limit. Who came first is served first; `ticket` is the place
        of who asks again, which is lost after two seconds. None is given where the wait would be over `patience`.
        """

    def settle(self, grant: Grant, used: Mapping[str, int]) -> Flow[None]:
        """Put what a bucket was really used for in place of what was reserved, and give back the lease."""

    def used(self, claims: Sequence[Claim]) -> Flow[Sequence[int]]:
        """How much of each of these buckets is used just now, in this order; nothing is reserved, nobody waits."""

    def release(self, grant: Grant) -> None:
        """Give back the lease of a call that was given up, without waiting; leases of the dead come back by themselves.

        What was reserved stays as it is.
        """

    def change(self, table: str, work: Callable[[dict[str, str]], Result]) -> Flow[Result]:
        """Read the rows of a table and keep what `work` has changed in them; `work` may be called more than once."""

    def put(self, table: str, rows: Mapping[str, str]) -> Flow[None]:
        """Write some rows of a table, whatever was there."""

    def close(self) -> None:
        """Let go of it; it is opened anew where it is needed."""
