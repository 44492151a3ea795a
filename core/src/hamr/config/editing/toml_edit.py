"""One change of a TOML file, all else left as it stands."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hamr.config.editing import nested
from hamr.config.editing.nested import Path
from hamr.config.editing.toml_spans import Entry, Section, Spans, scan

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def loads(text: str) -> dict[str, Any]:
    """What the file holds; raises ValueError, which shows nothing of the text but a place."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def line(text: str, path: Path) -> int | None:
    """The line, from 1 on, where this stands; None where it stands nowhere."""
    spans = scan(text)
    starts = [entry.start for entry in spans.entries if entry.path[: len(path)] == path]
    starts += [section.start for section in spans.sections if path and section.path[: len(path)] == path]
    return text.count("\n", 0, min(starts)) + 1 if starts else None


def put(text: str, path: Path, value: Any) -> str | None:
    """The text with this value there, None where that takes more than one change; raises ValueError or TypeError."""
    stored = loads(text)
    found = _first(text, _puttings(text, path, value), nested.put(stored, path, value))
    if found is None and nested.found(stored, path) is not nested.MISSING:  # a table with a head, or with several
        without = drop(text, path)
        found = None if without is None else put(without, path, value)
    return found


def drop(text: str, path: Path) -> str | None:
    """The text without what stands there, None where that takes more than one change; raises ValueError."""
    stored = loads(text)
    path = nested.emptied(stored, path)
    return _first(text, _droppings(text, path), nested.dropped(stored, path))


def put_all(text: str, values: Sequence[tuple[Path, Any]]) -> str | None:
    """The text with all these values, tables with heads of their own; None where that takes more; raises as `put`."""
    plain = [each for each in values if len(each[0]) == 1 and not isinstance(each[1], dict)]
    tables = [each for each in values if each not in plain]
    whole = _appended(text, tables)
    changed = text if whole is None else whole
    for path, value in plain if whole is not None else values:
        if (put_in := put(changed, path, value)) is None:
            return None
        changed = put_in
    return changed


def document(tables: Mapping[str, Any], head: tuple[str, ...] = ()) -> str:
    """Tables as a file of TOML, or as the part of one that begins below this head."""
    lines, inner = [], []
    for each, value in tables.items():
        path = (*head, each)
        if isinstance(value, Mapping) and value and not _is_short(path, value):
            plain = any(
                not isinstance(below, Mapping) or _is_short((*path, name), below) for name, below in value.items()
            )
            inner.append((f"[{_dotted(path)}]\n" if plain else "") + document(value, path))
        elif isinstance(value, list | tuple) and value and all(isinstance(row, Mapping) for row in value):
            inner += [f"[[{_dotted(path)}]]\n{document(row, path)}" for row in value]
        else:
            lines.append(f"{name(each)} = {written(value)}\n")
    return "\n".join(["".join(lines)] * bool(lines) + inner)


def _is_short(path: tuple[str, ...], value: Mapping[str, Any]) -> bool:
    """Whether a table stands in braces: flat and deep, such as a price, or the meaning of an alias."""
    if len(path) < 2 or (len(path) == 2 and path[0] != "aliases"):
        return False
    return len(value) < 6 and not any(isinstance(each, Mapping | list | tuple) for each in value.values())


def _appended(text: str, values: Sequence[tuple[Path, Any]]) -> str | None:
    meant: dict[str, Any] = loads(text)
    new: dict[str, Any] = {}
    for path, value in values:
        meant, new = nested.put(meant, path, value), nested.put(new, path, value)
    if not new:
        return text
    start = f"{text.rstrip()}\n\n" if text.strip() else ""
    return _first(text, iter([f"{start}{document(new)}"]), meant)


def written(value: Any) -> str:
    """A value as TOML, on one line; raises TypeError for what TOML does not have."""
    if value is None:
        raise TypeError("a value is null, which TOML has not")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{name(each)} = {written(what)}" for each, what in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f") if isinstance(value, str) else str(value)


def name(text: str) -> str:
    """The name of a table or an entry as TOML."""
    return text if _BARE.fullmatch(text) else written(text)


def _first(text: str, candidates: Iterator[str], meant: Any) -> str | None:
    """The first text that means what is meant; ones that are no TOML are none."""
    for candidate in candidates:
        changed = nested.with_line_ends(candidate, text)
        try:
            if loads(changed) == meant:
                return changed
        except ValueError:
            continue
    return None


