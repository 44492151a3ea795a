"""What a call would do, and where each part of that comes from; nothing is sent, and no key is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import time
from typing import TYPE_CHECKING, Any

from hamr.cli.providers import key_of
from hamr.drive import run
from hamr.errors import ConfigError, Unsupported
from hamr.resolve.steps import SELECTOR

if TYPE_CHECKING:
    from hamr.calls.pipeline import Pipeline
    from hamr.client import Hamr
    from hamr.resolve.outcome import Selection, Step
    from hamr.types import Call, LimitUse, Provider, Request, Route, Standing


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is so, and the file, the variable or the option that says it."""

    value: str | None
    origin: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A route as it is, with what a request would become on it; `problem` says why it cannot be sent.

    `steps` are those that led to the provider and the model; `candidates` are all that the call may go to, where there
    is a choice. `defaults` are the options that files give for the model, where the call does not.
    """

    steps: tuple[Step, ...]

    facts: Mapping[str, Fact]
    key: Mapping[str, Any]
    key_told: str
    hooks: Mapping[str, str]
    call: Call | None
    problem: str | None
    candidates: Sequence[Standing] = ()
    limits: Sequence[LimitUse] = ()
    defaults: Mapping[str, Fact] = field(default_factory=dict)


def explain(
    client: Hamr,
    chosen: Selection,
    pipeline: Pipeline,
    request: Request,
    environ: Mapping[str, str],
    *,
    substitute: bool = False,
) -> Explanation:
    """Explain a request to the model that was chosen, whose route the pipeline is.

    `substitute` says that another may take its place if it is gone.
    """
    route, provider = pipeline.route, pipeline.route.provider
    origins = provider.origins
    default = origins.get("models.chat", origins.get("models"))
    facts = {
        "provider": Fact(provider.id, _said(chosen.origin)),
        "plugin": Fact(client.providers.source(provider.id), None),
        "model": Fact(route.model.id, _said(chosen.model_origin) or default),
        "api mode": Fact(provider.mode, None),
        "wire": Fact(route.wire, origins.get("wire")),
        "transport": Fact(provider.transport, origins.get("transport")),
        "base URL": Fact(provider.base_url or None, origins.get("base_url")),
        "auth": Fact(_auth(pipeline), origins.get("auth")),
        "tool format": _tool_format(client, chosen, route),
        "tier": Fact(*(client.providers.configuration.tier(provider.id, route.model.id) or (None, None))),
        "ends": Fact(_end(pipeline), None),
        "if gone": _if_gone(pipeline) if substitute else Fact(None, None),
        "may cost": Fact(_most(pipeline, request), None),
        "usual latency": _latency(client, provider),
        "memory": _memory(client, pipeline),
        "serving tiers": _serving_tiers(client, route),
        "limits": Fact(_limits(pipeline), None),
        "state": Fact(*client.stores.place),
        "env files": Fact(_env_files(environ), None),
    }
    key = key_of(provider, environ)
    call, problem = _encoded(pipeline, request)
    defaults = {name: Fact(_written(given.value), given.origin) for name, given in pipeline.defaults.items()}
    if chosen.asked is not None and chosen.asked.options:
        where = chosen.asked.steps[0].why
        defaults |= {name: Fact(_written(value), where) for name, value in chosen.asked.options.items()}
    standing, limits = pipeline.standing(time()), run(pipeline.usage(), pipeline.transport)
    hooks = _hooks(pipeline)
    return Explanation(chosen.steps, facts, _key(key), key.told, hooks, call, problem, standing, limits, defaults)


def _tool_format(client: Hamr, chosen: Selection, route: Route) -> Fact:
    """How tools are offered: as an alias or a role says, or else as the matrix of capabilities does."""
    if chosen.asked is not None and chosen.tool_format is not None:
        return Fact(chosen.tool_format, chosen.asked.tool_origin)
    known = client.capabilities.of(route.provider.id, route.model.id)
    return Fact(known.capabilities.tool_format, known.rules[0][1] if known.rules else None)


def _env_files(environ: Mapping[str, str]) -> str | None:
    """The files whose variables count where the environment has none of that name."""
    from hamr.environment import files

    return ", ".join(each.path for each in files(environ, ".") if each.values) or None


def _latency(client: Hamr, provider: Provider) -> Fact:
    """The time that half of the provider's calls take at most, where a file says it."""
    latency = client.providers.manifest(provider.id).catalog.latency_p50_ms
    return Fact(None, None) if latency is None else Fact(f"{latency:,.0f} ms", provider.origins.get("catalog"))


