"""`--image` and `--file`: files and URLs as parts of a prompt."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

from hamr.cli import media_type
from hamr.errors import ConfigError
from hamr.types import Audio, File, Image, Text

URLS = ("http://", "https://")


def read(images: Sequence[str], files: Sequence[str]) -> tuple[Image | Audio | File | Text, ...]:
    """The parts that these paths and URLs stand for; raises ConfigError naming the one that cannot be sent, and why."""
    return (*(_image(place) for place in images), *(_file(place) for place in files))


def text(place: str) -> str:
    """A file of text; raises ConfigError where it is none."""
    data = _bytes(place)
    if (found := media_type.text(data)) is None:
        raise ConfigError(f"{place} is no text: its bytes are {_called(media_type.of(data))}", hint="Name a text file.")
    return found


def _image(place: str) -> Image:
    if place.lower().startswith(URLS):
        return Image(url=place)
    data = _bytes(place)
    kind = media_type.of(data)
    if not kind.startswith("image/"):
        raise ConfigError(f"{place} is no image: its bytes are {_called(kind)}", hint=f"Give it with --file {place}")
    return Image(data=data, media_type=kind)


def _file(place: str) -> Image | Audio | File | Text:
    """An image and a sound as such, text as text, which every model reads, and all else as a file."""
    if place.lower().startswith(URLS):
        return File(url=place)
    data, name = _bytes(place), os.path.basename(place)
    kind = media_type.of(data)
    if (text := media_type.text(data)) is not None:
        return Text(f"{name}:\n\n{text.rstrip()}\n")
    if kind.startswith("image/"):
        return Image(data=data, media_type=kind)
    if kind.startswith("audio/"):
        return Audio(data=data, format=kind.partition("/")[2])
    return File(data=data, name=name, media_type=kind)


def _bytes(place: str) -> bytes:
    """The bytes of a file; a pipe such as that of `<(command)` is read too, a device is not: it might never end."""
    if not place:
        raise ConfigError(
            "a file is wanted, and its name is empty", hint="Check the variable that it was to come from."
        )
    if place == "-":
        raise ConfigError("`-` is no file", hint="Standard input is part of the prompt: only text can be piped in.")
    try:
        mode = os.stat(place).st_mode
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            raise _unreadable(place, "it is a device")
        with open(place, "rb") as file:
            data = file.read()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise _unreadable(place, getattr(error, "strerror", None) or str(error)) from error
    if not data:
        raise ConfigError(f"{place} is empty", hint="There is nothing to send; name another file.")
    return data


def _unreadable(place: str, why: str) -> ConfigError:
    return ConfigError(f"{place} cannot be read: {why}", hint="Check the path; it is taken from the current folder.")


def _called(kind: str) -> str:
    return {media_type.TEXT: "text", media_type.UNKNOWN: "of no kind that is known"}.get(kind, kind)
