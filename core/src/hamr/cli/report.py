"""What `-v` tells of a call: the route before it, and how it went after it."""

from __future__ import annotations

from hamr.cli import output
from hamr.types import Choice, Embeddings, PassedOver, Response, Route, Usage

ENDS = {
    "length": "the answer was cut off at the limit of its length",
    "content_filter": "the provider's content filter ended the answer",
    "pause": "the model paused; it has more to say",
    "error": "the provider ended the answer because of an error",
}
"""What a user must know of an answer that did not end by itself."""


def route(told: Route) -> None:
    """Tell where the call goes and whence its key comes; raises ConfigError where a key is missing."""
    secret = told.secret()
    output.note(f"route: {told.selector}")
    output.note(f"wire: {told.wire}")
    output.note(f"transport: {told.provider.transport} {told.provider.base_url}".rstrip())
    output.note(f"key: {secret.origin if secret else 'none'}")


def ending(told: Response) -> None:
    """Tell of an answer that did not end by itself."""
    if told.finish_reason in ENDS:
        output.note(f"note: {ENDS[told.finish_reason]} (finish reason: {told.finish_reason})")


def warnings(told: Response) -> None:
    """Tell each warning."""
    for text in told.warnings:
        output.note(f"warning: {text}")


def outcome(told: Response | Embeddings) -> None:
    """Tell what was changed on the way, what was used, and how long it took."""
    for adaptation in told.adaptations:
        output.note(f"adaptation: {adaptation.kind} {adaptation.field}: {adaptation.why}")
    if told.request_id:
        output.note(f"request id: {told.request_id}")
    output.note(f"served by: {told.model}")
    if isinstance(told, Response) and (choice := told.choice) is not None:
        output.note(f"chosen: {_member(choice)}")
        for each in choice.passed_over:
            output.note(f"passed over: {_member(each)}: {each.why}")
    output.note(f"usage: {usage(told.usage) if told.usage else 'not told'}")
    output.note(f"cost: {f'${told.cost.usd:f}' if told.cost.usd is not None else f'unknown ({told.cost.reason})'}")
    output.note(f"time: {_times(told)}")


def _member(told: Choice | PassedOver) -> str:
    return f"{told.selector} with the key {told.key}" if told.key else told.selector


def usage(told: Usage) -> str:
    """The tokens in one line."""
    cached = f" ({told.cache_read} cached)" if told.cache_read else ""
    thought = f" ({told.reasoning} thinking)" if told.reasoning else ""
    about = ", estimated" if told.estimated else ""
    return f"{told.input_total} in{cached}, {told.output_total} out{thought}, {told.total} in all{about}"


def _times(told: Response | Embeddings) -> str:
    timings = told.timings
    first = f"{timings.first:.2f} s to the first content, " if timings.first is not None else ""
    total = f"{timings.total:.2f} s in all, " if timings.total is not None else ""
    return f"{first}{total}{timings.attempts} attempt{'s' if timings.attempts > 1 else ''}"
