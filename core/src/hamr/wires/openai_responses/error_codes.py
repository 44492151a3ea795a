"""What the codes of a failed response mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.errors import BadRequest, Overloaded, Refused
from hamr.wires.failures import CODES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.errors import CallError

# Of what the prompt holds in images the codes say what is wrong, and nothing but a change of it helps.
_IMAGES = (
    *("invalid_image", "invalid_image_format", "invalid_base64_image", "invalid_image_url", "image_too_large"),
    *("image_too_small", "image_parse_error", "invalid_image_mode", "image_file_too_large"),
    *("unsupported_image_media_type", "empty_image_file", "failed_to_download_image", "image_file_not_found"),
)

RESPONSE_CODES: Mapping[str, type[CallError]] = {
    **CODES,
    "bio_policy": Refused,
    "misalignment_policy_violation": Refused,
    "image_content_policy_violation": Refused,
    "invalid_prompt": Refused,  # flagged by the usage policies of reasoning models
    "data_residency_mismatch": BadRequest,
    "vector_store_timeout": Overloaded,
    **dict.fromkeys(_IMAGES, BadRequest),
}
"""Source: openai 3.52.0 (Python SDK), types/responses/response_error.py, November 2026."""