def _memory(client: Hamr, pipeline: Pipeline) -> Fact:
    """What the model takes on a server of one's own, where a file says it."""
    route = pipeline.route
    found = client.providers.configuration.row_value(route.provider.id, route.model.id, "local_memory")
    if found is None:
        return Fact(None, None)
    window = None if pipeline.charge is None else pipeline.charge.window()
    return Fact(found[0].told(window), found[1])


def _serving_tiers(client: Hamr, route: Route) -> Fact:
    """The tiers of service that a file says the model is served in."""
    found = client.providers.configuration.row_value(route.provider.id, route.model.id, "serving_tiers")
    return Fact(None, None) if found is None else Fact(", ".join(found[0]), found[1])


def _end(pipeline: Pipeline) -> str | None:
    """That the model has ended or will end, where a list says so."""
    return None if pipeline.charge is None else pipeline.charge.end(_today())


def _if_gone(pipeline: Pipeline) -> Fact:
    """Which model takes its place: the one that was found to, or whichever is found."""
    if pipeline.others is None:
        return Fact(None, None)
    known = run(pipeline.others().known(time()), pipeline.transport)
    if known:
        return Fact(f"it was: {pipeline.route.provider.id}/{known} takes its place", "what was learned")
    return Fact("the best-rated of its provider's list takes its place", "substitute")


def _most(pipeline: Pipeline, request: Request) -> str | None:
    """The most that the call may cost, as budgets reckon; None where no price is known."""
    from hamr.gates import Came
    from hamr.spend.money import dollars, told
    from hamr.spend.reckoning import Reckoning

    if pipeline.charge is None:
        return None
    reckoning = Reckoning(pipeline.charge)
    try:
        usage = reckoning.most(request)
    except ConfigError as error:  # a list of prices that is none
        return error.message
    cost = reckoning.sum(Came(usage), request, _today())
    if cost.usd is None:
        return f"unknown: {cost.reason}; budgets hold {told(dollars(cost.charged))}"
    return f"{told(dollars(cost.usd))} with an answer of {usage.output:,} tokens"


def _today() -> str:
    return datetime.fromtimestamp(time(), UTC).date().isoformat()


def _said(origin: str | None) -> str | None:
    return "-m" if origin == SELECTOR else origin


def _auth(pipeline: Pipeline) -> str:
    spec = pipeline.route.provider.auth
    return f"{spec.style} ({spec.header})" if spec.header else spec.style


def _written(value: Any) -> str:
    """A value of a file, as JSON."""
    import json

    return value if isinstance(value, str) else json.dumps(value, default=str)


def _limits(pipeline: Pipeline) -> str | None:
    """The user's own limits that a call on it is held to."""
    if not pipeline.gates:
        return None
    from hamr.limits.gate import Governed, LimitGate

    words = [words for gate in pipeline.gates if isinstance(gate, LimitGate) for words in gate.words]
    words += [gate.words for gate in pipeline.gates if isinstance(gate, Governed)]
    return "; ".join(words) or None


def _key(key: Any) -> dict[str, Any]:
    return {name: getattr(key, name) for name in ("status", "source", "place", "chain", "variable", "variables", "url")}


def _hooks(pipeline: Pipeline) -> dict[str, str]:
    """Which code answered each hook."""
    answers = {"transport": pipeline.transport, "auth": pipeline.auth, "wire": pipeline.wire}
    return {hook: f"{type(answer).__module__}.{type(answer).__qualname__}" for hook, answer in answers.items()}


def _encoded(pipeline: Pipeline, request: Request) -> tuple[Call | None, str | None]:
    try:
        return pipeline.written(request), None
    except (ConfigError, Unsupported) as error:
        return None, str(error)
