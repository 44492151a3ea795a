"""The environment variables of hamr, and the names that other programs have for the same (inventory C-2).

Of the names of one setting the first that is set counts. Those of single providers are in their manifests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple


class Variable(NamedTuple):
    """One setting: its names, hamr's own first, and what it says. One of `beginnings` begins the names of many."""

    names: tuple[str, ...]
    what: str
    beginnings: bool = False


class Conflict(NamedTuple):
    """Two names of one setting that say different things; the first counts."""

    counts: str
    over: str

    def __str__(self) -> str:
        return f"{self.counts} and {self.over} say different things; {self.counts} counts"


def _both(name: str, what: str) -> Variable:
    return Variable((f"HAMR_{name}", f"HARN_{name}"), what)


def _plain(name: str, what: str) -> Variable:
    return Variable((f"HAMR_{name}", name), what)


# source = "Harn, LLM providers; hermes-router, configuration.md; Hamr, configuration.md", date = "2026-11-25"
TABLE: Mapping[str, Variable] = {
    "provider": _both("LLM_PROVIDER", "the provider where none is named"),
    "model": _both("LLM_MODEL", "the model where none is named"),
    "role_model": Variable(
        ("HAMR_LLM_ROLE_", "HARN_LLM_ROLE_"), "the model of a role, or its provider", beginnings=True
    ),
    "embed_model": Variable(("HAMR_EMBED_MODEL",), "the model for embeddings where none is named"),
    "default_provider": _both("DEFAULT_PROVIDER", "the provider where the model's name does not tell it"),
    "providers_config": _both("PROVIDERS_CONFIG", "where the user's providers.toml is"),
    "prices_file": _plain("MODEL_PRICES_FILE", "a file of models with their prices for a million tokens"),
    "verbose_config": _both("VERBOSE_CONFIG", "whether it is told which files of configuration are read"),
    "llm_stream": _both("LLM_STREAM", "whether the command line asks for answers as they come"),
    "message_shapes": _both("DEBUG_MESSAGE_SHAPES", "whether the form of messages is told, without what they say"),
    "env_file": Variable(("HAMR_ENV_FILE",), "the user's own .env file"),
    "config_dir": Variable(("HAMR_CONFIG_DIR",), "the folder of the user's configuration"),
    "agent_dir": Variable(("HAMR_AGENT_DIR",), "the folder of auth.json and models.json"),
    "credential_store": Variable(("HAMR_CREDENTIAL_STORE",), "where hamr auth keeps a key: file, keyring, encrypted"),
    "state_dir": _both("STATE_DIR", "the folder of what outlives a process"),
    "state_url": Variable(("HAMR_STATE_URL",), "the server where many machines keep limits"),
    "state_on_failure": Variable(("HAMR_STATE_ON_FAILURE",), "what counts while it is lost"),
    "project_trust": Variable(("HAMR_PROJECT_TRUST",), "whether projects are trusted that nothing was said of"),
    "prefer": Variable(("HAMR_PREFER",), "which distribution counts where two bring the same"),
    "extensions": Variable(("HAMR_EXTENSIONS",), "the extensions that are switched on"),
    "project": Variable(("HAMR_PROJECT",), "the project that calls are made for"),
    "tags": Variable(("HAMR_TAGS",), "the tags of calls"),
    "spend": Variable(("HAMR_SPEND",), "whether it is kept what calls cost"),
    "rate_limit": Variable(
        ("HAMR_RATE_LIMIT_", "HARN_RATE_LIMIT_"), "a limit of a provider or a model", beginnings=True
    ),
    "substitute": Variable(("HAMR_SUBSTITUTE",), "whether another model takes the place of one that is gone"),
    "limit_wait": _both("LLM_RATE_LIMIT_MAX_WAIT_MS", "how long a call waits for its turn"),
    "limit_path": _both("LLM_RATE_LIMIT_STATE_PATH", "the file of what was sent within limits"),
    "limit_durable": _both("LLM_RATE_LIMIT_DURABLE", "whether limits span processes"),
    "rotation": _plain("ROTATION_MODE", "how the keys of a provider take turns"),
    "breaker": _plain("BREAKER_POLICY", "when a provider that fails is left alone"),
    "breaker_window": _plain("BREAKER_WINDOW", "how many calls are looked at for that"),
    "breaker_samples": _plain("BREAKER_MIN_SAMPLES", "how many of them there must be"),
    "breaker_rate": _plain("BREAKER_ERROR_RATE", "how many of them must have failed"),
    "breaker_cooldown": _plain("BREAKER_COOLDOWN", "for how long it is left alone"),
    "pool_state": Variable(("HAMR_POOL_STATE_FILE",), "the file of what is known of keys and providers"),
    "router_state": Variable(("ROUTER_STATE_FILE",), "hermes-router's file of what its probes have found out"),
    "pool_state_ttl": Variable(
        ("HAMR_POOL_STATE_TTL_HOURS", "ROUTER_STATE_TTL_HOURS"), "for how many hours that is believed"
    ),
}


OFF = ("0", "false", "no", "off")


def is_on(environ: Mapping[str, str], setting: str, *, unsaid: bool = False) -> bool:
    """Whether a setting of the table that is on or off is on: anything but 0, false, no and off says so."""
    said = first(environ, TABLE[setting].names)
    return unsaid if said is None else environ[said].strip().lower() not in OFF


def first(environ: Mapping[str, str], names: Iterable[str]) -> str | None:
    """The first of these that is set, and not empty."""
    return next((name for name in names if environ.get(name, "").strip()), None)


def are_set(environ: Mapping[str, str]) -> Iterator[tuple[str, bool, str]]:
    """Each variable of the table that is set, whether it counts, and what it says it about."""
    for variable in TABLE.values():
        for names in _spelled(variable, environ):
            counts = first(environ, names)
            for name in names:
                if environ.get(name, "").strip():
                    yield name, name == counts, variable.what


def conflicts(environ: Mapping[str, str], groups: Iterable[tuple[str, ...]] | None = None) -> list[Conflict]:
    """Where two names of one setting differ: those of the table, or of these groups."""
    if groups is None:
        groups = [names for variable in TABLE.values() for names in _spelled(variable, environ)]
    found = []
    for names in groups:
        if (counts := first(environ, names)) is not None:
            said = environ[counts].strip()
            others = (name for name in names if name != counts and environ.get(name, "").strip() not in ("", said))
            found += [Conflict(counts, name) for name in others]
    return found


def _spelled(variable: Variable, environ: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The names in full."""
    if not variable.beginnings:
        return [variable.names]
    rests = {name.removeprefix(head) for name in environ for head in variable.names if name.startswith(head)}
    return [tuple(head + rest for head in variable.names) for rest in sorted(rests)]
