"""What the author of a wire of a plugin's own may import besides hamr.api: what the core's own wires are made with."""

from __future__ import annotations

from hamr.schema import read as read_table
from hamr.secrets.jwt import claim as jwt_claim
from hamr.secrets.jwt import expiry as jwt_expiry
from hamr.wires.answer_instruction import answer_instruction
from hamr.wires.arguments import arguments, ended_call, returned_arguments, returned_text
from hamr.wires.body_decoder import BodyDecoder
from hamr.wires.body_shape import (
    array,
    base64_data,
    number,
    optional,
    read_body,
    read_fields,
    table,
    text,
    truth,
    whole,
    wrong,
)
from hamr.wires.chosen_names import chosen_names
from hamr.wires.data_url import data_url, split_data_url
from hamr.wires.failures import CODES, KINDS, Said, head_error, inner_error
from hamr.wires.flags import Flags
from hamr.wires.framed_body import FramedBody
from hamr.wires.framing.ndjson import LineDecoder, LineTooLong
from hamr.wires.framing.sse import EventTooLarge, ServerEvent, SSEDecoder
from hamr.wires.framing.unframed import Unframed
from hamr.wires.image_type import image_type
from hamr.wires.json_body import MARK, SHOWN, mended, read_count, read_object, read_whole, shown
from hamr.wires.made_id import made_id
from hamr.wires.model_name import readable
from hamr.wires.own_options import with_options
from hamr.wires.refused import refused, told_end
from hamr.wires.reply_state import ReplyState
from hamr.wires.retry_after import retry_after, seconds_since_epoch
from hamr.wires.schema_keywords import without_keywords
from hamr.wires.served_reply import ServedReply
from hamr.wires.thinking_levels import LEVELS, asked_level, fitting_level, level_of
from hamr.wires.told import Told, own_of
from hamr.wires.web_page import is_page, page_title

__all__ = [
    "CODES",
    "KINDS",
    "LEVELS",
    "MARK",
    "SHOWN",
    "BodyDecoder",
    "EventTooLarge",
    "Flags",
    "FramedBody",
    "LineDecoder",
    "LineTooLong",
    "ReplyState",
    "SSEDecoder",
    "Said",
    "ServedReply",
    "ServerEvent",
    "Told",
    "Unframed",
    "answer_instruction",
    "arguments",
    "array",
    "asked_level",
    "base64_data",
    "chosen_names",
    "data_url",
    "ended_call",
    "fitting_level",
    "head_error",
    "image_type",
    "inner_error",
    "is_page",
    "jwt_claim",
    "jwt_expiry",
    "level_of",
    "made_id",
    "mended",
    "number",
    "optional",
    "own_of",
    "page_title",
    "read_body",
    "read_count",
    "read_fields",
    "read_object",
    "read_table",
    "read_whole",
    "readable",
    "refused",
    "retry_after",
    "returned_arguments",
    "returned_text",
    "seconds_since_epoch",
    "shown",
    "split_data_url",
    "table",
    "text",
    "told_end",
    "truth",
    "whole",
    "with_options",
    "without_keywords",
    "wrong",
]
