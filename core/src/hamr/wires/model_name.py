"""An id of a model made readable, where its provider has no name for it."""

from __future__ import annotations

import re

# How the weights are packed: `Q4_K_XL`, `IQ3_XXS`, `q8_0`, `f16`, after a separator.
_PACKED = re.compile(r"[-_.:](UD-)?(I?Q\d+(_[A-Z0-9]+)*|B?F(16|32))$", re.IGNORECASE)
_FILE = re.compile(r"[-.]gguf$", re.IGNORECASE)


def readable(id: str) -> str:
    """The last part of a path, without the file's ending and how the weights are packed, in capitalised words."""
    name = id.rstrip("/").rpartition("/")[2] or id
    for suffix in (_FILE, _PACKED, _FILE):
        name = suffix.sub("", name) or name
    words = re.split(r"[-_\s]+", name)
    return " ".join(word[0].upper() + word[1:] for word in words if word) or id
