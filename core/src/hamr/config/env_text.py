"""The text of a `.env` file: lines of `NAME=value`, read and changed, all other lines left as they are (M-7). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=[ \t]*(.*)")
_QUOTED = re.compile(r"""(?:"((?:\\.|[^"\\])*)"|'([^']*)')\s*(?:#.*)?""")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=~^-]*")


class Line(NamedTuple):
    """A line that sets a variable; `value` is None where nobody can tell what it is."""

    number: int
    name: str
    value: str | None


def lines(text: str) -> Iterator[Line | int]:
    """Each line that sets a variable, and the numbers of those that are neither that, nor empty, nor a remark."""
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        yield Line(number, found[1], _value(found[2])) if found else number


def put(text: str, name: str, value: str) -> tuple[str, int]:
    """The text with this value, in place of the last line that sets it or behind all, and the number of its line."""
    written = f"{name}={_written(value)}"
    own = [each for each in lines(text) if isinstance(each, Line) and each.name == name]
    whole = text.splitlines(keepends=True)
    if own:
        at = own[-1].number - 1
        end = whole[at][len(whole[at].rstrip("\r\n")) :]
        head = "export " if whole[at].lstrip().startswith("export ") else ""
        whole[at] = f"{head}{written}{end}"
        return "".join(whole), at + 1
    if whole and not whole[-1].endswith("\n"):
        whole[-1] += "\n"
    return "".join([*whole, f"{written}\n"]), len(whole) + 1


def drop(text: str, name: str) -> str:
    """The text without the lines that set it."""
    own = {each.number - 1 for each in lines(text) if isinstance(each, Line) and each.name == name}
    return "".join(line for at, line in enumerate(text.splitlines(keepends=True)) if at not in own)


def _value(text: str) -> str | None:
    """What stands behind the `=`: in quotes, or up to a remark; a `$` in it is a `$`."""
    if text[:1] in ("'", '"'):
        quoted = _QUOTED.fullmatch(text.rstrip())
        if quoted is None:
            return None
        if quoted[2] is not None:
            return quoted[2]
        return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), quoted[1])
    return re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()


def _written(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    if "'" not in value and value.isprintable():
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    for letter, sign in _ESCAPES.items():
        escaped = escaped.replace(sign, f"\\{letter}")
    return f'"{escaped}"'