def _dotted(path: Path) -> str:
    return ".".join(name(str(each)) for each in path)


def _puttings(text: str, path: Path, value: Any) -> Iterator[str]:
    spans = scan(text)
    there = next((entry for entry in spans.entries if entry.path == path), None)
    if there is not None:
        yield text[: there.value] + written(value) + text[there.end :]
        return
    for depth in range(len(path) - 1, 0, -1):
        above, rest = path[:depth], path[depth:]
        added = f"{_dotted(rest)} = {written(value)}"
        for section in (each for each in reversed(spans.sections) if each.path == above):
            yield _in_section(text, section, added)
        for entry in (each for each in spans.entries if each.path == above and each.opens == "{"):
            yield _in_braces(text, entry, added)
        if depth == len(path) - 1 and all(isinstance(each, str) for each in above):
            head = "" if not text.strip() else text.rstrip("\r\n") + "\n\n"
            yield f"{head}[{_dotted(above)}]\n{added}\n"
    # Where a table has no head of its own, an entry of it stands in the lines of one that does.
    for section in reversed(spans.sections):
        if path[: len(section.path)] == section.path:
            yield _in_section(text, section, f"{_dotted(path[len(section.path) :])} = {written(value)}")


def _in_section(text: str, section: Section, added: str) -> str:
    """Behind the last entry of a table, or before the first other one."""
    if section.end == 0:
        start = _behind_comments(text)
        return f"{text[:start]}{added}\n{_gap(text[start:])}{text[start:]}"
    end = text.find("\n", section.end)
    return f"{text}\n{added}\n" if end < 0 else f"{text[: end + 1]}{added}\n{text[end + 1 :]}"


def _behind_comments(text: str) -> int:
    """Where a file's opening comment ends, if an empty line parts it from the rest."""
    found = re.match(r"(?:[ \t]*#[^\n]*\n)+[ \t]*\r?\n", text)
    return found.end() if found else 0


def _gap(rest: str) -> str:
    return "\n" if rest.strip() and not rest.startswith(("\n", "\r")) else ""


def _in_braces(text: str, entry: Entry, added: str) -> str:
    inner = text[entry.value + 1 : entry.end - 1]
    if not inner.strip():
        return f"{text[: entry.value]}{{ {added} }}{text[entry.end :]}"
    stripped = inner.rstrip()
    comma = "" if stripped.endswith(",") else ","
    return f"{text[: entry.value + 1]}{stripped}{comma} {added} }}{text[entry.end :]}"


def _droppings(text: str, path: Path) -> Iterator[str]:
    spans = scan(text)
    yield _without(text, _spans_of(text, spans, path))


def _spans_of(text: str, spans: Spans, path: Path) -> list[tuple[int, int]]:
    gone = [_section(text, each) for each in spans.sections if path and each.path[: len(path)] == path]
    for entry in spans.entries:
        if entry.path[: len(path)] != path or (entry.within and len(entry.home) >= len(path)):
            continue  # what stands within something that goes, goes with it
        gone.append(_piece(text, entry) if entry.within else _lines(text, entry.start, entry.end))
    return gone


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept, at = [], 0
    for start, end in sorted(spans):
        kept.append(text[at:start])  # of an entry within a table that goes there is nothing left
        at = max(at, end)
    return "".join(kept) + text[at:]


def _section(text: str, section: Section) -> tuple[int, int]:
    """Its lines, with the empty ones behind them."""
    start, end = _lines(text, section.start, section.end)
    blank = re.compile(r"(?:[ \t]*\r?\n)+").match(text, end)
    return start, blank.end() if blank else end


def _lines(text: str, start: int, end: int) -> tuple[int, int]:
    """Whole lines."""
    behind = text.find("\n", end)
    return text.rfind("\n", 0, start) + 1, len(text) if behind < 0 else behind + 1


def _piece(text: str, entry: Entry) -> tuple[int, int]:
    """An entry within braces or brackets, with the comma behind it, or else with that before it."""
    behind = re.compile(r"\s*,[ \t]*").match(text, entry.end)
    if behind:
        return entry.start, behind.end()
    before = re.search(r",\s*$", text[: entry.start])
    return (before.start() if before else entry.start), entry.end
