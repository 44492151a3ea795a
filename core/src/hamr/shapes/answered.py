"""The instance in an answer whose shape was asked for."""

from __future__ import annotations

from dataclasses import replace

from hamr.effects import Flow
from hamr.errors import BrokenReply, CallError, Refused
from hamr.shapes.shape import Shape
from hamr.types import Response, ResponseFormat, Text


def answered(flow: Flow[Response], wanted: ResponseFormat | None) -> Flow[Response]:
    """The same call, whose response has what it holds in `parsed` where a type was asked for.

    Raises Refused where the model declines, BrokenReply where its answer is not of that type, both with the whole
    response as `partial`.
    """
    response = yield from flow
    if not isinstance(wanted, Shape) or response.tool_calls:
        return response
    if response.finish_reason in ("refusal", "content_filter") or _declined(response):
        why = response.text.strip() or f"the answer ended with {response.finish_reason}"
        raise _error(Refused(f"no {wanted.label} was given: {why}"), response)
    try:
        return replace(response, parsed=wanted.read(response.text))
    except ValueError as error:
        if response.finish_reason == "length":
            cut = BrokenReply(f"the answer was cut off before the {wanted.label} was whole", hint="Raise max_tokens.")
            raise _error(cut, response) from None
        hint = "The answer is kept in `partial`; ask again, or loosen the type."
        raise _error(BrokenReply(f"the answer is no {wanted.label}: {error}", hint=hint), response) from None


def _declined(response: Response) -> bool:
    texts = [part for part in response.message.parts if isinstance(part, Text)]
    return bool(texts) and all(part.refusal for part in texts)


def _error(error: CallError, response: Response) -> CallError:
    error.provider, error.model = response.provider, response.model
    error.request_id, error.attempts = response.request_id, response.timings.attempts
    error.partial = response
    return error
