"""Which limits are set: by the provider's manifest, over that by the environment, over that in code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace

from hamr.errors import ConfigError
from hamr.types import RateLimits
from hamr.variables import TABLE

KINDS = tuple(each.name for each in fields(RateLimits))
PREFIXES = tuple(reversed(TABLE["rate_limit"].names))
"""The later one counts."""
WAIT_VARIABLES = TABLE["limit_wait"].names
PATH_VARIABLES = TABLE["limit_path"].names
DURABLE_VARIABLES = TABLE["limit_durable"].names
OFF = ("0", "false", "no", "off")

Given = Mapping[str, RateLimits]


def given(limits: Mapping[str, RateLimits | Mapping[str, int | None]]) -> Given:
    """Limits in code, by `provider` or `provider/model`; raises ConfigError for what is none."""
    return {name: each if isinstance(each, RateLimits) else _read(name, each) for name, each in limits.items()}


def of_provider(id: str, base: RateLimits, environ: Mapping[str, str], code: Given) -> RateLimits:
    """What is set for all models of a provider together."""
    name = _variable(id)
    limits = base
    for prefix in PREFIXES:
        rpm = {"rpm": number} if (number := _number(environ, prefix + name)) is not None else {}
        limits = replace(limits, **rpm, **_said(environ, f"{prefix}{name}_"))
    return _without_none(_over(limits, code.get(id)))


def of_model(selector: str, base: RateLimits, environ: Mapping[str, str], code: Given) -> RateLimits:
    """What is set for one model, `provider/model`, besides."""
    limits, name = base, _variable(selector)
    for prefix in PREFIXES:
        limits = replace(limits, **_said(environ, f"{prefix}{name}_"))
    return _without_none(_over(limits, code.get(selector)))


def origins(selector: str, environ: Mapping[str, str], code: Given, place: str) -> dict[str, str]:
    """Where each limit of a provider or of a model is set; `place` is where it is if nothing says another."""
    found = dict.fromkeys(KINDS, place)
    for prefix in PREFIXES:
        stem = prefix + _variable(selector)
        if "/" not in selector and environ.get(stem, "").strip():
            found["rpm"] = f"the environment variable {stem}"
        for kind in KINDS:
            if environ.get(name := f"{stem}_{kind.upper()}", "").strip():
                found[kind] = f"the environment variable {name}"
    given = code.get(selector)
    return found | {kind: "Hamr(limits=...)" for kind in KINDS if getattr(given, kind, None) is not None}


def variable(selector: str, kind: str) -> str:
    """Where a user may set this limit."""
    return f"{PREFIXES[-1]}{_variable(selector)}_{kind.upper()}"


def first(environ: Mapping[str, str], variables: tuple[str, ...]) -> str | None:
    """The first of these that is set."""
    return next((environ[name].strip() for name in variables if environ.get(name, "").strip()), None)


def patience(environ: Mapping[str, str], default: float) -> float:
    """The longest wait in seconds; the variable holds milliseconds, of which 0 means without end."""
    milliseconds = next((found for name in WAIT_VARIABLES if (found := _number(environ, name)) is not None), None)
    if milliseconds is None:
        return default
    return milliseconds / 1000 if milliseconds > 0 else float("inf")


def _variable(text: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", text.upper())


def _said(environ: Mapping[str, str], stem: str) -> dict[str, int]:
    found = {kind: _number(environ, stem + kind.upper()) for kind in KINDS}
    return {kind: number for kind, number in found.items() if number is not None}


def _number(environ: Mapping[str, str], name: str) -> int | None:
    text = environ.get(name, "").strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError as error:
        raise ConfigError(f"{name} must be a whole number", hint="0 takes a limit away.") from error


def _over(limits: RateLimits, code: RateLimits | None) -> RateLimits:
    said = {kind: value for kind in KINDS if (value := getattr(code, kind, None)) is not None}
    return replace(limits, **said)


def _without_none(limits: RateLimits) -> RateLimits:
    """What is zero or less is no limit."""
    return RateLimits(*(value if (value := getattr(limits, kind) or 0) > 0 else None for kind in KINDS))


def _read(name: str, limits: Mapping[str, int | None]) -> RateLimits:
    if not isinstance(limits, Mapping):
        raise ConfigError(f"limits[{name!r}] is no table of limits", hint='Write it as {"rpm": 30}.')
    for kind, value in limits.items():
        known: object = value
        if kind not in KINDS:
            raise ConfigError(f"limits[{name!r}]: {kind!r} is no limit", hint=f"Known: {', '.join(KINDS)}.")
        if known is not None and (not isinstance(known, int) or isinstance(known, bool)):
            raise ConfigError(f"limits[{name!r}][{kind!r}] must be a whole number", hint="0 takes a limit away.")
    return RateLimits(**limits)
