"""`hamr explain`: what a call would do and why, without making it."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import exit_codes, output, request_options
from hamr.cli.json_option import JSON
from hamr.errors import ConfigError, HamrError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hamr.cli.explanation import Explanation, Fact
    from hamr.client import Hamr
    from hamr.resolve.outcome import Step
    from hamr.types import Standing

EPILOG = """\b
Examples:
  hamr explain -m groq
  hamr explain -m groq/llama-3.3-70b-versatile --top-k 5 --thinking high
  hamr explain --json

It tells each step that led to the provider and the model, and who was refused on the way.
It takes the options of `hamr call`, and tells how the request would be changed to suit the provider. Nothing is
sent, and no key is needed or shown. The exit code is 1 where the request cannot be sent.
"""


@click.command("explain", epilog=EPILOG)
@click.argument("prompt", nargs=-1)
@request_options.MODEL
@request_options.stacked(
    *request_options.ATTACHMENTS, *request_options.SHAPE, *request_options.TOOLS, *request_options.ANSWERING
)
@click.option("--stream/--no-stream", default=request_options.streams, help="As the answer is to come.")
@JSON
@click.pass_context
def command(
    context: click.Context, /, *, prompt: tuple[str, ...], model: str | None, stream: bool, **given: Any
) -> None:
    """Tell what a call would do: provider, model, wire, key, and where each of them comes from."""
    from hamr import variables
    from hamr.cli import known_models, question, terminal_choice
    from hamr.cli.config import warn_of_conflicts
    from hamr.cli.explanation import explain
    from hamr.client import Hamr

    with Hamr() as client:
        kept = terminal_choice.choice(client, model)
        model = kept.model
        try:
            pipeline = known_models.pipeline(client, model, given["api_mode"])  # what is wrong with it comes first
            chosen = kept.told(client.selection(model))
        except HamrError as error:
            steps = _taken(client, model, error)
            if isinstance(error, ConfigError):
                error.steps = tuple(steps)
            if steps and not given["as_json"]:
                _show_steps(steps)
            raise
        request = question.request(prompt, given, stream=stream, chosen=chosen)
        wanted = given["substitute"]
        substitute = client.settings.substitute if wanted is None else wanted
        told = explain(client, chosen, pipeline, request, os.environ, substitute=substitute)
        differing = variables.conflicts(os.environ) + client.providers.manifest(pipeline.route.provider.id).conflicts(
            os.environ
        )
    if given["as_json"]:
        output.write_json({**_document(told), "conflicts": [each._asdict() for each in differing]})
    else:
        warn_of_conflicts(differing)
        _show(told)
    if told.problem is not None:
        context.exit(exit_codes.FAILED)


def _taken(client: Hamr, model: Any, error: HamrError) -> Sequence[Step]:
    """How far the name was read, where it could not be or where nobody can be called by it."""
    if isinstance(error, ConfigError) and error.steps:
        return error.steps
    try:
        return client.selection(model).steps
    except HamrError:  # it is the one that is told
        return ()


def _show_steps(steps: Sequence[Step]) -> None:
    from hamr.cli.table import paragraphs

    paragraphs([_steps(steps)])


def _steps(steps: Sequence[Step]) -> dict[str, str]:
    """Each step as it is told; a number is behind the name of one that is gone more than once."""
    names = [step.name for step in steps]
    counted = (f"{step.name} {names[: at + 1].count(step.name)}" if names.count(step.name) > 1 else step.name
               for at, step in enumerate(steps))  # fmt: skip
    return dict(zip(counted, map(_step, steps), strict=True))


def _show(told: Explanation) -> None:
    from hamr.cli.explanation import Fact
    from hamr.cli.table import paragraphs

    steps = _steps(told.steps)
    facts = {name: _line(fact) for name, fact in told.facts.items()}
    facts["key"] = told.key_told + (f" (get one at {told.key['url']})" if _wanting(told) else "")
    facts |= {f"{hook} by": name for hook, name in told.hooks.items()}
    facts |= {f"default {name}": _line(fact) for name, fact in told.defaults.items()}
    candidates: dict[str, str | None] = {}
    for number, each in enumerate(told.candidates, 1):
        key = f" with the key {each.key}" if each.key else ""
        candidates[f"candidate {number}"] = "; ".join([f"{each.selector}{key}", *_standing(each)])
    limits = {f"limit {at}": _line(Fact(each.words, each.origin)) for at, each in enumerate(told.limits, 1)}
    request: dict[str, str | None] = {}
    if told.call is not None:
        request["request"] = f"{told.call.method} {told.call.url}, {len(told.call.body):,} bytes"
        changes = told.call.adaptations
        request["adapted"] = "nothing" if not changes else None
        request |= {f"{change.kind} {change.field}": change.why for change in changes}
    request["problem"] = told.problem
    paragraphs([each for each in (steps, facts, candidates, limits, request) if each])


def _standing(each: Standing) -> Iterator[str]:
    """Why a candidate is left alone, how its breaker stands, and what is left of its provider's limits."""
    if each.rests:
        yield each.rests
    if each.breaker != "closed":
        yield f"its breaker is {each.breaker}"
    for room in each.room:
        of = f" of {room.limit:,}" if room.limit is not None else ""
        yield f"{room.remaining:,}{of} {room.kind.replace('-', ' ')} left, whole in {room.resets:.0f} s"


def _step(step: Step) -> str:
    """A step as it is told: what it found, or why it was passed, and whom it refused."""
    told = f"{step.found}: {step.why}" if step.found else f"passed: {step.why}"
    return "; ".join([told, *(f"not {each.candidate}, {each.why}" for each in step.refused)])


def _wanting(told: Explanation) -> bool:
    return told.key["status"] in ("missing", "unusable") and told.key["url"] is not None


def _line(fact: Fact) -> str | None:
    if fact.value is None:
        return None
    return f"{fact.value}  (from {fact.origin})" if fact.origin else fact.value


def _document(told: Explanation) -> dict[str, Any]:
    call = told.call
    return {
        "steps": [step.document for step in told.steps],
        **{name.replace(" ", "_").lower(): asdict(fact) for name, fact in told.facts.items()},
        "key": told.key,
        "hooks": told.hooks,
        "request": {"method": call.method, "url": call.url, "bytes": len(call.body)} if call else None,
        "adaptations": [asdict(change) for change in call.adaptations] if call else None,
        "problem": told.problem,
        "defaults": {name: asdict(fact) for name, fact in told.defaults.items()},
        "candidates": [asdict(each) for each in told.candidates],
        "limits_in_force": [asdict(each) for each in told.limits],
    }
