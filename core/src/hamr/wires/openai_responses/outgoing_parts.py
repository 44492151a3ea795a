"""Parts of a reply that come whole, as this wire writes them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hamr.types import Image
from hamr.wires.openai_responses.name import NAME

if TYPE_CHECKING:
    from hamr.types import Citation, Part


def text_part(text: str, annotations: list[Any], logprobs: list[Any]) -> dict[str, Any]:
    """A text of a message."""
    return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": logprobs}


def annotation(cited: Citation) -> dict[str, Any]:
    """A source, as one on the web."""
    return {
        "type": "url_citation",
        "url": cited.url or "",
        "title": cited.title or "",
        "start_index": cited.start or 0,
        "end_index": cited.end or 0,
    }


def whole_item(part: Part, made: str) -> dict[str, Any] | None:
    """The item that a part goes out as, by the id `made` where it has none; None where no item of this wire is like it.

    What another provider ran itself has no type here.
    """
    own = (getattr(part, "extra", None) or {}).get(NAME)
    item = own.get("item") if isinstance(own, dict) else None
    item = item if isinstance(item, dict) else None
    if isinstance(part, Image) and part.data is not None:
        kept = item or {"id": made, "status": "completed"}
        return {"type": "image_generation_call", **kept, "result": base64.b64encode(part.data).decode()}
    return item
