"""The public api changes only on purpose: `public_api.txt` holds every name with its signature (pain 9).

Where a change is meant, write the file anew: `python tests/test_public_api.py`, and say so in the changelog.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from pathlib import Path

import hamr
from hamr import api

SNAPSHOT = Path(__file__).with_name("public_api.txt")


def described(name: str, value: object) -> Iterator[str]:
    """One line a name, and one a member of a class."""
    if dataclasses.is_dataclass(value) and isinstance(value, type):
        fields = [f.name if _required(f) else f"{f.name}=" for f in dataclasses.fields(value)]
        yield f"{name}({', '.join(fields)})"
    elif inspect.isfunction(value):
        yield f"{name}{_signature(value)}"
    elif isinstance(value, type) and inspect.isfunction(init := inspect.getattr_static(value, "__init__")):
        yield f"{name}{_signature(init)}"
    else:
        yield name
    if isinstance(value, type):
        for member, what in sorted(_members(value).items()):
            yield f"{name}.{member}{_signature(what) if inspect.isfunction(what) else ''}"


def _members(kind: type) -> dict[str, object]:
    """What a class and those of hamr's own that it stands on define, but for the fields of a dataclass."""
    found: dict[str, object] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("hamr"):
            found |= {name: what for name, what in vars(base).items() if not name.startswith("_")}
    return {name: what for name, what in found.items() if name not in getattr(kind, "__dataclass_fields__", {})}


def _required(field: dataclasses.Field[object]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _signature(function: object) -> str:
    parameters = inspect.signature(function).parameters.values()  # type: ignore[arg-type]  # a function, as asked
    return f"({', '.join(p.name if p.default is p.empty else f'{p.name}=' for p in parameters)})"


def snapshot() -> str:
    """All lines, module by module."""
    lines = [line for name in sorted(hamr.__all__) for line in described(f"hamr.{name}", getattr(hamr, name))]
    lines += [
        line
        for name in sorted(api.__all__)
        if name not in hamr.__all__
        for line in described(f"hamr.api.{name}", getattr(api, name))
    ]
    return "\n".join(lines) + "\n"


def test_the_public_api_is_what_was_written_down() -> None:
    assert snapshot() == SNAPSHOT.read_text(encoding="utf-8")


def test_every_noun_and_error_of_the_front_door_is_the_plugins_too() -> None:
    own = {
        "Hamr",
        "AsyncStream",
        "Stream",
        "Options",
        "Prompt",
        "__version__",
        "acall",
        "acount_tokens",
        "astream",
        "call",
        "count_tokens",
        "stream",
    }
    own |= {"EmbedOptions", "Inputs", "ListOptions", "aembed", "amodels", "embed", "models"}
    own |= {"AsyncRunStream", "FunctionTool", "PartialJSON", "RunOptions", "RunStream", "preview", "tool"}
    own |= {"arun", "arun_stream", "run", "run_stream", "configure", "register_provider", "unconfigure"}
    own |= {"clear_capabilities", "install_capabilities", "provider_capabilities"}
    assert set(hamr.__all__) - own <= set(api.__all__)


if __name__ == "__main__":
    SNAPSHOT.write_text(snapshot(), encoding="utf-8")
