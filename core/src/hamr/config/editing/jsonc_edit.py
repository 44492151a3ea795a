"""One change of a file of JSON with comments, all else left as it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from hamr.config import jsonc
from hamr.config.editing import nested
from hamr.config.editing.jsonc_spans import Node, scan
from hamr.config.editing.nested import Path

EMPTY = "{}\n"
_REST_OF_LINE = re.compile(r"(\s*,)?[ \t]*(?://[^\n]*|/\*[^\n]*?\*/[ \t]*(?=\r?\n))?")
"""What follows a value on its line, where nothing else does."""


def loads(text: str) -> Any:
    """What the file holds; raises ValueError, which shows nothing of the text but a place."""
    return jsonc.loads(text) if text.strip() else {}


def line(text: str, path: Path) -> int | None:
    """The line, from 1 on, where this stands; None where it stands nowhere."""
    node = scan(text).find(path) if text.strip() else None
    return text.count("\n", 0, node.start) + 1 if node else None


def put(text: str, path: Path, value: Any) -> str | None:
    """The text with this value there, None where that takes more than one change; raises ValueError or TypeError."""
    return _first(text, _puttings(text if text.strip() else EMPTY, path, value), nested.put(loads(text), path, value))


def put_all(text: str, values: Sequence[tuple[Path, Any]]) -> str | None:
    """The text with all these values; None where that takes more than a change each; raises as `put`."""
    stored = loads(text)
    if isinstance(stored, dict) and not any(path[0] in stored for path, _ in values):
        together: dict[str, Any] = {}
        for path, value in values:
            together = nested.put(together, path, value)
        values = [((name,), value) for name, value in together.items()]
    changed: str | None = text
    for path, value in values:
        changed = None if changed is None else put(changed, path, value)
    return changed


def document(value: Any) -> str:
    """A value as a file of JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def drop(text: str, path: Path) -> str | None:
    """The text without what stands there, None where that takes more than one change; raises ValueError."""
    stored = loads(text)
    path = nested.emptied(stored, path)
    return _first(text, _droppings(text, path), nested.dropped(stored, path))


def _first(text: str, candidates: Iterator[str], meant: Any) -> str | None:
    for candidate in candidates:
        changed = nested.with_line_ends(candidate, text)
        try:
            if jsonc.loads(changed) == meant:
                return changed
        except ValueError:
            continue
    return None


def _puttings(text: str, path: Path, value: Any) -> Iterator[str]:
    root = scan(text)
    if (there := root.find(path)) is not None:
        yield text[: there.value] + _written(value, _indent(text, there)) + text[there.end :]
        return
    depth = next(depth for depth in range(len(path) - 1, -1, -1) if root.find(path[:depth]))
    above = root.find(path[:depth])
    if above is None:
        return
    for name in reversed(path[depth + 1 :]):
        value = {name: value}
    yield from _added(text, above, str(path[depth]), value)


def _added(text: str, above: Node, name: str, value: Any) -> Iterator[str]:
    """The new one as the last in its table, in the table's own style."""
    several = "\n" in text[above.value : above.end]
    outer = _indent(text, above)
    if not above.inner:
        indent = outer + "  "
        inner = text[above.value + 1 : above.end - 1].strip()
        kept = f"\n{indent}{inner}" if inner else ""
        added = f"{json.dumps(name, ensure_ascii=False)}: {_written(value, indent)}"
        yield f"{text[: above.value]}{{{kept}\n{indent}{added}\n{outer}}}{text[above.end :]}"
        return
    last = above.inner[-1]
    if not several:
        added = f", {json.dumps(name, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"
        yield text[: last.end] + added + text[last.end :]
        return
    indent = _indent(text, last)
    added = f"{json.dumps(name, ensure_ascii=False)}: {_written(value, indent)}"
    rest = _REST_OF_LINE.match(text, last.end)
    end, comma = (rest.end(), rest[1]) if rest else (last.end, None)
    before, behind = ("", ",") if comma else (",", "")
    yield f"{text[: last.end]}{before}{text[last.end : end]}\n{indent}{added}{behind}{text[end:]}"
    yield f"{text[: last.end]},\n{indent}{added}{text[last.end :]}"


def _droppings(text: str, path: Path) -> Iterator[str]:
    node = scan(text).find(path)
    if node is None:
        return
    behind = re.compile(r"\s*,").match(text, node.end)
    start, end = node.start, behind.end() if behind else node.end
    line_start = text.rfind("\n", 0, start) + 1
    rest = _REST_OF_LINE.match(text, end)
    line_end = rest.end() if rest else end
    stop = text.find("\n", line_end)
    if stop > 0 and not text[line_start:start].strip() and not text[line_end:stop].strip():
        behind_it = text[stop + 1 :]
        yield text[:line_start] + behind_it
        if not behind:  # it was the last: the comma before it goes too
            yield re.sub(r",(\s*)$", r"\1", text[:line_start]) + behind_it
    before = re.search(r",(\s*)$", text[:start])
    if not behind and before:
        yield text[: before.start()] + text[end:]
    yield text[:start] + text[end:].lstrip(" ")


def _indent(text: str, node: Node) -> str:
    """That of the line on which it stands."""
    line = text[text.rfind("\n", 0, node.start) + 1 : node.start]
    return line[: len(line) - len(line.lstrip())]


def _written(value: Any, indent: str) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False).replace("\n", f"\n{indent}")
