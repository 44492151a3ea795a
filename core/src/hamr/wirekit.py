"""What the author of a wire of a plugin's own may import besides hamr.api: what the core's own wires are made with."""

from __future__ import annotations

from hamr.schema import read as read_table
from hamr.wires.arguments import arguments
from hamr.wires.body_shape import array, number, read_body, table, text, truth, whole, wrong
from hamr.wires.failures import CODES, KINDS, Said, head_error, inner_error
from hamr.wires.framing.sse import EventTooLarge, ServerEvent, SSEDecoder
from hamr.wires.json_body import MARK, SHOWN, mended, read_whole, shown
from hamr.wires.made_id import made_id
from hamr.wires.retry_after import retry_after
from hamr.wires.schema_keywords import without_keywords
from hamr.wires.told import Told
from hamr.wires.web_page import is_page, page_title

__all__ = [
    "CODES",
    "KINDS",
    "MARK",
    "SHOWN",
    "EventTooLarge",
    "SSEDecoder",
    "Said",
    "ServerEvent",
    "Told",
    "arguments",
    "array",
    "head_error",
    "inner_error",
    "is_page",
    "made_id",
    "mended",
    "number",
    "page_title",
    "read_body",
    "read_table",
    "read_whole",
    "retry_after",
    "shown",
    "table",
    "text",
    "truth",
    "whole",
    "without_keywords",
    "wrong",
]
