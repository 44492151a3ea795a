"""What a docstring says: the first paragraph, and a sentence or more for each parameter.

The three manners are those of the Google Python Style Guide, of numpydoc and of Sphinx's field lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from inspect import cleandoc

_GOOGLE = re.compile(r"(Args|Arguments|Parameters|Params|Keyword Args|Other Parameters):\s*")
_GOOGLE_ENTRY = re.compile(r"\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)")
_SPHINX_ENTRY = re.compile(r":(?:param|parameter|arg|argument|key|keyword)\s+(?:[^:]*?\s)?\*{0,2}(\w+)\s*:\s*(.*)")
_SPHINX_FIELD = re.compile(r":\w[^:]*:")
_NUMPY = re.compile(r"(Parameters|Other Parameters)\s*")
_NUMPY_ENTRY = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?")
_RULE = re.compile(r"-{3,}\s*")


@dataclass(frozen=True, slots=True)
class Docstring:
    """A docstring, read."""

    summary: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def read(text: str | None) -> Docstring:
    """What the docstring says; nothing where there is none."""
    if not text:
        return Docstring()
    lines = cleandoc(text).splitlines()
    return Docstring(_summary(lines), dict(_parameters(lines)))


def _summary(lines: list[str]) -> str:
    """The first paragraph on one line; it ends where the parameters begin too."""
    first: list[str] = []
    for place, line in enumerate(lines):
        begins = _GOOGLE.fullmatch(line) or _SPHINX_FIELD.match(line) or _is_numpy(lines, place)
        if begins or (not line.strip() and first):
            break
        first.append(line.strip())
    return " ".join(first).strip()


def _parameters(lines: list[str]) -> Iterator[tuple[str, str]]:
    for place, line in enumerate(lines):
        if _GOOGLE.fullmatch(line):
            yield from _google(lines[place + 1 :])
        elif _is_numpy(lines, place):
            yield from _numpy(lines[place + 2 :])
        elif entry := _SPHINX_ENTRY.match(line.strip()):
            yield entry[1], _joined([entry[2], *_sphinx_rest(lines[place + 1 :])])


def _google(lines: list[str]) -> Iterator[tuple[str, str]]:
    """The entries of an indented section; what is indented more goes on with the entry before."""
    name, said, depth = "", list[str](), 0
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if line.strip() and not indent:
            break
        depth = depth or indent
        entry = _GOOGLE_ENTRY.fullmatch(line.strip()) if indent == depth else None
        if entry is None:
            said.append(line)
            continue
        if name:
            yield name, _joined(said)
        name, said = entry[1], [entry[2]]
    if name:
        yield name, _joined(said)


def _numpy(lines: list[str]) -> Iterator[tuple[str, str]]:
    """The entries under a rule: a name at the margin, what is said of it indented."""
    names, said = list[str](), list[str]()
    for place, line in enumerate(lines):
        if line[:1].isspace() or not line.strip():
            said.append(line)
            continue
        yield from ((name, _joined(said)) for name in names)
        entry = _NUMPY_ENTRY.fullmatch(line)
        if entry is None or (place + 1 < len(lines) and _RULE.fullmatch(lines[place + 1])):
            return
        names, said = [name.strip(" *") for name in entry[1].split(",")], []
    yield from ((name, _joined(said)) for name in names)


def _sphinx_rest(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line[:1].isspace():
            return
        yield line


def _is_numpy(lines: list[str], place: int) -> bool:
    follows = lines[place + 1] if place + 1 < len(lines) else ""
    return bool(_NUMPY.fullmatch(lines[place]) and _RULE.fullmatch(follows))


def _joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines if line.strip())
